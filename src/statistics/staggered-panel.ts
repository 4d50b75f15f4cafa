import type { FieldFault } from "../errors.ts";
import { countFaults, exposureFaults, unless } from "./checks.ts";
import type { StaggeredEstate } from "./cohort-outcome.ts";
import type { ControlGroup } from "./staggered-att.ts";

/** Estates, their periods (ascending) and who is compared with whom. */
export interface StaggeredPanel {
  readonly estates: readonly StaggeredEstate[];
  readonly periods: readonly number[];
  readonly control: ControlGroup;
}

/** Faults of a panel, by field. */
export const staggeredFaults = ({ estates, periods }: StaggeredPanel): readonly FieldFault[] => [
  ...unless(estates.length >= 2, "estates", "must be 2 or more"),
  ...unless(periods.length >= 2, "periods", "must be 2 or more"),
  ...unless(
    periods.every((period, i) => Number.isFinite(period) && (i === 0 || period > (periods[i - 1] ?? period))),
    "periods",
    "must be ascending numbers",
  ),
  ...estates.flatMap(({ counts, exposures, cohort }, i) => [
    ...unless(
      counts.length === periods.length && exposures.length === periods.length,
      `estates[${i}]`,
      `must have ${periods.length} counts and exposures, one per period`,
    ),
    ...unless(cohort === null || Number.isFinite(cohort), `estates[${i}].cohort`, "must be a number or null"),
    ...counts.flatMap((count, t) => countFaults(`estates[${i}].counts[${t}]`, count)),
    ...exposures.flatMap((exposure, t) => exposureFaults(`estates[${i}].exposures[${t}]`, exposure)),
  ]),
];
