import type { Category } from "../../domain/taxonomy.ts";
import type { EpochMs } from "../../domain/time.ts";
import { pearsonDispersion } from "../../statistics/dispersion.ts";
import { averageRunLength } from "../../statistics/surveillance/average-run-length.ts";
import { cusumLimit } from "../../statistics/surveillance/cusum-limit.ts";
import {
  type CusumRates,
  downwardRates,
  poissonCusum,
  referenceValue,
  upwardRates,
} from "../../statistics/surveillance/poisson-cusum.ts";
import { commonestType, type Judged, type LeftOut } from "./outcome.ts";
import type { EstateWeeks } from "./weeks.ts";

/** Weeks of a chart; before them lie the weeks that say what is usual. */
const CHART_WEEKS = 26;
const BASE_WEEKS = 52;
const LEAST_BASE_WEEKS = 26;
/** With fewer in the baseline the usual rate is not known well enough for any chart. */
const LEAST_BASE_EVENTS = 10;
/** More events a week than this are not what the chart is for. */
const MOST_A_WEEK = 2_000;
/** States of the chain from which a p is worked out. */
const STATES = 200;
const RED = 0.001;
/** A baseline in which few weeks hold nearly all events has no usual rate. */
const MOST_PHI = 20;
/** φ is taken up to the next quarter, so that charts share their limits. */
const PHI_STEPS = 4;

/** Both charts of a category of an estate, or why there are none. */
export type DriftCharts = (
  weeks: EstateWeeks,
  category: Category,
  notedAt: ReadonlyMap<string, EpochMs>,
) => readonly Judged[] | LeftOut;

/**
 * A2: has the weekly count drifted up, or down, in the last 26 weeks? Poisson CUSUM against the rate of the
 * 52 weeks before those, in both directions; its limit is one that a false alarm passes once in 200 weeks or
 * more seldom, for events that come in bursts as they did in those 52 weeks (φ, the variance of their counts over
 * the mean, at least 1; the limit takes φ and the rate for known). Weeks count with their observed share, those without data not at all. Somebody's taking note
 * of an alarm (acknowledging or closing its incident) begins the chart anew. An alarm's p is the chance
 * that a chart of the usual rate passes so high a sum in a week: 1 / mean run length to that sum.
 */
export function createDriftCharts(): DriftCharts {
  const limits = new Map<string, number>();
  const runLengths = new Map<string, number>();

  // Both are worked out for two significant digits of the rate: many estates share them, and it takes long.
  function limitOf(normal: number, direction: "more" | "fewer", phi: number): number {
    const rounded = Number(normal.toPrecision(2));
    const key = `${direction} ${rounded} ${phi}`;
    let limit = limits.get(key);
    if (limit === undefined) {
      limit = cusumLimit(direction === "more" ? upwardRates(rounded) : downwardRates(rounded), phi).limit;
      limits.set(key, limit);
    }
    return limit;
  }

  function runLengthTo(sum: number, normal: number, direction: "more" | "fewer", phi: number): number {
    const rounded = Number(normal.toPrecision(2));
    const limit = Math.min(STATES, Math.floor(sum));
    const key = `${direction} ${rounded} ${limit} ${phi}`;
    let length = runLengths.get(key);
    if (length === undefined) {
      const rates = direction === "more" ? upwardRates(rounded) : downwardRates(rounded);
      const steps = Math.max(1, Math.floor(STATES / limit));
      const reference = Math.max(1, Math.round(referenceValue(rates) * steps));
      const chart = { steps, reference, limit: limit * steps } as const;
      length = averageRunLength({ ...chart, direction: direction === "more" ? "up" : "down" }, rounded, phi);
      runLengths.set(key, length);
    }
    return length;
  }

  return (weeks, category, notedAt) => {
    const { shares, counts } = weeks;
    const end = counts.length;
    const base = observed(weeks, end - CHART_WEEKS - BASE_WEEKS, end - CHART_WEEKS);
    if (base.length < LEAST_BASE_WEEKS) return "shortBaseline";
    const events = base.reduce((sum, week) => sum + (counts[week] ?? 0), 0);
    if (events < LEAST_BASE_EVENTS) return "fewEvents";
    const normal = events / base.reduce((sum, week) => sum + (shares[week] ?? 0), 0);
    if (normal > MOST_A_WEEK) return "tooMany";
    const phi = burstsOf(weeks, base);
    if (phi > MOST_PHI) return "noFit";
    return (["more", "fewer"] as const).map((direction): Judged => {
      const subject = `${category}/${direction}`;
      const since = notedAt.get(subject) ?? -Infinity;
      const charted = observed(weeks, end - CHART_WEEKS, end).filter(
        (week) => (weeks.bounds[week] ?? 0) >= since,
      );
      const rates = direction === "more" ? upwardRates(normal) : downwardRates(normal);
      const run = lastRun(rates, weeks, charted);
      // No limit is below one event, and bursts only raise it: theirs is worked out where it can matter.
      if (run.sum < 1 || [1, phi].some((spread) => run.sum < limitOf(normal, direction, spread))) {
        return { p: 1 };
      }
      const expected = normal * run.weeks.reduce((sum, week) => sum + (shares[week] ?? 0), 0);
      const seen = run.weeks.reduce((sum, week) => sum + (counts[week] ?? 0), 0);
      const at = weeks.bounds[run.weeks[0] ?? end - 1] ?? 0;
      const p = Math.min(1, 1 / runLengthTo(run.sum, normal, direction, phi));
      // Of what there is less of there may be nothing in the run itself.
      const during = weeks.openings.filter((opening) => opening.at >= at);
      return {
        p,
        alarm: {
          estateId: weeks.estateId,
          category,
          type: commonestType(direction === "more" ? during : weeks.openings),
          severity: direction === "more" && p < RED ? "P3" : "P4",
          subject,
          at,
          until: weeks.bounds.at(-1) ?? 0,
          evidence: { expected, observed: seen, p },
        },
      };
    });
  };
}

/** Weeks with data in [from, to). */
function observed({ shares }: EstateWeeks, from: number, to: number): readonly number[] {
  return shares.slice(from, to).flatMap((share, index) => (share > 0 ? [from + index] : []));
}

/** φ of the weeks, up to the next quarter. */
function burstsOf({ counts, shares }: EstateWeeks, weeks: readonly number[]): number {
  const bins = weeks.map((week) => ({ count: counts[week] ?? 0, exposure: shares[week] ?? 0 }));
  return Math.ceil((pearsonDispersion([bins])?.phiUsed ?? 1) * PHI_STEPS) / PHI_STEPS;
}

/** The sum after the last of the weeks, and the weeks since it was last 0. */
function lastRun(
  rates: CusumRates,
  { counts, shares }: EstateWeeks,
  weeks: readonly number[],
): { readonly sum: number; readonly weeks: readonly number[] } {
  if (weeks.length === 0) return { sum: 0, weeks };
  const { sums } = poissonCusum(
    rates,
    1,
    weeks.map((week) => counts[week] ?? 0),
    weeks.map((week) => shares[week] ?? 0),
  );
  return { sum: sums.at(-1) ?? 0, weeks: weeks.slice(sums.lastIndexOf(0) + 1) };
}
