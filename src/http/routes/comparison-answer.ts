import { z } from "zod";
import { SELECTION_REASONS } from "../../domain/comparison-input.ts";
import { COMPARISON_BLOCKS, COMPARISON_VERDICTS } from "../../domain/comparison.ts";
import { caveatSchema, interval, shared, sideSchema } from "./rate-answer.ts";

const number = z.number();
const p = number.nullable();
const span = z.object({ from: z.string(), to: z.string() });

const quasi = z
  .object({ phi: number, df: number.nullable(), ci: interval, p: number })
  .nullable()
  .meta({ description: "Quasi-Poisson; null with fewer than six months on a side" });

const decision = {
  quasi,
  ciDecision: interval.nullable().meta({ description: "The wider of exact and quasi, limit by limit" }),
  pDecision: p.meta({ description: "The larger p of exact and quasi; the verdict rests on it" }),
};

const effect = z.object({
  rateRatio: number.nullable().meta({ description: "After over before; null without a case before" }),
  percentChange: number.nullable(),
  exact: z
    .object({ ci: interval, percentCi: interval, pCentral: number, pMid: number, midpCi: interval })
    .nullable(),
  ...decision,
});

const prevented = z.object({ est: number, ci: interval, method: z.literal("wdd") });

const controlled = z.object({
  rirr: number.nullable().meta({ description: "Relative incident rate ratio: below 1 is good" }),
  res: number.nullable().meta({ description: "1 / rirr: above 1 is good" }),
  percentChangeRelative: number.nullable(),
  exact: z.object({ ci: interval, pCentral: number, pMid: number }).nullable(),
  ...decision,
  preventedCounts: prevented.meta({
    description: "In the treated estates, cases of their window after; above 0 is prevented",
  }),
  before: z.int().meta({ description: "Cases of the controls" }),
  after: z.int(),
});

const eb = z.object({
  theta: number,
  percentChange: number,
  ci: interval,
  observedAfter: number,
  expectedAfter: number,
  nReference: z.int(),
  k: number,
});

const pooled = z.object({
  mhIrr: number,
  ci: interval,
  p: number,
  dl: z.object({ ratio: number, ci: interval.nullable() }),
  tau2: number,
  i2: number,
  predictionInterval: interval.nullable(),
  estates: z
    .array(
      z.object({
        estateId: z.string(),
        before: z.int(),
        after: z.int(),
        rateRatio: number.nullable(),
        p,
        q: p,
      }),
    )
    .readonly(),
});

const its = z.object({
  step: z.object({ ratio: number, ci: interval, p: number, method: z.string() }),
  withoutTrend: z.object({ ratio: number, ci: interval }),
  monthsBefore: z.int(),
  monthsAfter: z.int(),
  dispersion: number,
});

const eventStudy = z.object({
  kind: z.enum(["panel", "staggered"]),
  overall: z.object({ ratio: number, ci: interval, p: number, method: z.string() }),
  preTrendP: p,
  pRandomisation: p,
  cohorts: z
    .array(
      z.object({
        installedOn: z.string(),
        estates: z.int(),
        before: z.int(),
        after: z.int(),
        controlBefore: z.int(),
        controlAfter: z.int(),
        rirr: number,
        ci: interval,
      }),
    )
    .readonly(),
  dynamic: z.array(z.object({ since: number, ratio: number.nullable(), ci: interval.nullable() })).readonly(),
});

const displacement = z.object({
  preventedCounts: prevented.extend({ p }).nullable().meta({
    description: "In treated estates and buffer together; above 0 is prevented",
  }),
  wdq: number.nullable(),
  wdqValid: z.boolean(),
  tne: number.nullable().meta({ description: "Total net effect in cases; above 0 is prevented" }),
  before: z.int(),
  after: z.int(),
});

const design = z.object({
  smsLevel: z.literal([2, 3, 4, 5]).meta({ description: "Maryland scale" }),
  selectionReason: z.enum(SELECTION_REASONS),
  nTreated: z.int(),
  nControl: z.int(),
  adoption: z.enum(["single", "staggered"]),
  mechanismNote: z.object({ zh: z.string(), en: z.string() }),
});

const { unit: _unit, estateId: _estate, ...told } = shared;

/** The whole answer of a before/after comparison; a block that is null has its reason in `reasons`. */
export const comparisonSchema = z.object({
  ...told,
  series: z.literal("recorded"),
  unit: z.enum(["call", "case"]),
  definition: z.string().meta({ description: "Version of the list of codes and their categories" }),
  treated: z.array(z.object({ estateId: z.string(), installedOn: z.string() })).readonly(),
  control: z.array(z.string()).readonly(),
  design,
  windows: z
    .object({ before: span, washout: span, after: span })
    .nullable()
    .meta({ description: "null: the estates were installed at several dates" }),
  before: sideSchema.nullable().meta({ description: "Sums over the treated estates; null: suppressed" }),
  after: sideSchema.nullable(),
  effect: effect.nullable().meta({ description: "null: suppressed" }),
  controlled: controlled.nullable(),
  eb: eb.nullable(),
  pooled: pooled.nullable(),
  its: its.nullable(),
  eventStudy: eventStudy.nullable(),
  displacement: displacement.nullable(),
  reasons: z
    .partialRecord(z.enum(COMPARISON_BLOCKS), z.string())
    .meta({ description: "Why each block that is null is" }),
  minDetectable: z.int().nullable().meta({
    description: "Largest count after that would be significant at equal exposure; null when none would",
  }),
  decidedBy: z.enum(["effect", "controlled", "eb", "eventStudy"]).nullable(),
  verdict: z.enum(COMPARISON_VERDICTS),
  provisional: z.boolean(),
  caveats: z.array(caveatSchema).readonly(),
  seed: z.int(),
  suppressed: z
    .literal(true)
    .optional()
    .meta({ description: "Counts below five were found; for the public no number is shown then" }),
});

/** That of one estate. */
export const estateComparisonSchema = comparisonSchema.extend({
  estateId: z.string(),
  installedOn: z.string(),
});

/** A comparison as it is told. */
export type ComparisonTold = z.output<typeof comparisonSchema>;
