const DAY_MS = 86_400_000;

/** Adds days to a calendar day `YYYY-MM-DD`. */
export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
}

/** Adds months to a calendar day; a day the month does not have becomes its last. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month - 1 + months, Math.min(date, last)));
}

/** Days from `from` to `to`. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;
}

/** True for a day that exists, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
    addDays(text, 0) === text
  );
}

/** The calendar day in the zone of all simulated estates at an instant. */
export function localDay(instant: number): string {
  return dayOf(instant + ZONE_OFFSET_MS);
}

/** The hour of the day, 0–24 with a fraction, in the zone of all simulated estates. */
export function localHour(instant: number): number {
  return ((((instant + ZONE_OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS) / 3_600_000;
}

/** Zone of all simulated estates. */
export const ZONE = "Asia/Shanghai";
/** Asia/Shanghai has had no summer time since 1991. */
const ZONE_OFFSET_MS = 8 * 3_600_000;

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
