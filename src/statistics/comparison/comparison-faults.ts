import type { ComparedEstate, ComparisonInput } from "../../domain/comparison-input.ts";
import type { FieldFault } from "../../errors.ts";
import {
  countFaults,
  dayFaults,
  householdFaults,
  levelFaults,
  MAX_COUNT,
  refuse,
  unless,
} from "../checks.ts";
import { wholeFaults } from "../series-checks.ts";
import { checkWindows } from "../windows.ts";

const MAX_PHI = 100;

/** Refuses a comparison that cannot be computed. Throws VALIDATION, WINDOW_OVERLAPS_INSTALL or NO_EXPOSURE. */
export const refuseFaulty = (input: ComparisonInput): void => {
  const { cuts, treated, control, buffer, bufferControl, level, phi, today, seed } = input;
  const gaps = Math.max(0, cuts.length - 1);
  const names = [...treated, ...control, ...buffer, ...bufferControl].map(({ estateId }) => estateId);
  refuse("VALIDATION", "the comparison cannot be computed", [
    ...levelFaults(level),
    ...dayFaults("today", today),
    ...wholeFaults("seed", seed, 0, 2 ** 32 - 1),
    ...unless(
      phi === "auto" || (phi >= 1 && phi <= MAX_PHI),
      "phi",
      `must be auto or a number from 1 to ${MAX_PHI}`,
    ),
    ...unless(treated.length > 0, "treated", "must name one estate or more"),
    ...unless(new Set(names).size === names.length, "control", "an estate can stand in one group only, once"),
    ...cuts.flatMap((day, i) => dayFaults(`cuts[${i}]`, day)),
    ...unless(
      cuts.every((day, i) => i === 0 || day > (cuts[i - 1] ?? "")),
      "cuts",
      "must ascend",
    ),
    ...treated.flatMap((estate, i) => estateFaults(`treated[${i}]`, estate, gaps)),
    ...control.flatMap((estate, i) => estateFaults(`control[${i}]`, estate, gaps)),
    ...buffer.flatMap((estate, i) => estateFaults(`buffer[${i}]`, estate, gaps)),
    ...bufferControl.flatMap((estate, i) => estateFaults(`bufferControl[${i}]`, estate, gaps)),
    ...sumFaults("treated", treated),
    ...sumFaults("control", control),
    ...sumFaults("buffer", buffer),
    ...sumFaults("bufferControl", bufferControl),
  ]);
  for (const { windows, installedOn } of treated) checkWindows(windows, installedOn);
  refuse(
    "NO_EXPOSURE",
    "without exposure on both sides there is nothing to compare",
    treated.flatMap(({ estateId, windows }) =>
      unless(
        windows.after.from < today,
        "windows.after.from",
        `is ${windows.after.from} for ${estateId}; on ${today} no day of the window after the installation is over`,
      ),
    ),
  );
};

/** A fault when the cases of a group add up to more than any method takes. */
const sumFaults = (group: string, estates: readonly ComparedEstate[]): readonly FieldFault[] => {
  const sum = estates.reduce((total, { counts }) => counts.reduce((all, count) => all + count, total), 0);
  return unless(!(sum > MAX_COUNT), group, `has ${sum} cases; together they must be at most ${MAX_COUNT}`);
};

const estateFaults = (field: string, estate: ComparedEstate, gaps: number): readonly FieldFault[] => [
  ...householdFaults(estate.households).map(({ reason }) => ({ field: `${field}.households`, reason })),
  ...unless(
    estate.counts.length === gaps && estate.simulated.length === gaps,
    `${field}.counts`,
    `must be ${gaps} numbers, one between each two cuts, as must be those of simulated cases`,
  ),
  ...estate.counts.flatMap((count, i) => countFaults(`${field}.counts[${i}]`, count)),
];
