import type { EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import { type FieldsOf, type MeasurementName, MEASUREMENTS, type TagsOf } from "./measurements.ts";

/** Characters of a tag; InfluxDB takes 65,535 bytes for a whole series. */
const LONGEST_TAG = 1_024;
const LONGEST_TEXT = 4_096;
/** Nanoseconds since 1970 end here: 64 bits with a sign. */
const LAST_MS = 9_223_372_036_853;
/** Steps within a millisecond. */
const STEPS = 1_000_000;
// oxlint-disable-next-line no-control-regex -- line breaks end a line, and the others have no business in it
const CONTROL = /[\u0000-\u001f\u007f]/;
/** A backslash here would be read as one that escapes what follows; nothing can be written that means it. */
const AMBIGUOUS = /\\(?:[,= \\]|$)/;

/** Anything in a text that is not written as it stands, or must be looked at. */
// oxlint-disable-next-line no-control-regex -- as above
const UNUSUAL = /[\u0000-\u001f"\\\u007f\ud800-\udfff]/;

/** The fields of each measurement, ready to be walked for every point. */
const COLUMNS = Object.fromEntries(
  Object.entries(MEASUREMENTS).map(([measurement, { fields }]) => [
    measurement,
    Object.entries(fields).map(([name, type]) => ({ name, type, field: `${measurement}.${name}` })),
  ]),
) as unknown as Readonly<
  Record<MeasurementName, readonly { readonly name: string; readonly type: string; readonly field: string }[]>
>;

/**
 * Measurement and tags as line protocol: what names a series. Throws ZhianError VALIDATION that names the
 * tag for one that no line can carry: empty, too long, with a control character, or with a backslash at its
 * end or before a comma, a space, an equals sign or another backslash.
 */
export function seriesOf<M extends MeasurementName>(measurement: M, tags: TagsOf<M>): string {
  const given: Readonly<Record<string, string>> = tags;
  let series: string = measurement;
  for (const name of MEASUREMENTS[measurement].tags) {
    series += `,${name}=${tagValue(`${measurement}.${name}`, given[name])}`;
  }
  return series;
}

/**
 * Fields as line protocol, in the order and with the types of the table; absent ones are left out. Throws
 * ZhianError VALIDATION that names the field when a value is not of its type, or when there is none.
 */
export function fieldsOf<M extends MeasurementName>(measurement: M, fields: FieldsOf<M>): string {
  const given: Readonly<Record<string, unknown>> = fields;
  let written = "";
  for (const { name, type, field } of COLUMNS[measurement]) {
    const value = given[name];
    if (value === undefined) continue;
    written += `${written === "" ? "" : ","}${name}=${fieldValue(field, type, value)}`;
  }
  if (written === "") throw fault(measurement, "has no field");
  return written;
}

/**
 * One line, without its end. Its time is `at` in nanoseconds plus `step`, 0 to 999,999, which keeps points of
 * one series in one millisecond apart. Throws ZhianError VALIDATION for a time before 1970 or after 2262.
 */
export function lineOf(series: string, fields: string, at: EpochMs, step: number): string {
  if (!Number.isInteger(at) || at < 1 || at > LAST_MS) throw fault("time", `${at} ms is out of range`);
  if (!Number.isInteger(step) || step < 0 || step >= STEPS)
    throw fault("time", `a series has at most ${STEPS} points in one millisecond`);
  return `${series} ${fields} ${at}${step === 0 ? "000000" : String(step).padStart(6, "0")}`;
}

function tagValue(field: string, value: string | undefined): string {
  if (value === undefined || value === "") throw fault(field, "is empty");
  if (value.length > LONGEST_TAG) throw fault(field, `is longer than ${LONGEST_TAG} characters`);
  refuseText(field, value);
  if (AMBIGUOUS.test(value)) throw fault(field, "has a backslash that line protocol cannot write");
  return value.replaceAll(/[,= ]/g, String.raw`\$&`);
}

function fieldValue(field: string, type: string, value: unknown): string {
  switch (type) {
    case "integer":
      if (!Number.isSafeInteger(value)) throw fault(field, "is no whole number");
      return value === 1 ? "1i" : `${String(value)}i`;
    case "float":
      if (!Number.isFinite(value)) throw fault(field, "is no finite number");
      return String(value);
    case "boolean":
      if (typeof value !== "boolean") throw fault(field, "is neither true nor false");
      return value ? "true" : "false";
    default:
      if (typeof value !== "string") throw fault(field, "is no text");
      if (value.length > LONGEST_TEXT) throw fault(field, `is longer than ${LONGEST_TEXT} characters`);
      if (!UNUSUAL.test(value)) return `"${value}"`;
      refuseText(field, value);
      return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  }
}

function refuseText(field: string, value: string): void {
  if (CONTROL.test(value)) throw fault(field, "has a line break or another control character");
  if (!value.isWellFormed()) throw fault(field, "is no well-formed text");
}

function fault(field: string, reason: string): ZhianError {
  return new ZhianError("VALIDATION", `a point cannot be written: ${field} ${reason}`, {
    faults: [{ field, reason }],
  });
}
