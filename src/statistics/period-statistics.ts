import type { PeriodStatistics } from "../ports.ts";
import { benjaminiHochberg } from "./benjamini-hochberg.ts";
import { powerOf } from "./before-power.ts";
import { claimCheck } from "./claim-check.ts";
import { garwoodLimits } from "./count-interval.ts";
import { householdDays, householdYears } from "./exposure.ts";
import { changeCaveats, partialMonth } from "./period-caveats.ts";
import { periodChanges } from "./period-change.ts";
import { rateInterval, rateOf } from "./rates.ts";
import { planStudy } from "./study-planner.ts";

/** The statistics behind bulletins, claims and plans: pure, no state, safe in any thread. */
export const createPeriodStatistics = (): PeriodStatistics => ({
  householdDays,
  rate(count, days, level) {
    const years = householdYears(days, 1);
    return {
      householdYears: years,
      rate: rateOf(count, years),
      ci: rateInterval(garwoodLimits(count, level), years, level),
    };
  },
  periodChanges,
  changeCaveats,
  partialMonth,
  qValues: benjaminiHochberg,
  claimCheck,
  power: powerOf,
  plan: planStudy,
});
