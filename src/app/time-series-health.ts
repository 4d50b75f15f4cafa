import type { EpochMs } from "../domain/time.ts";
import { SECOND } from "../domain/time.ts";
import type { HealthReport } from "../http/index.ts";
import type { TimeSeriesHealth } from "../ports.ts";

/** What is wrong with the shipping to InfluxDB, in words. */
export function timeSeriesFaults(health: TimeSeriesHealth): HealthReport["faults"] {
  const { fault, dropped, droppedFrom = 0, droppedTo = 0, deadLetters } = health;
  const faults: HealthReport["faults"][number][] = [];
  if (fault) faults.push({ part: "timeseries", ...fault });
  if (dropped > 0) {
    const message =
      `${dropped} lines made room in a full outbox; ` +
      `zhian influx rebuild --from ${iso(droppedFrom)} --to ${iso(droppedTo + SECOND)} brings them back`;
    faults.push({ part: "timeseries", message });
  }
  if (deadLetters > 0)
    faults.push({
      part: "timeseries",
      message: `${deadLetters} lines were refused: zhian influx dead-letters`,
    });
  return faults;
}

/** The same as figures, for /health and metrics. */
export function timeSeriesFigures(health: TimeSeriesHealth): Readonly<Record<string, number>> {
  return {
    timeseriesLines: health.lines,
    timeseriesBytes: health.bytes,
    timeseriesDropped: health.dropped,
    timeseriesDeadLetters: health.deadLetters,
    timeseriesDeadLettersDropped: health.deadLettersDropped,
    timeseriesPaused: Number(health.state === "paused"),
    ...(health.oldestAt !== undefined && { timeseriesOldestAt: health.oldestAt }),
    ...(health.shippedAt !== undefined && { timeseriesShippedAt: health.shippedAt }),
  };
}

function iso(at: EpochMs): string {
  return new Date(at).toISOString();
}
