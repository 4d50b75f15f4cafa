import type { CliActions } from "../cli/actions.ts";
import { createPeriodStatistics } from "../statistics/period-statistics.ts";

const LEVEL = 0.95;

/** What the command line computes without a hub. */
export function createStudies(): Pick<CliActions, "claimCheck" | "planStudy"> {
  const statistics = createPeriodStatistics();
  return {
    claimCheck: async (claim) => statistics.claimCheck(claim, LEVEL),
    planStudy: async (question) => statistics.plan(question),
  };
}
