import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { BacktestProgress } from "../domain/backtest.ts";
import { ZhianError } from "../errors.ts";
import type { PastJobs } from "./past-jobs.ts";
import type { PastNews } from "./past-thread.ts";

/** Far above what keys and incidents of a hub need; events are streamed. */
const HEAP = { maxOldGenerationSizeMb: 512 };

/**
 * Does a job in a thread of its own, which reads the database beside a running hub and gives way to it.
 * Rejects with what the job was refused with (ZhianError NOT_FOUND without a database), and with the
 * signal's reason when it is called off.
 */
export async function inThread<K extends keyof PastJobs>(
  job: PastJobs[K]["job"] & { readonly kind: K },
  signal: AbortSignal,
  onProgress: (progress: BacktestProgress) => void = () => undefined,
): Promise<PastJobs[K]["result"]> {
  const { kind } = job;
  signal.throwIfAborted();
  if ("database" in job && !existsSync(job.database))
    throw new ZhianError("NOT_FOUND", `There is no database ${job.database}.`);
  const thread = new Worker(new URL("./past-thread.ts", import.meta.url), {
    workerData: job,
    resourceLimits: HEAP,
  });
  const ended = Promise.withResolvers<PastJobs[K]["result"]>();
  const stop = (): void => ended.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  thread.on("message", (news: PastNews<K>) => {
    if ("progress" in news) onProgress(news.progress);
    else if ("result" in news) ended.resolve(news.result);
    else ended.reject(new ZhianError(news.refused.code, news.refused.message));
  });
  thread.once("error", ended.reject);
  thread.once("exit", () => ended.reject(new Error(`the ${kind} was broken off`)));
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await thread.terminate();
  }
}
