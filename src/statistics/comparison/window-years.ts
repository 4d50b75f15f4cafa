import { daysOf } from "../calendar.ts";
import type { ObservedWindows } from "./cohorts.ts";

const DAYS_PER_YEAR = 365.25;

/** How many years the windows last, as far as they are over. */
export const windowYears = ({
  before,
  seen,
}: Pick<ObservedWindows, "before" | "seen">): { readonly before: number; readonly after: number } => ({
  before: daysOf(before) / DAYS_PER_YEAR,
  after: daysOf(seen) / DAYS_PER_YEAR,
});
