import { DAY, MINUTE, SECOND } from "../domain/time.ts";
import { setUpDatabases } from "./setup-databases.ts";
import { setUpBuckets } from "./setup-buckets.ts";
import type { InfluxServer } from "./server.ts";

/** Days that raw lines are kept: a year and the month that is compared with that of the year before. */
export const RAW_DAYS = 400;
/** Of a roll-up's look back: what comes later than this is in raw only. */
export const LOOK_BACK_HOURS = 48;
export const RAW_SECONDS = (RAW_DAYS * DAY) / SECOND;

/**
 * Makes what the hub and its dashboards need in InfluxDB, and mends what differs; what is right is left
 * alone. Returns what it did, a sentence each. Throws ZhianError UNAVAILABLE with what InfluxDB said.
 */
export async function setUpInflux(server: InfluxServer): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(MINUTE);
  if (server.version === 1) return setUpDatabases(server, signal);
  if (server.version === 2) return setUpBuckets(server, signal);
  return [
    `InfluxDB 3 makes the databases ${server.bucket} and ${server.bucket}_years with the first line.`,
    `Nothing was done: set a retention of ${RAW_DAYS} days on ${server.bucket} with its own tools; it has no tasks for hourly counts.`,
  ];
}
