import { z } from "zod";
import type { Estate } from "../../domain/estate.ts";
import type { Caveat } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { callerOf, RATE_READERS } from "../auth.ts";
import { localDate } from "../fields.ts";
import { localDay } from "../local-day.ts";
import { instantsIn } from "../local-span.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { earlier, installationOf, lastDay, sumOf } from "./counted-span.ts";
import { estatePath } from "./estates.ts";
import { ratesSchema } from "./rate-answer.ts";
import { countedQuery, countedTypes, countedUnit, refuse } from "./rate-query.ts";
import { maskedRates, refusePublicRates } from "./suppression.ts";

const MAX_DAYS = 40 * 366;
const MAX_ROWS = 4_000;
const DAYS_IN = { day: 1, week: 7, month: 28 } as const;
const DAY_MS = 86_400_000;

const RAW = "household-days / 365.25, the households of each day; rates per 1,000 household-years";
const EXPOSURE = {
  raw: RAW,
  adjusted: `${RAW}; each row's times its coverage, the total the sum of its rows`,
} as const;
const METHODS = {
  coverage: "device-hours observed / device-hours: since a device was first heard, less absences",
  rateInterval: "garwood/1: exact central Poisson limits (Garwood 1936)",
} as const;

const DETECTION_BIAS: Caveat = {
  code: "DETECTION_BIAS",
  severity: "warning",
  zh: "传感器序列只反映设备所能发现的情况，不能与安装前比较。",
  en: "The sensor series shows what devices can see, and cannot be compared with the time before them.",
};

/** Incident rates of one estate over time. */
export function rateRoutes(app: Api, { store, statistics, clock }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/estates/:estateId/incident-rates",
    config: {
      access: RATE_READERS,
      problems: ["NOT_FOUND", "NO_EXPOSURE", "NOT_INSTALLED", "WINDOW_OVERLAPS_INSTALL"],
    },
    schema: {
      operationId: "getIncidentRates",
      summary: "Rates of one estate over time, with counts, exposure and intervals",
      description: "Only complete days count: the present day and the future are cut off.",
      tags: ["rates"],
      params: estatePath,
      querystring: countedQuery.extend({
        from: localDate.meta({ description: "First day, in the estate's zone" }),
        to: localDate.meta({ description: "The day after the last" }),
        bucket: z.enum(["month", "week", "day"]).default("month"),
        coverage: z.enum(["adjusted", "raw"]).exactOptional().meta({
          description:
            "adjusted: only what devices observed is exposure; by default for the sensor series, raw otherwise",
        }),
      }),
      response: { 200: ratesSchema },
    },
    handler: async (request) => {
      const { series, bucket, conf: level, from } = request.query;
      const types = countedTypes(request.query);
      const unit = countedUnit(request.query);
      const { scope, role } = callerOf(request);
      const estate = await visibleEstate(store, scope, request.params.estateId);
      const now = clock.now();
      if (role === "public") refusePublicRates(request.query, localDay(now, estate.zone));
      const to = lastComplete(request.query, localDay(now, estate.zone));
      if (series === "sensor") refuseBeforeInstallation(estate, from);

      const { id: estateId, households } = estate;
      const { coverage = series === "sensor" ? "adjusted" : "raw" } = request.query;
      const [buckets, changes] = await Promise.all([
        store.caseCounts({ estateId, series, ...unit, types, from, to, bucket }),
        store.householdChanges(estateId),
      ]);
      // A bucket ends where the next begins; the first and the last are cut to the span.
      const spans = buckets.map(({ bucket: start, count }, index) => ({
        from: start < from ? from : start,
        to: buckets[index + 1]?.bucket ?? to,
        count,
      }));
      const sum = sumOf(buckets);
      const [whole = null, ...observed] = await store.coverage(
        estateId,
        [{ from, to }, ...spans].map(instantsIn(estate.zone)),
      );
      const { rows, total, caveats } = statistics.rates({
        series,
        counts: spans.map((span, index) => Object.assign(span, { coverage: observed[index] ?? null })),
        coverage: whole,
        households,
        changes,
        adjusted: coverage === "adjusted",
        level,
      });
      const records =
        unit.unit === undefined
          ? undefined
          : ((await store.recordedSpan({ estateId, unit: unit.unit })) ?? null);
      const data = statistics.dataCaveats({
        spans: [{ from, to }],
        counted: sum.count,
        simulated: sum.simulated,
        ...(records !== undefined && { records }),
      });
      const shown =
        role === "public" ? maskedRates(rows, total, data.caveats) : { rows, total, caveats: data.caveats };
      return {
        estateId,
        series,
        ...unit,
        types,
        rows: shown.rows,
        total: shown.total,
        methods: { ...METHODS, exposure: EXPOSURE[coverage] },
        simulated: data.simulated,
        caveats: [...(series === "sensor" ? [DETECTION_BIAS] : []), ...shown.caveats, ...caveats],
        spec: { ...request.query, ...unit, coverage, to, requestedTo: request.query.to, zone: estate.zone },
        ...(records !== undefined && { records }),
        dataAsOf: records === undefined ? localDay(now, estate.zone) : lastDay(records),
        answeredAt: now,
      };
    },
  });
}

/** Where the counting ends: `to`, or today, whose own day is not over. */
function lastComplete(
  { from, to, bucket }: { from: LocalDate; to: LocalDate; bucket: keyof typeof DAYS_IN },
  today: LocalDate,
): LocalDate {
  refuse(from < to ? [] : [{ field: "query.to", reason: `must lie after from (${from})` }]);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  refuse(
    days <= MAX_DAYS && days / DAYS_IN[bucket] <= MAX_ROWS
      ? []
      : [{ field: "query.to", reason: `at most ${MAX_ROWS} buckets fit one answer; ask for a shorter span` }],
  );
  const end = earlier(to, today);
  if (from >= end) {
    throw new ZhianError("NO_EXPOSURE", "no day of the span is over", {
      faults: [{ field: "query.from", reason: `is ${from}; the estate's today is ${today}` }],
    });
  }
  return end;
}

function refuseBeforeInstallation(estate: Estate, from: LocalDate): void {
  const installedOn = installationOf(estate);
  if (from >= installedOn) return;
  throw new ZhianError("WINDOW_OVERLAPS_INSTALL", "the sensor series begins with the installation", {
    faults: [{ field: "query.from", reason: `is ${from}, before ${installedOn}` }],
  });
}
