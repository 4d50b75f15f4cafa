import { randomUUID } from "node:crypto";
import { HOUR, type EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Clock } from "../ports.ts";

/** How long the outcome of a comparison is kept. */
const KEPT_MS = HOUR;
/** How many are kept; the oldest makes room. */
const KEPT = 50;

/** A comparison that took longer than a caller should wait. */
export type ComparisonJob<T> =
  | { readonly status: "running" }
  | { readonly status: "done"; readonly answer: T }
  | { readonly status: "failed"; readonly error: unknown };

/** Comparisons that are at work or were done, each for the token that asked. */
export interface ComparisonJobs<T> {
  /** Waits `ms` for the work; then keeps its outcome under an id. */
  within(
    ms: number,
    tokenId: string,
    work: Promise<T>,
  ): Promise<{ readonly answer: T } | { readonly id: string }>;
  /** Throws NOT_FOUND when there is none, or it is another token's. */
  find(id: string, tokenId: string): ComparisonJob<T>;
}

/** Makes the list; it lives as long as the server. */
export function createComparisonJobs<T>(clock: Clock): ComparisonJobs<T> {
  const jobs = new Map<string, { readonly tokenId: string; readonly at: EpochMs; state: ComparisonJob<T> }>();

  function forgetOld(): void {
    const old = clock.now() - KEPT_MS;
    for (const [id, { at }] of jobs) {
      if (at < old || jobs.size > KEPT) jobs.delete(id);
    }
  }

  async function follow(job: { state: ComparisonJob<T> }, work: Promise<T>): Promise<void> {
    try {
      job.state = { status: "done", answer: await work };
    } catch (error) {
      job.state = { status: "failed", error };
    }
  }

  return {
    async within(ms, tokenId, work) {
      const late = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => late.resolve(undefined), ms);
      try {
        const done = await Promise.race([work.then((answer) => ({ answer })), late.promise]);
        if (done) return done;
      } finally {
        clearTimeout(timer);
      }
      const id = randomUUID();
      const job = { tokenId, at: clock.now(), state: { status: "running" } as ComparisonJob<T> };
      jobs.set(id, job);
      forgetOld();
      void follow(job, work);
      return { id };
    },
    find(id, tokenId) {
      forgetOld();
      const job = jobs.get(id);
      if (job?.tokenId === tokenId) return job.state;
      throw new ZhianError("NOT_FOUND", `there is no comparison ${id}`);
    },
  };
}
