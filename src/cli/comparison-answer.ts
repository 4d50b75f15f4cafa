import { z } from "zod";

const interval = z.looseObject({ lo: z.number(), hi: z.number().nullable(), level: z.number() });
const side = z.looseObject({
  from: z.string(),
  to: z.string(),
  count: z.number(),
  households: z.number(),
  householdYears: z.number(),
  rate: z.number(),
  ci: interval,
});
const judged = {
  ciDecision: interval.nullable(),
  pDecision: z.number().nullable(),
};

/** A comparison of one estate as the hub tells it; what is null is suppressed or could not be computed. */
export const comparisonAnswer = z.looseObject({
  unit: z.enum(["call", "case"]),
  control: z.array(z.string()),
  before: side.nullable(),
  after: side.nullable(),
  effect: z.looseObject({ rateRatio: z.number().nullable(), ...judged }).nullable(),
  controlled: z
    .looseObject({ rirr: z.number().nullable(), before: z.number(), after: z.number(), ...judged })
    .nullable(),
  minDetectable: z.number().nullable(),
  verdict: z.string(),
  provisional: z.boolean(),
  caveats: z.array(z.looseObject({ code: z.string(), severity: z.string(), zh: z.string(), en: z.string() })),
});

export type ComparisonAnswer = z.output<typeof comparisonAnswer>;
