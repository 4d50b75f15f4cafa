import type { Category } from "../../domain/taxonomy.ts";
import { DAY, HOUR, type EpochMs } from "../../domain/time.ts";
import { createZoneClock } from "../../domain/zone.ts";
import { type GammaPrior, gammaPriorMoments } from "../../statistics/surveillance/gamma-prior.ts";
import { rareEvents } from "../../statistics/surveillance/rare-events.ts";
import type { Opening, Watch } from "../../store/watch.ts";
import {
  afterAllTests,
  commonestType,
  type Judged,
  observedShares,
  type Outcome,
  tallyOf,
  watchedCategory,
} from "./outcome.ts";

const WEEK = 7 * DAY;
/** The baseline: 26 weeks, of which the last is left out, so that a week-long rise does not hide itself. */
const WEEKS = 26;
const BASE_HOURS = ((WEEKS - 1) * WEEK) / HOUR;
const HOURS_OF_WEEK = 168;
/** Four hours each, of working days and of weekends. */
const BLOCKS = 12;
/** Four weeks of observed hours: less says nothing of the usual. */
const LEAST_HOURS = 672;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

/** Counts of one category in the bins of an estate's week. */
interface Counted {
  readonly hours: Int32Array;
  readonly blocks: Int32Array;
  readonly now: readonly Opening[];
}

interface EstateWeek {
  readonly id: string;
  /** Hour of the week of the hour under watch, 0 for Monday 00:00. */
  readonly bin: number;
  /** Observed share of the hour under watch. */
  readonly share: number;
  readonly hours: Float64Array;
  readonly blocks: Float64Array;
  readonly counted: ReadonlyMap<Category, Counted>;
}

/**
 * A1: did the hour that ends at `until` hold more openings of a category than this hour of the week usually
 * has in this estate? Gamma–Poisson predictive over the estate's own hour of the week; where less than one
 * event is to be expected there, over its block of four hours on working days or weekends. The prior comes
 * from the same bins of all estates. An estate needs data in the hour and four weeks of it before.
 */
export async function rareHours(watch: Watch, until: EpochMs): Promise<Outcome> {
  const leftOut = tallyOf();
  const estates: EstateWeek[] = [];
  const binsOf = rememberBins(until);
  const start = until - WEEKS * WEEK;
  const spans = [
    ...Array.from({ length: BASE_HOURS }, (_, i) => ({ from: start + i * HOUR, to: start + (i + 1) * HOUR })),
    { from: until - HOUR, to: until },
  ];
  for (const { id, zone } of watch.estates()) {
    const shares = await observedShares(watch, id, spans);
    const share = shares[BASE_HOURS] ?? 0;
    if (shares.slice(0, BASE_HOURS).filter((each) => each > 0).length < LEAST_HOURS)
      leftOut.add("shortBaseline");
    else if (share === 0) leftOut.add("noData");
    else estates.push(estateWeek(id, binsOf(zone), shares, watch.openings(id, start, until), start));
  }
  const judged: Judged[] = [];
  let tests = 0;
  for (const category of new Set(estates.flatMap(({ counted }) => [...counted.keys()]))) {
    const blockPrior = priorOf(estates, category, "blocks");
    // Without a second bin there is nothing that a rate could be compared with.
    if (!blockPrior) continue;
    const mean = blockPrior.shape / blockPrior.rate;
    const hourPrior = mean * (WEEKS - 1) >= 1 ? priorOf(estates, category, "hours") : undefined;
    for (const estate of estates) {
      tests++;
      const now = estate.counted.get(category)?.now ?? [];
      // With no event the p is above one half: it changes no q that matters.
      if (now.length === 0) continue;
      const ownHour = hourPrior && (estate.hours[estate.bin] ?? 0) * mean >= 1;
      const found = judge(estate, category, ownHour ? "hours" : "blocks", ownHour ? hourPrior : blockPrior);
      if (found) judged.push({ p: found.p, ...(found.alarm && { alarm: found.alarm(until, now) }) });
      else leftOut.add("shortBaseline");
    }
  }
  return { anomalies: afterAllTests("a1", judged, tests), clusters: [], tests, leftOut: leftOut.counts };
}

function judge(estate: EstateWeek, category: Category, level: "hours" | "blocks", prior: GammaPrior) {
  const { id: estateId, bin, share } = estate;
  const at = level === "hours" ? bin : blockOf(bin);
  const baselineExposure = estate[level][at] ?? 0;
  if (baselineExposure === 0) return undefined;
  const counted = estate.counted.get(category);
  const observed = counted?.now.length ?? 0;
  const bins = {
    baselineCount: counted?.[level][at] ?? 0,
    baselineExposure,
    currentExposure: share,
    observed,
  };
  const { expected, midPUpper: p, alarm } = rareEvents(prior, bins);
  if (alarm === "none") return { p };
  return {
    p,
    alarm: (until: EpochMs, openings: readonly Opening[]) => ({
      estateId,
      category,
      type: commonestType(openings),
      severity: alarm === "red" ? ("P3" as const) : ("P4" as const),
      subject: `${category}/${DAYS[Math.floor(bin / 24)] ?? ""}-${bin % 24}`,
      at: until - HOUR,
      until,
      evidence: { expected, observed, p },
    }),
  };
}

function priorOf(
  estates: readonly EstateWeek[],
  category: Category,
  level: "hours" | "blocks",
): GammaPrior | undefined {
  const counts: number[] = [];
  const exposures: number[] = [];
  for (const estate of estates) {
    const own = estate.counted.get(category)?.[level];
    estate[level].forEach((exposure, bin) => {
      if (exposure === 0) return;
      counts.push(own?.[bin] ?? 0);
      exposures.push(exposure);
    });
  }
  return counts.length < 2 ? undefined : gammaPriorMoments(counts, exposures);
}

function estateWeek(
  id: string,
  bins: Uint8Array,
  shares: readonly number[],
  openings: readonly Opening[],
  start: EpochMs,
): EstateWeek {
  const hours = new Float64Array(HOURS_OF_WEEK);
  const blocks = new Float64Array(BLOCKS);
  for (let i = 0; i < BASE_HOURS; i++) {
    const bin = bins[i] ?? 0;
    hours[bin] = (hours[bin] ?? 0) + (shares[i] ?? 0);
    blocks[blockOf(bin)] = (blocks[blockOf(bin)] ?? 0) + (shares[i] ?? 0);
  }
  const counted = new Map<Category, { hours: Int32Array; blocks: Int32Array; now: Opening[] }>();
  const last = start + WEEKS * WEEK - HOUR;
  for (const opening of openings) {
    const category = watchedCategory(opening.type);
    const hour = Math.floor((opening.at - start) / HOUR);
    const isNow = opening.at >= last;
    if (category === undefined || !(isNow || (hour < BASE_HOURS && (shares[hour] ?? 0) > 0))) continue;
    let own = counted.get(category);
    if (!own) {
      own = { hours: new Int32Array(HOURS_OF_WEEK), blocks: new Int32Array(BLOCKS), now: [] };
      counted.set(category, own);
    }
    if (isNow) own.now.push(opening);
    else {
      const bin = bins[hour] ?? 0;
      own.hours[bin] = (own.hours[bin] ?? 0) + 1;
      own.blocks[blockOf(bin)] = (own.blocks[blockOf(bin)] ?? 0) + 1;
    }
  }
  return { id, bin: bins[BASE_HOURS] ?? 0, share: shares[BASE_HOURS] ?? 0, hours, blocks, counted };
}

/** The block of an hour of the week. */
const blockOf = (bin: number): number => (bin < 5 * 24 ? 0 : BLOCKS / 2) + Math.floor((bin % 24) / 4);

/** Local hours of the week of all hours of the baseline and of the hour under watch, by zone. */
function rememberBins(until: EpochMs): (zone: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  const start = until - WEEKS * WEEK;
  return (zone) => {
    let bins = known.get(zone);
    if (!bins) {
      const clock = createZoneClock(zone);
      bins = Uint8Array.from({ length: BASE_HOURS + 1 }, (_, i) => {
        const at = i === BASE_HOURS ? until - HOUR : start + i * HOUR;
        const hour = Math.floor((at + clock.offsetAt(at)) / HOUR) + EPOCH_WEEKDAY * 24;
        return ((hour % HOURS_OF_WEEK) + HOURS_OF_WEEK) % HOURS_OF_WEEK;
      });
      known.set(zone, bins);
    }
    return bins;
  };
}
