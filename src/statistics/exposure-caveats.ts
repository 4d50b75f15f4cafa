import type { Caveat, RateRow } from "../domain/rates.ts";

/** Below this share of device-hours what was not observed may matter. */
const ENOUGH = 0.95;
/** A change of households beyond this share is another population. */
const SAME_POPULATION = 0.1;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What the observation leaves open of a series that devices count. */
export const coverageCaveats = (
  rows: readonly RateRow[],
  total: RateRow,
  adjusted: boolean,
): readonly Caveat[] => {
  const known = rows.flatMap(({ coverage }) => coverage ?? []);
  const below = known.filter((coverage) => coverage < ENOUGH);
  const unknown = rows.length - known.length;
  return [
    ...(below.length === 0 ? [] : [gap(below, rows.length, total.coverage, adjusted)]),
    ...(unknown === 0 ? [] : [notKnown(unknown, rows.length)]),
  ];
};

const gap = (below: readonly number[], rows: number, coverage: number | null, adjusted: boolean): Caveat => {
  const least = Math.min(...below);
  return {
    code: "COVERAGE_GAP",
    severity: "warning",
    zh: `${rows} 个时段中有 ${below.length} 个的设备在线率低于 95 %（最低 ${percent(least)}）${adjusted ? "；暴露量已按在线率修正，但离线期间发生的情况仍然未知" : "，暴露量未按在线率修正，发生率偏低"}。`,
    en: `In ${below.length} of ${rows} spans the devices were observed for less than 95 % of the time (least: ${percent(least)})${adjusted ? "; the exposure is adjusted, but what happened meanwhile is not known" : "; the exposure is not adjusted, so the rates are too low"}.`,
    evidence: { spans: below.length, of: rows, least, ...(coverage !== null && { coverage }) },
  };
};

const notKnown = (unknown: number, rows: number): Caveat => ({
  code: "COVERAGE_UNKNOWN",
  severity: "warning",
  zh: `${rows} 个时段中有 ${unknown} 个的设备在线率未知（没有设备，或早于在线记录），这些时段未作修正。`,
  en: `In ${unknown} of ${rows} spans it is not known how long devices were observed (there are none, or it was not noted yet); these are not adjusted.`,
  evidence: { spans: unknown, of: rows },
});

/** The system that is compared was not there all the time. */
export const installationGap = (coverage: number | null): Caveat | undefined => {
  if (coverage === null || coverage >= ENOUGH) return undefined;
  return {
    code: "COVERAGE_GAP",
    severity: "warning",
    zh: `安装后窗口内设备在线率仅为 ${percent(coverage)}（低于 95 %），系统并非全程发挥作用。`,
    en: `In the window after the installation the devices were observed for ${percent(coverage)} of the time only (below 95 %): the system was not at work all the time.`,
    evidence: { coverage },
  };
};

/** The households of two spans, or the least and the most of a series, differ by more than a tenth. */
export const populationChange = (from: number, to: number): Caveat | undefined => {
  if (Math.abs(to - from) <= SAME_POPULATION * from) return undefined;
  const [before, after] = [Math.round(from), Math.round(to)];
  return {
    code: "POPULATION_CHANGE",
    severity: "warning",
    zh: `住户数变化超过 10 %（${before} 户与 ${after} 户）。发生率已按住户数计算，但居民构成可能已经不同。`,
    en: `The households differ by more than 10 % (${before} and ${after}). The rates are per household, but other people may live there now.`,
    evidence: { before: from, after: to },
  };
};
