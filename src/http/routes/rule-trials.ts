import { z } from "zod";
import { DAY } from "../../domain/time.ts";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { ADMINS } from "../auth.ts";
import { id, instant, listOf, nothing } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { backtestSchema } from "./backtest-answer.ts";
import { byFileName, refuseFaulty, ruleFiles, ruleTexts } from "./rule-files.ts";
import { faultSchema } from "./rules.ts";

const LONGEST_DAYS = 400;

const request = z.strictObject({
  from: instant.meta({ description: "receivedAt of the first events, inclusive" }),
  to: instant.meta({ description: "Exclusive; the present when it is later" }),
  estateId: id.exactOptional(),
  officers: z
    .int()
    .min(1)
    .max(100_000)
    .exactOptional()
    .meta({ description: "How many officers share the notifications of these estates" }),
  proposed: ruleTexts
    .exactOptional()
    .meta({ description: "Rules that take the place of those with the same id, or stand beside them" }),
});

const backtestPath = z.strictObject({ backtestId: z.uuid() });

/** Checking rules and trying them on stored events; nothing is put in force and nobody is told. */
export function ruleTrialRoutes(app: Api, { ruleTrials, store, clock }: HttpParts): void {
  app.route({
    method: "POST",
    url: "/rules/check",
    config: { access: ADMINS, problems: ["UNAVAILABLE"] },
    schema: {
      operationId: "checkRules",
      summary: "Say what is wrong with the texts of rule files; without effect",
      tags: ["rules"],
      body: z.strictObject({ files: ruleFiles }),
      response: {
        200: z.object({
          rules: listOf(z.object({ id: z.string(), version: z.string(), file: z.string() })).shape.items,
          faults: z.array(faultSchema).readonly(),
        }),
      },
    },
    handler: ({ body: { files } }) => ruleTrials.check(files),
  });

  app.route({
    method: "POST",
    url: "/rules/backtests",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT", "UNAVAILABLE"] },
    schema: {
      operationId: "startBacktest",
      summary: "Try the rules in force, and others beside them, on the stored events of a period",
      description:
        "One runs at a time; its outcome is kept for an hour. Refused with all faults when a proposed rule " +
        "has one.",
      tags: ["rules"],
      body: request,
      response: { 202: backtestSchema },
    },
    handler: async ({ body: { proposed: texts, ...asked } }, reply) => {
      const proposed = byFileName(texts);
      const period = { ...asked, to: Math.min(asked.to, clock.now()) };
      refusePeriod(period);
      if (period.estateId !== undefined) await store.estate(period.estateId);
      if (proposed) await refuseFaulty(ruleTrials, "proposed", proposed);
      return reply.code(202).send(ruleTrials.startBacktest(period, proposed));
    },
  });

  app.route({
    method: "GET",
    url: "/rules/backtests/:backtestId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getBacktest",
      summary: "How far a backtest is, or what it found",
      tags: ["rules"],
      params: backtestPath,
      response: { 200: backtestSchema },
    },
    handler: async ({ params: { backtestId } }) => ruleTrials.backtest(backtestId),
  });

  app.route({
    method: "DELETE",
    url: "/rules/backtests/:backtestId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "endBacktest",
      summary: "Call a backtest off, or forget one that has ended",
      tags: ["rules"],
      params: backtestPath,
      response: { 204: nothing },
    },
    handler: async ({ params: { backtestId } }, reply) => {
      ruleTrials.endBacktest(backtestId);
      return reply.code(204).send();
    },
  });
}

function refusePeriod({ from, to }: { readonly from: number; readonly to: number }): void {
  const field = "to";
  const reason =
    from >= to
      ? "must be later than from, and from earlier than now"
      : to - from > LONGEST_DAYS * DAY
        ? `must not be more than ${LONGEST_DAYS} days after from`
        : undefined;
  if (reason !== undefined)
    throw new ZhianError("VALIDATION", "the period cannot be used", { faults: [{ field, reason }] });
}
