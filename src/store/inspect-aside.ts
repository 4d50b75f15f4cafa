import { Worker } from "node:worker_threads";

/**
 * Inspects a database file in a thread of its own, so that react and queries go on meanwhile; resolves
 * with the faults. Rejects when the thread fails or `signal` calls it off.
 */
export async function inspectAside(path: string, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted();
  const thread = new Worker(new URL("./inspect-thread.ts", import.meta.url), { workerData: path });
  const stop = (): void => void thread.terminate();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<readonly string[]>((resolve, reject) => {
      thread.once("message", resolve);
      thread.once("error", reject);
      thread.once("exit", () => reject(new Error(`the inspection of ${path} was broken off`)));
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
