import type { ComparedEstate, ComparisonInput } from "../../domain/comparison-input.ts";
import type { Comparison, ComparisonBlock } from "../../domain/comparison.ts";
import type { Caveat, ComparisonSide } from "../../domain/rates.ts";
import { DEFINITION } from "../../domain/taxonomy.ts";
import { daysOf, monthsOf } from "../calendar.ts";
import { refuse } from "../checks.ts";
import { garwoodLimits } from "../count-interval.ts";
import { dataCaveats, isRecorded } from "../data-caveats.ts";
import { totalOf } from "../dispersion.ts";
import { minDetectableAfter } from "../min-detectable.ts";
import { rateInterval, rateOf } from "../rates.ts";
import { binsOf, cohortsOf, stackedBins, type TreatedCohort } from "./cohorts.ts";
import { comparisonBlocks } from "./comparison-blocks.ts";
import { refuseFaulty } from "./comparison-faults.ts";
import { comparisonVerdict } from "./comparison-verdict.ts";
import { COUNT_CAVEATS } from "./count-caveats.ts";
import { DESIGN_CAVEATS } from "./design-caveats.ts";
import { designOf } from "./design.ts";
import { effectOf, NO_EFFECT } from "./effect.ts";
import { type Grid, gridOf } from "./grid.ts";
import { METHODS } from "./methods.ts";
import { WINDOW_CAVEATS } from "./window-caveats.ts";

/**
 * Compares treated estates before and after their installation, with the engine that the numbers of estates,
 * dates and controls ask for; every block of the answer is filled or null with its reason. Pure; the same
 * input and seed give the same answer. Throws VALIDATION, WINDOW_OVERLAPS_INSTALL or NO_EXPOSURE, naming
 * the fields.
 */
export const compareGroups = (input: ComparisonInput): Comparison => {
  refuseFaulty(input);
  const { level, selectionReason, records, treated, control } = input;
  const grid = gridOf(input.cuts);
  const cohorts = cohortsOf(treated, input.today);
  const bins = stackedBins(cohorts.map(({ estates, windows }) => binsOf(grid, estates, windows)));
  const before = sideOf(cohorts, "before", bins.before, input);
  const after = sideOf(cohorts, "after", bins.after, input);
  const windows = cohorts.map((cohort) => cohort.windows);
  const recorded = windows.every(
    ({ before: earlier, seen }) => isRecorded(earlier, records) && isRecorded(seen, records),
  );
  const effect = recorded ? effectOf(bins, input) : NO_EFFECT;
  const blocks = comparisonBlocks(grid, cohorts, bins, effect, recorded, input);
  const { controlled, eb, eventStudy, parallelP } = blocks;
  const hasControl = control.length > 0;
  const decided = recorded
    ? comparisonVerdict(
        {
          effect,
          controlled: given(controlled),
          eb: given(eb),
          staggered: cohorts.length > 1 ? given(eventStudy) : null,
          hasControl,
          selectionReason,
        },
        level,
      )
    : ({ verdict: "not_estimable", decidedBy: null } as const);
  const minDetectable = minDetectableAfter(before.count, level);
  const facts = {
    input,
    windows,
    before,
    after,
    effect,
    controlled: given(controlled),
    pooled: given(blocks.pooled),
    eb: given(eb) !== null,
    parallelP,
    minDetectable,
    verdict: decided.verdict,
    recorded,
  };
  const data = dataCaveats({
    spans: spansOf(windows),
    ...countedOf(grid, cohorts, control),
    records,
  });
  const rules = [...(recorded ? COUNT_CAVEATS : []), ...WINDOW_CAVEATS, ...DESIGN_CAVEATS];
  const caveats: readonly Caveat[] = [...data.caveats, ...rules.flatMap((rule) => rule(facts) ?? [])];
  const [first] = cohorts;
  return {
    series: "recorded",
    unit: input.unit,
    types: input.types,
    definition: DEFINITION,
    treated: treated.map(({ estateId, installedOn }) => ({ estateId, installedOn })),
    control: control.map(({ estateId }) => estateId),
    design: designOf(input, cohorts.length > 1 ? "staggered" : "single", parallelP),
    windows: cohorts.length === 1 && first !== undefined ? planned(first) : null,
    before,
    after,
    effect,
    controlled: given(controlled),
    eb: given(eb),
    pooled: given(blocks.pooled),
    its: given(blocks.its),
    eventStudy: given(eventStudy),
    displacement: given(blocks.displacement),
    reasons: reasonsOf({
      controlled,
      eb,
      pooled: blocks.pooled,
      its: blocks.its,
      eventStudy,
      displacement: blocks.displacement,
    }),
    minDetectable,
    ...decided,
    simulated: data.simulated,
    provisional: caveats.some(({ severity }) => severity === "blocking"),
    caveats,
    methods: METHODS,
    seed: input.seed,
  };
};

const given = <T extends object>(block: T | string): T | null => (typeof block === "string" ? null : block);

const reasonsOf = (
  blocks: Readonly<Record<ComparisonBlock, object | string>>,
): Readonly<Partial<Record<ComparisonBlock, string>>> =>
  Object.fromEntries(Object.entries(blocks).filter(([, block]) => typeof block === "string"));

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const planned = ({ windows: { before, washout, after } }: TreatedCohort): Comparison["windows"] => ({
  before,
  washout,
  after,
});

const spansOf = (windows: readonly TreatedCohort["windows"][]) =>
  windows.flatMap(({ before, seen }) => [before, seen]).toSorted((a, b) => (a.from < b.from ? -1 : 1));

/** All cases of the windows, those of the controls among them, and how many a simulator made. */
const countedOf = (grid: Grid, cohorts: readonly TreatedCohort[], control: readonly ComparedEstate[]) => {
  const parts = cohorts.flatMap(({ estates, windows }) =>
    [windows.before, windows.seen].map((span) => ({ span, estates: [...estates, ...control] })),
  );
  return {
    counted: total(parts.map(({ estates, span }) => grid.total(estates, span).count)),
    simulated: total(parts.map(({ estates, span }) => grid.simulated(estates, span))),
  };
};

/** The sums of one side over all treated estates; its days reach from the first window to the last. */
const sideOf = (
  cohorts: readonly TreatedCohort[],
  side: "before" | "after",
  bins: Parameters<typeof totalOf>[0],
  { level, coverage }: ComparisonInput,
): ComparisonSide => {
  const spans = cohorts.map(({ windows }) => (side === "before" ? windows.before : windows.seen));
  const { count, exposure } = totalOf(bins);
  refuse(
    "NO_EXPOSURE",
    "without households there is no rate",
    exposure > 0 ? [] : [{ field: "households", reason: `are 0 in the window ${side}` }],
  );
  const from = spans.map((span) => span.from).toSorted()[0] ?? "";
  const to =
    spans
      .map((span) => span.to)
      .toSorted()
      .at(-1) ?? "";
  const [own = { from, to }] = spans;
  const days = total(cohorts.map(({ estates }, i) => estates.length * daysOf(spans[i] ?? own)));
  const estates = total(cohorts.map((cohort) => cohort.estates.length));
  return {
    from,
    to,
    count,
    // to a millionth: the way through years leaves a rest
    households: Math.round(((exposure * 365.25 * estates) / days) * 1e6) / 1e6,
    householdYears: exposure,
    coverage: coverage[side],
    rate: rateOf(count, exposure),
    ci: rateInterval(garwoodLimits(count, level), exposure, level),
    months: monthsOf(own),
  };
};
