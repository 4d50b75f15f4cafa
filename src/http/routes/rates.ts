import { z } from "zod";
import type { Estate } from "../../domain/estate.ts";
import { WINDOW_DEFAULTS, type Caveat, type RecordedSpan } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { ZhianError } from "../../errors.ts";
import type { CaseCount, CaseCountQuery } from "../../ports.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { localDate } from "../fields.ts";
import { localDay } from "../local-day.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";
import { comparisonSchema, ratesSchema } from "./rate-answer.ts";
import { countedQuery, countedTypes, countedUnit, daysSpan, monthsSpan, refuse } from "./rate-query.ts";

const MAX_DAYS = 40 * 366;
const MAX_ROWS = 4_000;
const DAYS_IN = { day: 1, week: 7, month: 28 } as const;
const DAY_MS = 86_400_000;

const METHODS = {
  exposure: "household-days / 365.25, households held constant; rates per 1,000 household-years",
  rateInterval: "garwood/1: exact central Poisson limits (Garwood 1936)",
} as const;

const DETECTION_BIAS: Caveat = {
  code: "DETECTION_BIAS",
  severity: "warning",
  zh: "传感器序列只反映设备所能发现的情况，未按设备在线率修正，不能与安装前比较。",
  en: "The sensor series shows what devices can see, is not adjusted for their up-time, and cannot be compared with the time before them.",
};

/** Incident rates of one estate, and the comparison before and after its installation. */
export function rateRoutes(app: Api, { store, statistics, clock }: HttpParts): void {
  /** Counts over [from, to); no question is asked about days that are none. */
  async function countOver(query: Omit<CaseCountQuery, "bucket">): Promise<Tally> {
    return query.from < query.to ? sumOf(await store.caseCounts({ ...query, bucket: "month" })) : NOTHING;
  }

  app.route({
    method: "GET",
    url: "/estates/:estateId/incident-rates",
    config: {
      access: READERS,
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
      }),
      response: { 200: ratesSchema },
    },
    handler: async (request) => {
      const { series, bucket, conf: level, from } = request.query;
      const types = countedTypes(request.query);
      const unit = countedUnit(request.query);
      const estate = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      const now = clock.now();
      const to = lastComplete(request.query, localDay(now, estate.zone));
      if (series === "sensor") refuseBeforeInstallation(estate, from);

      const { id: estateId, households } = estate;
      const buckets = await store.caseCounts({ estateId, series, ...unit, types, from, to, bucket });
      // A bucket ends where the next begins; the first and the last are cut to the span.
      const counts = buckets.map(({ bucket: start, count }, index) => ({
        from: start < from ? from : start,
        to: buckets[index + 1]?.bucket ?? to,
        count,
      }));
      const sum = sumOf(buckets);
      const [total, ...rows] = statistics.rates({
        counts: [{ from, to, count: sum.count }, ...counts],
        households,
        level,
      });
      if (!total) throw new Error("the statistics gave no row");
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
      return {
        estateId,
        series,
        ...unit,
        types,
        rows,
        total,
        methods: METHODS,
        simulated: data.simulated,
        caveats: [...(series === "sensor" ? [DETECTION_BIAS] : []), ...data.caveats],
        spec: { ...request.query, ...unit, to, requestedTo: request.query.to, zone: estate.zone },
        ...(records !== undefined && { records }),
        dataAsOf: records === undefined ? localDay(now, estate.zone) : lastDay(records),
        answeredAt: now,
      };
    },
  });

  app.route({
    method: "GET",
    url: "/estates/:estateId/rate-comparison",
    config: {
      access: READERS,
      problems: [
        "NOT_FOUND",
        "SERIES_NOT_COMPARABLE",
        "NOT_INSTALLED",
        "WINDOW_OVERLAPS_INSTALL",
        "NO_EXPOSURE",
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
      }),
      response: { 200: comparisonSchema },
    },
    handler: async (request) => {
      const { series, before, after, washout, conf: level } = request.query;
      if (series === "sensor") {
        throw new ZhianError(
          "SERIES_NOT_COMPARABLE",
          "sensor incidents exist only since the installation; compare recorded calls or cases",
        );
      }
      const { unit } = countedUnit(request.query);
      if (unit === undefined) throw new Error("countedUnit let a recorded series without unit pass");
      const types = countedTypes(request.query);
      const estate = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      const installedOn = installationOf(estate);
      const windows = statistics.windows({
        installedOn,
        ...(estate.commissionedOn !== undefined && { commissionedOn: estate.commissionedOn }),
        beforeMonths: before,
        afterMonths: after,
        washoutDays: washout,
      });
      const now = clock.now();
      const today = localDay(now, estate.zone);
      const count = { estateId: estate.id, series, unit, types } as const;
      const [inBefore, inAfter, records = null] = await Promise.all([
        countOver({ ...count, ...windows.before }),
        countOver({ ...count, from: windows.after.from, to: earlier(windows.after.to, today) }),
        store.recordedSpan({ estateId: estate.id, unit }),
      ]);
      const { id: estateId, households } = estate;
      const answer = statistics.compare({
        estateId,
        unit,
        types,
        installedOn,
        windows,
        households,
        beforeCount: inBefore.count,
        afterCount: inAfter.count,
        beforeSimulated: inBefore.simulated,
        afterSimulated: inAfter.simulated,
        records,
        today,
        level,
      });
      const { before: _before, after: _after, washout: _washout, ...rest } = request.query;
      return {
        ...answer,
        spec: {
          ...rest,
          before: `P${before}M`,
          after: `P${after}M`,
          washout: `P${washout}D`,
          zone: estate.zone,
        },
        records,
        dataAsOf: lastDay(records),
        answeredAt: now,
      };
    },
  });
}

type Tally = Pick<CaseCount, "count" | "simulated">;

const NOTHING: Tally = { count: 0, simulated: 0 };

const sumOf = (counts: readonly CaseCount[]): Tally =>
  counts.reduce(
    (sum, { count, simulated }) => ({ count: sum.count + count, simulated: sum.simulated + simulated }),
    NOTHING,
  );

const lastDay = (records: RecordedSpan | null): LocalDate | null => records?.last ?? null;

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

function installationOf({ id, installedOn }: Estate): LocalDate {
  if (installedOn !== undefined) return installedOn;
  throw new ZhianError("NOT_INSTALLED", `estate ${id} has no installation date; set installedOn first`, {
    faults: [{ field: "installedOn", reason: "is not set" }],
  });
}

function refuseBeforeInstallation(estate: Estate, from: LocalDate): void {
  const installedOn = installationOf(estate);
  if (from >= installedOn) return;
  throw new ZhianError("WINDOW_OVERLAPS_INSTALL", "the sensor series begins with the installation", {
    faults: [{ field: "query.from", reason: `is ${from}, before ${installedOn}` }],
  });
}

const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);
