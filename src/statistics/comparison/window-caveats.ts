import type { Span } from "../../domain/rates.ts";
import { daysOf } from "../calendar.ts";
import { seasonMismatch } from "../seasons.ts";
import { type CaveatRule, percent } from "./caveat-facts.ts";
import { festivalDays } from "./spring-festival.ts";

/** A seasonal profile may differ by this share of days, and window lengths by this share. */
const TOLERANCE = 0.05;
/** Days a year by which the travel season of two windows may differ. */
const FESTIVAL_TOLERANCE = 10;
const FULL_BASELINE_MONTHS = 12;
const YEAR = 365.25;

const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

const seasons: CaveatRule = ({ windows }) => {
  const mismatch = greatest(windows.map(({ before, seen }) => seasonMismatch(before, seen)));
  if (mismatch <= TOLERANCE) return undefined;
  return {
    code: "SEASON_MISMATCH",
    severity: "warning",
    zh: `前后窗口覆盖的日历月份不同（${percent(mismatch)} 的天数不对应），季节差异可能被误认为效果。`,
    en: `The windows cover different calendar months (${percent(mismatch)} of their days have no match); a season may look like an effect.`,
    evidence: { unmatchedShare: mismatch },
  };
};

const festivalADay = (span: Span): number => festivalDays(span) / daysOf(span);

const springFestivals: CaveatRule = ({ windows }) => {
  const apart = greatest(
    windows.map(({ before, seen }) => Math.abs(festivalADay(before) - festivalADay(seen)) * YEAR),
  );
  if (apart <= FESTIVAL_TOLERANCE) return undefined;
  const days = Math.round(apart);
  return {
    code: "SPRING_FESTIVAL",
    severity: "warning",
    zh: `前后窗口包含的春运天数不同（折合每年相差 ${days} 天）；春节前后人去楼空，数量会变。`,
    en: `The windows hold different shares of the Spring Festival travel season (${days} days a year apart); homes stand empty then, and counts change.`,
    evidence: { daysAYearApart: days },
  };
};

const unequal: CaveatRule = ({ windows }) => {
  const pairs = windows.map(({ before, seen }) => ({ beforeDays: daysOf(before), afterDays: daysOf(seen) }));
  const pair = pairs.find(
    ({ beforeDays, afterDays }) =>
      Math.abs(beforeDays - afterDays) > TOLERANCE * Math.max(beforeDays, afterDays),
  );
  if (pair === undefined) return undefined;
  const { beforeDays, afterDays } = pair;
  return {
    code: "UNEQUAL_WINDOWS",
    severity: "info",
    zh: `前后窗口长度不同（${beforeDays} 天与 ${afterDays} 天）；请比较发生率，不要比较数量。`,
    en: `The windows differ in length (${beforeDays} and ${afterDays} days); compare the rates, not the counts.`,
    evidence: pair,
  };
};

const shortBaseline: CaveatRule = ({ before }) => {
  if (before.months >= FULL_BASELINE_MONTHS) return undefined;
  return {
    code: "SHORT_BASELINE",
    severity: "warning",
    zh: `安装前的窗口只有 ${before.months} 个月，不足一年。`,
    en: `The window before the installation is ${before.months} months, less than a year.`,
    evidence: { months: before.months },
  };
};

const earlyLook: CaveatRule = ({ windows }) => {
  const open = windows.find(({ seen, after }) => seen.to < after.to);
  if (open === undefined) return undefined;
  const observedDays = daysOf(open.seen);
  const plannedDays = daysOf(open.after);
  return {
    code: "EARLY_LOOK",
    severity: "blocking",
    zh: `安装后窗口尚未结束（已观察 ${observedDays} 天，共 ${plannedDays} 天），结论暂定。`,
    en: `The window after the installation is not over (${observedDays} of ${plannedDays} days observed); the verdict is provisional.`,
    evidence: { observedDays, plannedDays, endsOn: open.after.to },
  };
};

/** Said of the windows. */
export const WINDOW_CAVEATS: readonly CaveatRule[] = [
  seasons,
  springFestivals,
  unequal,
  shortBaseline,
  earlyLook,
];
