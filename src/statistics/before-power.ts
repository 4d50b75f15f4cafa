import type { PowerAnswer, PowerQuestion } from "../domain/study.ts";
import { countFaults, refuse, unless } from "./checks.ts";
import { comparisonPower, largestSignificantAfter } from "./comparison-power.ts";

const LEVEL = 0.95;
const MONTHS = 12;
const MOST_BEFORE = 100_000;
const REDUCTIONS = [10, 20, 30, 40, 50, 60, 70, 80, 90] as const;

/**
 * What a count before can ever show, at a two-sided α of 5 % and twelve months on either side: the
 * largest count after that is a significant decrease, and the chance to find reductions of 10 to 90 %
 * when the count before is taken for its own expectation (see `comparisonPower`).
 * Throws VALIDATION, naming the fields.
 */
export const powerOf = (question: PowerQuestion): PowerAnswer => {
  const { beforeCount, exposureRatio, phi } = question;
  refuse("VALIDATION", "the power cannot be computed", [
    ...countFaults("beforeCount", beforeCount),
    ...unless(beforeCount <= MOST_BEFORE, "beforeCount", `must be at most ${MOST_BEFORE}`),
    ...unless(exposureRatio >= 0.01 && exposureRatio <= 100, "exposureRatio", "must be from 0.01 to 100"),
    ...unless(phi >= 1 && phi <= 20, "phi", "must be from 1 to 20"),
  ]);
  const test = { exposureRatio, phi, months: MONTHS, level: LEVEL };
  const after = largestSignificantAfter(beforeCount, test);
  return {
    largestSignificantAfter: after,
    smallestSignificantDecrease: after === null ? null : 100 * (1 - after / (beforeCount * exposureRatio)),
    chances: REDUCTIONS.map((reductionPercent) => ({
      reductionPercent,
      power:
        beforeCount === 0
          ? 0
          : comparisonPower({ ...test, expectedBefore: beforeCount, rateRatio: 1 - reductionPercent / 100 }),
    })),
  };
};
