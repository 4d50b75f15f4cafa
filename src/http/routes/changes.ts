import { z } from "zod";
import type { ChangeName, PeriodAnswer } from "../../domain/period-change.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";
import { month, monthQuery } from "./month-query.ts";
import { interval, shared } from "./rate-answer.ts";
import { countedTypes } from "./rate-query.ts";

const DAYS_PER_YEAR = 365.25;

const METHODS = {
  percent: "(current - base) / base * 100, as the statistics bureau defines it; null where the base is 0",
  rate: "the same of the rates per household-year",
  ci: "exact-conditional/1: of the change of the rates (Fay 2010)",
} as const;

const number = z.number();
const sides = z.object({ current: number, base: number });
const change = z
  .object({
    raw: number.nullable().meta({ description: "Percent, of the counts; null where the base is 0" }),
    rate: number.nullable().meta({ description: "Percent, of the rates" }),
    ci: interval.nullable().meta({ description: "Of `rate`; null where both counts are 0" }),
    counts: sides,
    householdYears: sides,
  })
  .nullable()
  .meta({ description: "null: `reasons` says why" });

const changesSchema = z.object({
  ...shared,
  unit: z.enum(["call", "case"]),
  period: z.string(),
  tongbi: change.meta({ description: "同比: against the same month of the year before" }),
  huanbi: change.meta({ description: "环比: against the month before" }),
  tongbiJanFeb: change.meta({
    description:
      "同比 of January and February together, in answers about February: the Spring Festival moves",
  }),
  reasons: z.record(z.string(), z.enum(["not_recorded", "no_exposure", "told_for_february"])),
});

/** 同比 and 环比 of an estate's month. */
export function changeRoutes(app: Api, { store, bulletins, clock }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/estates/:estateId/yoy",
    config: { access: READERS, problems: ["NOT_FOUND", "NO_EXPOSURE"] },
    schema: {
      operationId: "getChanges",
      summary: "A month against the same month of last year (同比) and the month before (环比)",
      description:
        "Each change is told of the counts and of the rates, with its counts. The month must be over.",
      tags: ["rates"],
      params: estatePath,
      querystring: monthQuery.extend({ period: month.meta({ description: "The month, YYYY-MM" }) }),
      response: { 200: changesSchema },
    },
    handler: async (request) => {
      const { period, unit, conf: level } = request.query;
      const types = countedTypes(request.query);
      const estate = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      const answer = await bulletins.changes(estate, { month: period, unit, types, level });
      const { records, simulated, caveats, changes } = answer;
      const reasons = Object.entries(answer.reasons).map(([name, why]) => [NAMES[name as ChangeName], why]);
      return {
        estateId: estate.id,
        unit,
        types,
        period,
        tongbi: told(changes.yearOnYear),
        huanbi: told(changes.monthOnMonth),
        tongbiJanFeb: told(changes.janFebYearOnYear),
        reasons: Object.fromEntries(reasons) as Record<
          string,
          NonNullable<PeriodAnswer["reasons"][ChangeName]>
        >,
        methods: METHODS,
        caveats,
        simulated,
        spec: { ...request.query, zone: estate.zone },
        records,
        dataAsOf: records?.last ?? null,
        answeredAt: clock.now(),
      };
    },
  });
}

const NAMES: Readonly<Record<ChangeName, string>> = {
  yearOnYear: "tongbi",
  monthOnMonth: "huanbi",
  janFebYearOnYear: "tongbiJanFeb",
};

function told(found: PeriodAnswer["changes"][ChangeName]): z.output<typeof change> {
  if (found === null) return null;
  const { current, base, rawPercent, ratePercent, rateCi } = found;
  return {
    raw: rawPercent,
    rate: ratePercent,
    ci: rateCi,
    counts: { current: current.count, base: base.count },
    householdYears: { current: current.exposure / DAYS_PER_YEAR, base: base.exposure / DAYS_PER_YEAR },
  };
}
