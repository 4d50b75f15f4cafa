import { z } from "zod";
import type { Simulation, Verdict } from "../../domain/rates.ts";
import { instant } from "../fields.ts";

const VERDICTS = [
  "not_estimable",
  "inconclusive",
  "decrease_uncontrolled",
  "increase_uncontrolled",
] as const satisfies readonly Verdict[];

const SIMULATIONS = ["none", "all", "mixed"] as const satisfies readonly Simulation[];

const number = z.number();
const span = z.object({ from: z.string(), to: z.string() }).meta({ description: "`to` is not part of it" });

const interval = z.object({
  lo: number,
  hi: number.nullable().meta({ description: "null: without upper limit" }),
  level: number,
  method: z.string(),
});

/** One bucket of a rate series. */
export const rateRowSchema = z.object({
  from: z.string(),
  to: z.string(),
  count: z.int(),
  households: number,
  householdYears: number,
  rate: number.meta({ description: "Per 1,000 household-years" }),
  ci: interval,
});

const side = rateRowSchema.extend({ months: number });

/** A reason to read a number with care. */
export const caveatSchema = z.object({
  code: z.string(),
  severity: z.enum(["info", "warning", "blocking"]),
  zh: z.string(),
  en: z.string(),
  evidence: z.record(z.string(), z.union([number, z.string()])).optional(),
});

const shared = {
  estateId: z.string(),
  unit: z.enum(["call", "case"]).optional(),
  types: z.array(z.string()).readonly().meta({ description: "The codes that were counted" }),
  methods: z.record(z.string(), z.string()).meta({ description: "By what each number was computed" }),
  caveats: z.array(caveatSchema).readonly(),
  spec: z
    .record(z.string(), z.union([z.string(), number]))
    .meta({ description: "The question as it was understood, defaults included" }),
  simulated: z.enum(SIMULATIONS).meta({
    description: "Whether what was counted was made by a simulator; `mixed` is of no use to anybody",
  }),
  records: z
    .object({
      first: z.string().meta({ format: "date" }),
      last: z.string().meta({ format: "date" }),
      lastImportAt: instant.optional(),
    })
    .nullable()
    .optional()
    .meta({
      description:
        "Days of the first and the last record of this unit, in the sources that have records of the estate " +
        "(in all sources when none has); null: nothing was imported; absent for the sensor series",
    }),
  dataAsOf: z.string().nullable().meta({
    description: "Up to which day there are data: that of the last record; today for the sensor series",
    format: "date",
  }),
  answeredAt: instant,
};

/** A series of rates. */
export const ratesSchema = z.object({
  ...shared,
  series: z.enum(["recorded", "sensor"]),
  rows: z.array(rateRowSchema).readonly(),
  total: rateRowSchema,
});

/** A before/after comparison of one estate. */
export const comparisonSchema = z.object({
  ...shared,
  series: z.literal("recorded"),
  installedOn: z.string(),
  windows: z.object({ before: span, washout: span, after: span }),
  before: side,
  after: side,
  effect: z.object({
    rateRatio: number.nullable(),
    percentChange: number.nullable(),
    exact: z
      .object({ ci: interval, percentCi: interval, pCentral: number, pMid: number, midpCi: interval })
      .nullable(),
  }),
  minDetectable: z.int().nullable().meta({
    description: "Largest count after that would be significant at equal exposure; null when none would",
  }),
  verdict: z.enum(VERDICTS),
  provisional: z.boolean(),
});
