import type { ComparedEstate, ComparisonInput } from "../../domain/comparison-input.ts";
import type { CohortEffect, EventStudy } from "../../domain/comparison.ts";
import { totalOf } from "../dispersion.ts";
import { logNormalInterval } from "../log-normal-interval.ts";
import { metaAnalysis } from "../meta-analysis.ts";
import { normalCritical, normalTwoSided } from "../normal.ts";
import { overdispersedRelativeEffect } from "../overdispersed-relative-effect.ts";
import type { StudyEffect } from "../study-effect.ts";
import { binsOf, type TreatedCohort } from "./cohorts.ts";
import { dynamicOf } from "./dynamic-effects.ts";
import type { Grid } from "./grid.ts";

/**
 * Estates that were treated at different times: each cohort against the controls over its own months, then
 * pooled. The controls serve all cohorts, so each cohort's share of their variance is multiplied by the
 * number of cohorts (as if they had been dealt out), lest they be counted several times; p is the larger of the
 * common and the random effect. The reason when there is no control.
 * Sources: Callaway & Sant'Anna 2021; Cochrane Handbook 23.3.4 (shared groups).
 */
export const staggeredStudyOf = (
  grid: Grid,
  cohorts: readonly TreatedCohort[],
  control: readonly ComparedEstate[],
  input: Pick<ComparisonInput, "cuts" | "phi" | "level" | "seed">,
): EventStudy | string => {
  if (control.length === 0) return "NO_CONTROL";
  const found = cohorts.flatMap((cohort) => cohortEffect(grid, cohort, control, cohorts.length, input) ?? []);
  if (found.length === 0) return "NO_CASES";
  const { level } = input;
  const { fixed, multiplicative, dersimonianLaird } = metaAnalysis(
    found.map(({ study }) => study),
    level,
  );
  const cautious =
    [fixed, multiplicative ?? fixed, dersimonianLaird].toSorted(
      (a, b) => normalTwoSided(b.estimate / b.se) - normalTwoSided(a.estimate / a.se),
    )[0] ?? fixed;
  const ratio = Math.exp(cautious.estimate);
  return {
    kind: "staggered",
    overall: {
      ratio,
      ci: logNormalInterval(ratio, cautious.se, normalCritical(level), level, cautious.ci.method),
      p: normalTwoSided(cautious.estimate / cautious.se),
      method: cautious.ci.method,
    },
    preTrendP: null,
    pRandomisation: null,
    cohorts: found.map(({ effect }) => effect),
    dynamic: dynamicOf(grid, cohorts, control, input),
  };
};

const CORRECTION = 0.5;

const cohortEffect = (
  grid: Grid,
  { installedOn, windows, estates }: TreatedCohort,
  control: readonly ComparedEstate[],
  sharedBy: number,
  { phi, level }: Pick<ComparisonInput, "phi" | "level">,
): { readonly study: StudyEffect; readonly effect: CohortEffect } | undefined => {
  const own = binsOf(grid, estates, windows);
  const others = binsOf(grid, control, windows);
  const cells = [own.before, own.after, others.before, others.after].map(totalOf);
  const counts = cells.map(({ count }) => count);
  if ((counts[0] ?? 0) + (counts[1] ?? 0) === 0 || (counts[2] ?? 0) + (counts[3] ?? 0) === 0)
    return undefined;
  const spread = phi === "auto" ? (overdispersedRelativeEffect(own, others, level).quasi?.phiUsed ?? 1) : phi;
  const correction = counts.includes(0) ? CORRECTION : 0;
  const [a = 0, b = 0, c = 0, d = 0] = counts.map((count) => count + correction);
  const [ea = 1, eb = 1, ec = 1, ed = 1] = cells.map(({ exposure }) => exposure);
  const log = Math.log(((b / eb) * (c / ec)) / ((a / ea) * (d / ed)));
  const variance = spread * (1 / a + 1 / b + sharedBy * (1 / c + 1 / d));
  const ratio = Math.exp(log);
  return {
    study: { effect: log, variance },
    effect: {
      installedOn,
      estates: estates.length,
      before: counts[0] ?? 0,
      after: counts[1] ?? 0,
      controlBefore: counts[2] ?? 0,
      controlAfter: counts[3] ?? 0,
      rirr: ratio,
      ci: logNormalInterval(ratio, Math.sqrt(variance), normalCritical(level), level, "cohort-wald"),
    },
  };
};
