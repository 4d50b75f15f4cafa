import { z } from "zod";
import type { Simulation } from "../../domain/rates.ts";
import { instant } from "../fields.ts";

const SIMULATIONS = ["none", "all", "mixed"] as const satisfies readonly Simulation[];

const number = z.number();
/** A confidence interval. */
export const interval = z.object({
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
  households: number.meta({ description: "Mean over the days" }),
  householdYears: number.meta({
    description: "The exposure; with `coverage=adjusted` what was observed of it",
  }),
  coverage: number.nullable().meta({
    description: "Share of device-hours in which devices were observed, 0 to 1; null: unknown",
  }),
  rate: number
    .nullable()
    .meta({ description: "Per 1,000 household-years; null: there was no exposure, so the count is no zero" }),
  ci: interval.nullable(),
});

/** One side of a comparison. */
export const sideSchema = rateRowSchema.extend({ months: number, rate: number, ci: interval });

/** A reason to read a number with care. */
export const caveatSchema = z.object({
  code: z.string(),
  severity: z.enum(["info", "warning", "blocking"]),
  zh: z.string(),
  en: z.string(),
  evidence: z.record(z.string(), z.union([number, z.string()])).optional(),
});

/** What every answer with counts tells beside them. */
export const shared = {
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

/** A row as the public may see it. */
const told = rateRowSchema.extend({
  count: z.int().nullable().meta({ description: "null: suppressed" }),
  suppressed: z
    .literal(true)
    .optional()
    .meta({ description: "The count, or one that would follow from it, is below five" }),
});

/** A series of rates. */
export const ratesSchema = z.object({
  ...shared,
  series: z.enum(["recorded", "sensor"]),
  rows: z.array(told).readonly(),
  total: told,
});
