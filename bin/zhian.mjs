#!/usr/bin/env node
// The command. Everything it loads comes from a cache of stripped and compiled code, made by the first
// run: without it Node keeps its TypeScript stripper in memory, 18 MB a thread, and starts half a second
// later. This file itself is JavaScript because the stripper would be loaded for it alone.
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../node_modules/.cache/zhian", import.meta.url));
enableCompileCache(cache);
// Threads and child processes look for it here.
process.env["NODE_COMPILE_CACHE"] = cache;
await import("../src/main.ts");
