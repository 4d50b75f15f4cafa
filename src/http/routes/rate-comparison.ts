import { z } from "zod";
import { SELECTION_REASONS } from "../../domain/comparison-input.ts";
import { WINDOW_DEFAULTS } from "../../domain/rates.ts";
import type { Api } from "../api.ts";
import { callerOf, RATE_READERS } from "../auth.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { type ComparisonTold, estateComparisonSchema } from "./comparison-answer.ts";
import { comparisonData } from "./comparison-data.ts";
import { installationOf, lastDay } from "./counted-span.ts";
import { estatePath } from "./estates.ts";
import {
  countedQuery,
  countedTypes,
  countedUnit,
  daysSpan,
  monthsSpan,
  refuse,
  refuseSensor,
} from "./rate-query.ts";
import { refusePublicComparison, suppressed } from "./suppression.ts";

const MOST_CONTROLS = 100;

const switchedOn = z
  .enum(["true", "false"])
  .default("true")
  .transform((text) => text === "true");

/** The comparison of one estate before and after its installation. */
export function rateComparisonRoutes(app: Api, parts: HttpParts): void {
  const { store, comparisons, clock } = parts;
  app.route({
    method: "GET",
    url: "/estates/:estateId/rate-comparison",
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
      operationId: "compareRates",
      summary: "Rates before and after the installation: ratio, intervals, verdict, caveats",
      description: "A window after the installation that is not over is cut at the last complete day.",
      tags: ["rates"],
      params: estatePath,
      querystring: countedQuery.extend({
        before: monthsSpan
          .prefault(`P${WINDOW_DEFAULTS.beforeMonths}M`)
          .meta({ description: "Months before the installation" }),
        after: monthsSpan
          .prefault(`P${WINDOW_DEFAULTS.afterMonths}M`)
          .meta({ description: "Months after the washout" }),
        washout: daysSpan
          .prefault(`P${WINDOW_DEFAULTS.washoutDays}D`)
          .meta({ description: "Days left out after commissioning" }),
        calendarMatch: switchedOn.meta({
          description: "Compares less than a year after with the same days of an earlier year",
        }),
        control: z
          .string()
          .max(8_000)
          .exactOptional()
          .meta({ description: "Estates without the system, with commas between" }),
        selectionReason: z
          .enum(SELECTION_REASONS)
          .default("unknown")
          .meta({ description: "Why this estate got the system" }),
      }),
      response: { 200: estateComparisonSchema },
    },
    handler: async (request) => {
      const { query } = request;
      refuseSensor(query.series);
      const { unit } = countedUnit(query);
      if (unit === undefined) throw new Error("countedUnit let a recorded series without unit pass");
      const types = countedTypes(query);
      const { scope, role } = callerOf(request);
      const estate = await visibleEstate(store, scope, request.params.estateId);
      const installedOn = installationOf(estate);
      const { before: beforeMonths, after: afterMonths, washout: washoutDays, calendarMatch } = query;
      const laid = { beforeMonths, afterMonths, washoutDays, calendarMatch };
      if (role === "public")
        refusePublicComparison({ ...laid, byTypes: query.types !== undefined, ownDates: false });
      const now = clock.now();
      const input = await comparisonData(
        parts,
        {
          ...laid,
          treated: [estate.id],
          control: idsOf(query.control),
          buffer: [],
          bufferControl: [],
          installs: {},
          unit,
          types,
          grain: "days",
          level: query.conf,
          phi: "auto",
          selectionReason: query.selectionReason,
          declared: {},
          seed: 1,
        },
        scope,
        now,
      );
      const answer = await comparisons.compare(input);
      const told: ComparisonTold = {
        ...answer,
        spec: {
          ...query,
          before: `P${beforeMonths}M`,
          after: `P${afterMonths}M`,
          washout: `P${washoutDays}D`,
          calendarMatch: String(calendarMatch),
          zone: estate.zone,
        },
        records: input.records,
        dataAsOf: lastDay(input.records),
        answeredAt: now,
      };
      return { ...(role === "public" ? suppressed(told, input) : told), estateId: estate.id, installedOn };
    },
  });
}

function idsOf(text: string | undefined): readonly string[] {
  const ids = (text ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  refuse(
    ids.length <= MOST_CONTROLS
      ? []
      : [{ field: "query.control", reason: `at most ${MOST_CONTROLS}; ask POST /v1/comparisons for more` }],
  );
  return ids;
}
