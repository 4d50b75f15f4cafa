import { DAYS_PER_YEAR } from "../domain/exposure.ts";
import type { StudyPlan, StudyQuestion, StudySize } from "../domain/study.ts";
import { refuse, unless } from "./checks.ts";
import { comparisonPower } from "./comparison-power.ts";
import { householdYears } from "./exposure.ts";
import { rateOf } from "./rates.ts";

const LEVEL = 0.95;
/** Shorter windows are refused by the comparison. */
const LEAST_MONTHS = 6;
const MOST_MONTHS = 120;
const MOST_ESTATES = 10_000;
const YEAR = 12;
const DAYS_PER_MONTH = DAYS_PER_YEAR / YEAR;

/**
 * How long one estate, or how many estates for a year, must be watched before and after until a true
 * reduction is found with the chance asked for (two-sided α of 5 %). Expected count before:
 * μ₀ = estates · households · months / 12 · rate / 1000; after, of the same length: μ₀ (1 − reduction / 100); for
 * the chance see `comparisonPower`. Smallest size by halving, as the chance grows with the size.
 * Throws VALIDATION, naming the fields.
 */
export const planStudy = (question: StudyQuestion): StudyPlan => {
  const { households, rate, reductionPercent, phi, power } = question;
  refuse("VALIDATION", "the study cannot be planned", [
    ...unless(households > 0 && households <= 1e6, "households", "must be above 0, at most 1000000"),
    ...unless(rate > 0 && rate <= 1e4, "rate", "must be above 0, at most 10000 per 1,000 household-years"),
    ...unless(reductionPercent >= 1 && reductionPercent <= 99, "reductionPercent", "must be from 1 to 99"),
    ...unless(phi >= 1 && phi <= 20, "phi", "must be from 1 to 20"),
    ...unless(power >= 0.5 && power <= 0.99, "power", "must be from 0.5 to 0.99"),
  ]);
  const sizeOf = (months: number, estates: number): StudySize => {
    const years = householdYears(households * estates, months * DAYS_PER_MONTH);
    const expectedBefore = (rate * years) / rateOf(1, 1);
    const rateRatio = 1 - reductionPercent / 100;
    return {
      months,
      estates,
      expectedBefore,
      expectedAfter: expectedBefore * rateRatio,
      power: comparisonPower({ expectedBefore, exposureRatio: 1, rateRatio, phi, months, level: LEVEL }),
    };
  };
  return {
    oneEstate: smallest(LEAST_MONTHS, MOST_MONTHS, power, (months) => sizeOf(months, 1)),
    oneYear: smallest(1, MOST_ESTATES, power, (estates) => sizeOf(YEAR, estates)),
    usual: sizeOf(YEAR, 1),
  };
};

/** The first size that is enough; null when not even the last is. */
const smallest = (
  first: number,
  last: number,
  power: number,
  sizeOf: (number: number) => StudySize,
): StudySize | null => {
  // doubling first: sizes far too large cost most
  let no = first - 1;
  let yes = first;
  let found = sizeOf(yes);
  while (found.power < power) {
    if (yes === last) return null;
    no = yes;
    yes = Math.min(yes * 2, last);
    found = sizeOf(yes);
  }
  while (yes - no > 1) {
    const middle = Math.floor((yes + no) / 2);
    const size = sizeOf(middle);
    if (size.power >= power) [yes, found] = [middle, size];
    else no = middle;
  }
  return found;
};
