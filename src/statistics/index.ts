import type { RateStatistics } from "../ports.ts";
import { comparisonPlan } from "./comparison/comparison-plan.ts";
import { rates } from "./rates.ts";
import { dataCaveats } from "./data-caveats.ts";
import { layWindows } from "./windows.ts";

/** The statistics behind the rate routes: pure, no state, safe in any thread. */
export const createRateStatistics = (): RateStatistics => ({
  rates,
  windows: layWindows,
  comparisonPlan,
  dataCaveats,
});
