#!/usr/bin/env node
// The command. Everything it loads comes from a cache of stripped and compiled code, made by the first
// run: without it Node keeps its TypeScript stripper in memory, 18 MB a thread, and starts half a second
// later. This file itself is JavaScript because the stripper would be loaded for it alone.
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// Code that runs once at the start is interpreted: compiling it would cost 14 MB that never come back.
// `src/runtime/memory.ts` turns the compilers on when the start is over.
for (const compiler of ["sparkplug", "maglev", "opt"]) setFlagsFromString(`--no-${compiler}`);

const cache = fileURLToPath(new URL("../node_modules/.cache/zhian", import.meta.url));
enableCompileCache(cache);
// Threads and child processes look for it here.
process.env["NODE_COMPILE_CACHE"] = cache;
await import("../src/main.ts");
