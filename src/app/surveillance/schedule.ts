import { schedule } from "node-cron";
import { SURVEILLANCE_JOBS } from "../../domain/surveillance.ts";
import { DAY, MINUTE } from "../../domain/time.ts";
import { createZoneClock } from "../../domain/zone.ts";
import type { Backroom, Clock } from "../../ports.ts";
import type { Logger } from "../../runtime/log.ts";
import type { Outcome } from "./outcome.ts";
import { periodsDue } from "./periods.ts";
import type { JobPeriod } from "./run-job.ts";

/** Findings are kept for three years. */
const KEPT_DAYS = 1_096;
/** Ten past the hour: every period ends at a full one, and has settled by then. */
const SCHEDULE = "10 * * * *";
/** After a start gateways come back first. */
const FIRST_MS = 2 * MINUTE;

/** What surveillance needs of the hub. */
export interface SurveillanceParts {
  readonly store: Pick<Backroom, "surveillanceMark" | "putSurveillanceRun" | "openAnomaly">;
  /** Does a job over a period, where nobody waits for it. */
  readonly find: (period: JobPeriod) => Promise<Outcome>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Zone of days, weeks and months. */
  readonly zone: string;
}

/**
 * Does everything that is due, one period after the other: what was missed while the hub was off is made up
 * for, up to a bound; older periods are skipped and told. Incidents are opened before the period is marked
 * as done, so a period that was broken off is done again, and opens nothing twice. What fails is told, and
 * stays due. Throws nothing.
 */
export async function doWhatIsDue(parts: SurveillanceParts, signal: AbortSignal): Promise<void> {
  const { store, find, clock, log, zone } = parts;
  const calendar = createZoneClock(zone);
  for (const job of SURVEILLANCE_JOBS) {
    try {
      const { ends, skipped } = periodsDue(job, await store.surveillanceMark(job), clock.now(), calendar);
      if (skipped > 0) log.warn({ job, skipped }, "periods too long ago to be made up for");
      for (const until of ends) {
        if (signal.aborted) return;
        const { anomalies, clusters, tests, leftOut } = await find({ job, until });
        for (const anomaly of anomalies) await store.openAnomaly({ ...anomaly, simulated: false });
        const foundAt = clock.now();
        const keepFrom = foundAt - KEPT_DAYS * DAY;
        await store.putSurveillanceRun({ job, until, anomalies, clusters, foundAt, keepFrom });
        log.info({ job, until, tests, anomalies: anomalies.length, leftOut }, "looked for the unusual");
      }
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error, job }, "surveillance failed; the same period is looked at again");
    }
  }
}

/** Looks for the unusual every hour, and soon after the start; returns how to stop. */
export function scheduleSurveillance(
  parts: Omit<SurveillanceParts, "find"> & {
    readonly find: (period: JobPeriod, signal: AbortSignal) => Promise<Outcome>;
  },
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  const work: SurveillanceParts = { ...parts, find: (period) => parts.find(period, signal) };
  function look(): void {
    if (running) return;
    running = doWhatIsDue(work, signal).finally(() => {
      running = undefined;
    });
  }
  const first = setTimeout(look, FIRST_MS);
  const task = schedule(SCHEDULE, look, { timezone: parts.zone });
  return async () => {
    stopping.abort(new Error("the hub stops"));
    clearTimeout(first);
    await task.destroy();
    await running;
  };
}
