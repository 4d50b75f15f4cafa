/** A thread that inspects one database file and tells the faults it found. */
import { parentPort, workerData } from "node:worker_threads";
import { inspectDatabase } from "./inspect.ts";

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(inspectDatabase(String(workerData)));
