import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Turns on V8's compilers, which `bin/zhian.mjs` keeps off during the start, for all threads. */
export function compileFromNowOn(): void {
  for (const compiler of ["sparkplug", "maglev", "opt"]) setFlagsFromString(`--${compiler}`);
}

type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

/**
 * Gives back what starting left behind in this thread's heap, about a fifth of the idle process. V8 would
 * keep it for a load that may never come. Takes some tens of milliseconds: only at the end of a start.
 */
export function giveBackMemory(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as Collect;
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
