import { type ErrorCode, type FieldFault, ZhianError } from "../errors.ts";
import { isLocalDate } from "./calendar.ts";

/** Counts beyond this are refused: no estate has them, and the exact methods slow down. */
export const MAX_COUNT = 1e9;

/** Throws a ZhianError that carries all faults, unless there are none. */
export const refuse = (code: ErrorCode, message: string, faults: readonly FieldFault[]): void => {
  if (faults.length > 0) throw new ZhianError(code, message, { faults });
};

/** Throws a RangeError that names all faults, unless there are none: for callers inside the hub. */
export const demand = (what: string, faults: readonly FieldFault[]): void => {
  if (faults.length === 0) return;
  throw new RangeError(`${what}: ${faults.map(({ field, reason }) => `${field} ${reason}`).join("; ")}`);
};

/** A fault when the condition does not hold, else nothing. */
export const unless = (holds: boolean, field: string, reason: string): readonly FieldFault[] =>
  holds ? [] : [{ field, reason }];

/** A fault when the text is no calendar day. */
export const dayFaults = (field: string, day: string): readonly FieldFault[] =>
  unless(isLocalDate(day), field, "must be a calendar day YYYY-MM-DD between 1900 and 2199");

/** A fault when the number is no count. */
export const countFaults = (field: string, count: number): readonly FieldFault[] =>
  unless(
    Number.isInteger(count) && count >= 0 && count <= MAX_COUNT,
    field,
    `must be a whole number from 0 to ${MAX_COUNT}`,
  );

/** A fault when the number is no usable confidence level. */
export const levelFaults = (level: number): readonly FieldFault[] =>
  unless(level >= 0.5 && level <= 0.9999, "level", "must be from 0.5 to 0.9999");

/** A fault when households are negative or no number; zero is a matter of exposure. */
export const householdFaults = (households: number, field = "households"): readonly FieldFault[] =>
  unless(Number.isFinite(households) && households >= 0, field, "must be a number, 0 or more");

/** A fault when there are no households, so that no rate exists. */
export const noHouseholds = (households: number): readonly FieldFault[] =>
  unless(households > 0, "households", "is 0: there is no exposure, so no rate");

/** A fault when the exposure is no number above 0. */
export const exposureFaults = (field: string, exposure: number): readonly FieldFault[] =>
  unless(Number.isFinite(exposure) && exposure > 0, field, "must be a number above 0");

/** Faults of a count and the exposure it arose in. */
export const observedFaults = (
  field: string,
  { count, exposure }: { readonly count: number; readonly exposure: number },
): readonly FieldFault[] => [
  ...countFaults(`${field}.count`, count),
  ...exposureFaults(`${field}.exposure`, exposure),
];
