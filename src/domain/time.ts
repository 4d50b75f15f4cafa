/** Milliseconds since 1970-01-01T00:00:00Z. The only form of an instant inside the hub. */
export type EpochMs = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An estate-local calendar day, `YYYY-MM-DD`. */
export type LocalDate = string;

/** The zone of an estate that names none. */
export const DEFAULT_ZONE = "Asia/Shanghai";
