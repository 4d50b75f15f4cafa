import type { FieldFault } from "../errors.ts";
import { countFaults, exposureFaults, unless } from "./checks.ts";

/** A fault per entry of `counts` that is no count. */
export const countSeriesFaults = (field: string, counts: readonly number[]): readonly FieldFault[] =>
  counts.flatMap((count, i) => countFaults(`${field}[${i}]`, count));

/** Faults when the exposures are not as many as the counts, or one is not above 0. */
export const exposureSeriesFaults = (
  field: string,
  exposures: readonly number[],
  counts: readonly number[],
): readonly FieldFault[] => [
  ...unless(exposures.length === counts.length, field, `must have ${counts.length} entries, one per count`),
  ...exposures.flatMap((exposure, i) => exposureFaults(`${field}[${i}]`, exposure)),
];

/** A fault when the number is no whole number from `min` to `max`. */
export const wholeFaults = (field: string, value: number, min: number, max: number): readonly FieldFault[] =>
  unless(
    Number.isInteger(value) && value >= min && value <= max,
    field,
    `must be a whole number from ${min} to ${max}`,
  );
