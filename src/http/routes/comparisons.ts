import { z } from "zod";
import { SELECTION_REASONS } from "../../domain/comparison-input.ts";
import { WINDOW_DEFAULTS } from "../../domain/rates.ts";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { callerOf, RATE_READERS } from "../auth.ts";
import { createComparisonJobs } from "../comparison-jobs.ts";
import { code, id, localDate } from "../fields.ts";
import type { HttpLimits, HttpParts } from "../parts.ts";
import { comparisonSchema, type ComparisonTold } from "./comparison-answer.ts";
import { comparisonData } from "./comparison-data.ts";
import { CATEGORIES, countedTypes, daysSpan, monthsSpan, refuseSensor } from "./rate-query.ts";
import { refusePublicComparison, suppressed } from "./suppression.ts";

const MOST = 2_000;

const declared = z
  .strictObject({
    concurrent: z.string().trim().min(1).max(200).exactOptional(),
    reportingChanged: z.boolean().exactOptional(),
    definitionChangedOn: localDate.exactOptional(),
    publishedPercent: z.number().min(0).max(100).multipleOf(0.000001).exactOptional(),
  })
  .meta({ description: "What only people know: another measure, another way to report, a published figure" });

const windows = z.strictObject({
  before: monthsSpan.prefault(`P${WINDOW_DEFAULTS.beforeMonths}M`),
  after: monthsSpan.prefault(`P${WINDOW_DEFAULTS.afterMonths}M`),
  washout: daysSpan.prefault(`P${WINDOW_DEFAULTS.washoutDays}D`),
  calendarMatch: z.boolean().default(true),
});

const body = z.strictObject({
  treated: z.array(id).min(1).max(MOST),
  control: z.array(id).max(MOST).default([]),
  buffer: z.array(id).max(MOST).default([]).meta({ description: "Estates beside the treated ones" }),
  bufferControl: z.array(id).max(MOST).default([]).meta({ description: "Estates beside the controls" }),
  installs: z
    .record(id, localDate)
    .default({})
    .meta({ description: "Dates that stand in for those of the estates" }),
  series: z.enum(["recorded", "sensor"]).default("recorded"),
  unit: z.enum(["call", "case"], "must be call or case; the two are never mixed"),
  category: z.enum(CATEGORIES).exactOptional(),
  types: z.array(code).min(1).max(200).exactOptional(),
  windows: windows.prefault({}),
  conf: z.number().min(0.5).max(0.9999).default(0.95),
  phi: z
    .union([z.literal("auto"), z.number().min(1).max(100)])
    .default("auto")
    .meta({ description: "Over-dispersion: from the months, or given" }),
  selectionReason: z.enum(SELECTION_REASONS).default("unknown"),
  declared: declared.prefault({}),
  seed: z.int().min(0).max(4_294_967_295).default(1),
});

const working = z.object({ id: z.uuid(), status: z.literal("running") });

/** Comparison of groups of estates. Windows are whole calendar months, so that many dates share their months. */
export function comparisonRoutes(app: Api, parts: HttpParts, limits: HttpLimits): void {
  const { comparisons, clock } = parts;
  const jobs = createComparisonJobs<ComparisonTold>(clock);

  app.route({
    method: "POST",
    url: "/comparisons",
    config: {
      access: RATE_READERS,
      problems: [
        "NOT_FOUND",
        "SERIES_NOT_COMPARABLE",
        "NOT_INSTALLED",
        "WINDOW_OVERLAPS_INSTALL",
        "NO_EXPOSURE",
        "UNAVAILABLE",
      ],
    },
    schema: {
      operationId: "compareGroups",
      summary: "Compare groups of estates before and after, with controls and neighbours",
      description: "Answers 202 with an id when it takes long (five seconds); ask for it by the id then.",
      tags: ["rates"],
      body,
      response: { 200: comparisonSchema, 202: working },
    },
    handler: async (request, reply) => {
      const asked = request.body;
      refuseSensor(asked.series);
      const { tokenId, scope, role } = callerOf(request);
      const { before: beforeMonths, after: afterMonths, washout: washoutDays, calendarMatch } = asked.windows;
      const laid = { beforeMonths, afterMonths, washoutDays, calendarMatch };
      if (role === "public")
        refusePublicComparison({
          ...laid,
          byTypes: asked.types !== undefined,
          ownDates: Object.keys(asked.installs).length > 0,
        });
      const types = countedTypes(
        {
          ...(asked.category !== undefined && { category: asked.category }),
          ...(asked.types !== undefined && { types: asked.types.join(",") }),
        },
        "",
      );
      const now = clock.now();
      const { conf: level, ...rest } = asked;
      const input = await comparisonData(
        parts,
        { ...rest, ...laid, types, level, grain: "months" },
        scope,
        now,
      );
      const work = comparisons.compare(input).then((answer): ComparisonTold => {
        const told = {
          ...answer,
          spec: {
            unit: asked.unit,
            before: `P${beforeMonths}M`,
            after: `P${afterMonths}M`,
            washout: `P${washoutDays}D`,
            calendarMatch: String(calendarMatch),
            conf: level,
            phi: asked.phi,
          },
          records: input.records,
          dataAsOf: input.records?.last ?? null,
          answeredAt: now,
        };
        return role === "public" ? suppressed(told, input) : told;
      });
      const outcome = await jobs.within(limits.comparisonMs, tokenId, work);
      return "answer" in outcome
        ? reply.code(200).send(outcome.answer)
        : reply.code(202).send({ id: outcome.id, status: "running" as const });
    },
  });

  app.route({
    method: "GET",
    url: "/comparisons/:comparisonId",
    config: { access: RATE_READERS, problems: ["NOT_FOUND", "UNAVAILABLE"] },
    schema: {
      operationId: "getComparison",
      summary: "A comparison that took longer; kept for an hour, for the token that asked",
      tags: ["rates"],
      params: z.strictObject({ comparisonId: z.uuid() }),
      response: { 200: comparisonSchema, 202: working },
    },
    handler: async (request, reply) => {
      const { comparisonId } = request.params;
      const job = jobs.find(comparisonId, callerOf(request).tokenId);
      if (job.status === "running")
        return reply.code(202).send({ id: comparisonId, status: "running" as const });
      if (job.status === "done") return reply.code(200).send(job.answer);
      throw job.error instanceof ZhianError
        ? job.error
        : new Error("the comparison failed", { cause: job.error });
    },
  });
}
