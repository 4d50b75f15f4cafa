import { z } from "zod";
import type { Api } from "../api.ts";
import { READERS } from "../auth.ts";
import type { HttpParts } from "../parts.ts";
import { interval } from "./rate-answer.ts";

const number = z.number();
const phi = number
  .min(1)
  .max(20)
  .default(1)
  .meta({ description: "Variance by mean of the counts: 1 when cases come singly, more when in bursts" });

const claim = z.strictObject({
  percentDecrease: number.min(0).max(100).meta({ description: "As printed, without its sign" }),
  decimals: z.int().min(0).max(6).default(2).meta({ description: "Decimals that were printed" }),
  maxBefore: z
    .int()
    .min(1)
    .max(10_000)
    .default(300)
    .meta({ description: "Greatest count before thought possible" }),
});

const claimAnswer = z.object({
  pairCount: z.int(),
  smallestPairs: z
    .array(z.object({ before: z.int(), after: z.int(), pCentral: number, ci: interval }))
    .readonly()
    .meta({ description: "At most six; p and interval at equal exposure, if nothing came in bursts" }),
  spec: claim,
});

const powerQuestion = z.strictObject({
  beforeCount: z.int().min(0).max(100_000),
  exposureRatio: number
    .min(0.01)
    .max(100)
    .default(1)
    .meta({ description: "Exposure after by exposure before" }),
  phi,
});

const powerAnswer = z.object({
  largestSignificantAfter: z
    .int()
    .nullable()
    .meta({ description: "null: not even zero would be significant" }),
  smallestSignificantDecrease: number.nullable().meta({ description: "Percent of the rate" }),
  chances: z.array(z.object({ reductionPercent: number, power: number })).readonly(),
  spec: powerQuestion,
});

const studyQuestion = z.strictObject({
  households: number.positive().max(1_000_000).meta({ description: "Of one estate" }),
  rate: number.positive().max(10_000).meta({ description: "Cases per 1,000 household-years before" }),
  reductionPercent: number.min(1).max(99).default(30),
  phi,
  power: number.min(0.5).max(0.99).default(0.8),
});

const size = z.object({
  months: z.int().meta({ description: "Before, and as many after" }),
  estates: z.int(),
  expectedBefore: number,
  expectedAfter: number,
  power: number,
});

const studyAnswer = z.object({
  oneEstate: size.nullable().meta({ description: "null: ten years on either side do not do" }),
  oneYear: size
    .nullable()
    .meta({ description: "Twelve months on either side; null: more than 10,000 estates" }),
  usual: size.meta({ description: "What twelve months of one estate can show" }),
  spec: studyQuestion,
});

/** What a printed percentage leaves open, and what can be seen at all. They read nothing from the store. */
export function studyRoutes(app: Api, { studies }: HttpParts): void {
  app.route({
    method: "POST",
    url: "/claim-check",
    config: { access: READERS },
    schema: {
      operationId: "checkClaim",
      summary: "Which counts a printed percentage may come from, and what they would prove",
      tags: ["rates"],
      body: claim,
      response: { 200: claimAnswer },
    },
    handler: async ({ body }) => ({ ...studies.claimCheck(body, 0.95), spec: body }),
  });
  app.route({
    method: "POST",
    url: "/power",
    config: { access: READERS },
    schema: {
      operationId: "getPower",
      summary: "What a count before can ever show, at 95 % and twelve months on either side",
      tags: ["rates"],
      body: powerQuestion,
      response: { 200: powerAnswer },
    },
    handler: async ({ body }) => ({ ...studies.power(body), spec: body }),
  });
  app.route({
    method: "POST",
    url: "/study-plan",
    config: { access: READERS },
    schema: {
      operationId: "planStudy",
      summary: "How many months, or how many estates, until a reduction can be seen",
      tags: ["rates"],
      body: studyQuestion,
      response: { 200: studyAnswer },
    },
    handler: async ({ body }) => ({ ...studies.plan(body), spec: body }),
  });
}
