import type { ComparedEstate, ComparisonInput } from "../../domain/comparison-input.ts";
import type { EventStudy } from "../../domain/comparison.ts";
import type { Span } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { addMonths } from "../calendar.ts";
import { logRateOutcome, type StaggeredEstate } from "../cohort-outcome.ts";
import { logNormalInterval } from "../log-normal-interval.ts";
import { normalCritical } from "../normal.ts";
import { staggeredAtt } from "../staggered-att.ts";
import { staggeredDid } from "../staggered-did.ts";
import type { TreatedCohort } from "./cohorts.ts";
import type { Grid } from "./grid.ts";
import { consecutiveMonths } from "./series-effect.ts";

/** Replicates × estates × quarters that fit an answer: about half a second. */
const BUDGET = 1_000_000;
const FEWEST = 99;
const MOST = 499;

/**
 * The ratio by quarters since the installation, against the controls. Intervals come from drawing estates
 * anew, as often as the work allows; with too many estates for 99 draws they are null.
 */
export const dynamicOf = (
  grid: Grid,
  cohorts: readonly TreatedCohort[],
  control: readonly ComparedEstate[],
  { cuts, level, seed }: Pick<ComparisonInput, "cuts" | "level" | "seed">,
): EventStudy["dynamic"] => {
  const quarters = quartersOf(consecutiveMonths(cuts));
  const spans: readonly Span[] = quarters.map((from) => ({ from, to: addMonths(from, 3) }));
  if (quarters.length < 2) return [];
  const periods = quarters.map((_, i) => i);
  const seriesOf = (estate: ComparedEstate, cohort: number | null): readonly StaggeredEstate[] => {
    const bins = spans.map((span) => grid.observed(estate, span));
    if (bins.some(({ exposure }) => exposure === 0)) return [];
    return [{ cohort, counts: bins.map((bin) => bin.count), exposures: bins.map((bin) => bin.exposure) }];
  };
  const estates = [
    ...control.flatMap((estate) => seriesOf(estate, null)),
    ...cohorts.flatMap(({ installedOn, estates: own }) => {
      const start = spans.findIndex(({ to }) => to > installedOn);
      return start < 1 ? [] : own.flatMap((estate) => seriesOf(estate, start));
    }),
  ];
  if (estates.length < 2) return [];
  const panel = { estates, periods, control: "never-treated" } as const;
  const replicates = Math.min(MOST, Math.floor(BUDGET / (estates.length * periods.length)));
  const { effects, errors } =
    replicates < FEWEST
      ? { effects: staggeredAtt(logRateOutcome(estates, periods), panel.control), errors: undefined }
      : staggeredDid(panel, { replicates, seed });
  return effects.dynamic.map(({ since, att }, i) => {
    const se = errors?.dynamic[i]?.att ?? null;
    const ratio = att === null ? null : Math.exp(att);
    return {
      since,
      ratio,
      ci:
        ratio === null || se === null
          ? null
          : logNormalInterval(ratio, se, normalCritical(level), level, "estate-bootstrap"),
    };
  });
};

/** First days of whole quarters counted back from the last month. */
const quartersOf = (months: readonly LocalDate[]): readonly LocalDate[] => {
  const skipped = (months.length - 1) % 3;
  return months.slice(skipped, -1).filter((_, i) => i % 3 === 0);
};
