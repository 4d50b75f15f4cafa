import type { Estate } from "../../domain/estate.ts";
import type { RecordedSpan } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { ZhianError } from "../../errors.ts";
import type { CaseCount } from "../../ports.ts";

/** A count, and how many of it a simulator made. */
export type Tally = Pick<CaseCount, "count" | "simulated">;

/** No count at all. */
const NOTHING: Tally = { count: 0, simulated: 0 };

/** The sum of counts. */
export const sumOf = (counts: readonly CaseCount[]): Tally =>
  counts.reduce(
    (sum, { count, simulated }) => ({ count: sum.count + count, simulated: sum.simulated + simulated }),
    NOTHING,
  );

/** The day of the last record; null when there is none. */
export const lastDay = (records: RecordedSpan | null): LocalDate | null => records?.last ?? null;

/** The day the system went into service. Throws NOT_INSTALLED when nobody said. */
export function installationOf({ id, installedOn }: Estate): LocalDate {
  if (installedOn !== undefined) return installedOn;
  throw new ZhianError("NOT_INSTALLED", `estate ${id} has no installation date; set installedOn first`, {
    faults: [{ field: "installedOn", reason: "is not set" }],
  });
}

/** The earlier of two days. */
export const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);
