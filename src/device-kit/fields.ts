/** A parsed object. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for an object with fields: no list, no null, no single value. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
