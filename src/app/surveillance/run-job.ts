import type { SurveillanceJob } from "../../domain/surveillance.ts";
import type { EpochMs } from "../../domain/time.ts";
import { createZoneClock } from "../../domain/zone.ts";
import { openWatch } from "../../store/watch.ts";
import { clusterScan } from "./cluster-scan.ts";
import { nearRepeats } from "./near-repeats.ts";
import type { Outcome } from "./outcome.ts";
import { rareHours } from "./rare-hours.ts";
import { lastWeek } from "./weeks.ts";

/** One finished period that is to be looked at. */
export interface JobPeriod {
  readonly job: SurveillanceJob;
  /** Its end. */
  readonly until: EpochMs;
}

/**
 * Does one job over one finished period of the database file and tells what it found; writes nothing. The
 * same data give the same findings. `zone` is the one whose days, weeks and months are looked at.
 */
export async function runSurveillanceJob(
  database: string,
  { job, until }: JobPeriod,
  zone: string,
): Promise<Outcome> {
  const watch = openWatch(database);
  const clock = createZoneClock(zone);
  try {
    switch (job) {
      case "hourly":
        return await rareHours(watch, until);
      case "daily":
        return await clusterScan(watch, until, clock);
      case "weekly":
        return await lastWeek(watch, until, clock);
      case "monthly":
        return await nearRepeats(watch, until, clock);
    }
  } finally {
    watch.close();
  }
}
