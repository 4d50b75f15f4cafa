import type { Caveat, ComparisonSide, ComparisonWindows, Verdict } from "../domain/rates.ts";
import { daysOf } from "./calendar.ts";
import { seasonMismatch } from "./seasons.ts";

/** What the caveats are decided on. */
export interface CaveatFacts {
  readonly windows: ComparisonWindows;
  readonly before: ComparisonSide;
  /** The observed part of the after window. */
  readonly after: ComparisonSide;
  readonly minDetectable: number | null;
  readonly verdict: Verdict;
  readonly level: number;
  /** False when a window has no records: what its count says is then no reason for anything. */
  readonly recorded: boolean;
}

type Rule = (facts: CaveatFacts) => Caveat | undefined;

/** Below this many cases on a side, single cases decide. */
const SMALL = 10;
/** A seasonal profile may differ by this share of days, and window lengths by this share. */
const TOLERANCE = 0.05;
const FULL_BASELINE_MONTHS = 12;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const smallCounts: Rule = ({ before, after }) => {
  const minCell = Math.min(before.count, after.count);
  if (minCell >= SMALL) return undefined;
  return {
    code: "SMALL_COUNTS",
    severity: "warning",
    zh: `至少一侧的数量少于 ${SMALL} 起（最少 ${minCell} 起），增减几起就会改变结果。`,
    en: `At least one count is below ${SMALL} (the smaller is ${minCell}); a few cases more or less change the result.`,
    evidence: { minCell },
  };
};

const tooFew: Rule = ({ before, minDetectable, level }) => {
  if (minDetectable !== null) return undefined;
  return {
    code: "TOO_FEW_TO_EVER_SIGNIFICANT",
    severity: "warning",
    zh: `安装前仅 ${before.count} 起：在相同暴露量下，即使安装后为 0 起，下降也不具统计显著性。`,
    en: `Only ${before.count} before the installation: at equal exposure not even zero after it would be a significant decrease.`,
    evidence: { before: before.count, level },
  };
};

const zeroCell: Rule = ({ before, after }) => {
  if (before.count > 0 && after.count > 0) return undefined;
  return {
    code: "ZERO_CELL",
    severity: "warning",
    zh: "有一侧为 0 起。“零发案”是较弱的证据，真实发生率仍可能大于零，请看置信区间。",
    en: "A count is zero. Zero cases are weak evidence: the true rate may well be above zero; read the interval.",
    evidence: { before: before.count, after: after.count },
  };
};

const regressionToTheMean: Rule = () => ({
  code: "RTM_RISK",
  severity: "warning",
  zh: "未说明该小区为何被选中。若因案件多而选，即使没有任何效果，数量也会回落（向均值回归）。",
  en: "Why this estate was chosen is not known. If it was for its many cases, they would fall back without any effect (regression to the mean).",
  evidence: { selectionReason: "unknown" },
});

const noControl: Rule = () => ({
  code: "NO_CONTROL",
  severity: "warning",
  zh: "没有对照小区：变化可能来自全区趋势或其他措施，不能归因于安装。",
  en: "No control estate: the change may come from a district-wide trend or other measures and cannot be credited to the installation.",
});

const overdispersion: Rule = ({ verdict }) => ({
  code: "OVERDISPERSION_NOT_CHECKED",
  // more spread can only widen the interval: it overturns a finding, never the lack of one
  severity: verdict === "decrease_uncontrolled" || verdict === "increase_uncontrolled" ? "blocking" : "info",
  zh: "尚未检验案件是否成串发生（过度离散）；若成串发生，真实的 p 值更大、区间更宽，结论暂定。",
  en: "Whether the cases came in bursts (over-dispersion) has not been checked; if they did, the true p is larger and the interval wider.",
});

const seasons: Rule = ({ before, after }) => {
  const mismatch = seasonMismatch(before, after);
  if (mismatch <= TOLERANCE) return undefined;
  return {
    code: "SEASON_MISMATCH",
    severity: "warning",
    zh: `前后窗口覆盖的日历月份不同（${percent(mismatch)} 的天数不对应），季节差异可能被误认为效果。`,
    en: `The windows cover different calendar months (${percent(mismatch)} of their days have no match); a season may look like an effect.`,
    evidence: { unmatchedShare: mismatch },
  };
};

const unequalWindows: Rule = ({ before, after }) => {
  const beforeDays = daysOf(before);
  const afterDays = daysOf(after);
  if (Math.abs(beforeDays - afterDays) <= TOLERANCE * Math.max(beforeDays, afterDays)) return undefined;
  return {
    code: "UNEQUAL_WINDOWS",
    severity: "info",
    zh: `前后窗口长度不同（${beforeDays} 天与 ${afterDays} 天）；请比较发生率，不要比较数量。`,
    en: `The windows differ in length (${beforeDays} and ${afterDays} days); compare the rates, not the counts.`,
    evidence: { beforeDays, afterDays },
  };
};

const shortBaseline: Rule = ({ before }) => {
  if (before.months >= FULL_BASELINE_MONTHS) return undefined;
  return {
    code: "SHORT_BASELINE",
    severity: "warning",
    zh: `安装前的窗口只有 ${before.months} 个月，不足一年。`,
    en: `The window before the installation is ${before.months} months, less than a year.`,
    evidence: { months: before.months },
  };
};

const earlyLook: Rule = ({ windows, after }) => {
  if (after.to >= windows.after.to) return undefined;
  const observedDays = daysOf(after);
  const plannedDays = daysOf(windows.after);
  return {
    code: "EARLY_LOOK",
    severity: "blocking",
    zh: `安装后窗口尚未结束（已观察 ${observedDays} 天，共 ${plannedDays} 天），结论暂定。`,
    en: `The window after the installation is not over (${observedDays} of ${plannedDays} days observed); the verdict is provisional.`,
    evidence: { observedDays, plannedDays, endsOn: windows.after.to },
  };
};

/** Said of the counts themselves. */
const COUNT_RULES: readonly Rule[] = [smallCounts, tooFew, zeroCell];
/** Said of the design. */
const DESIGN_RULES: readonly Rule[] = [
  regressionToTheMean,
  noControl,
  overdispersion,
  seasons,
  unequalWindows,
  shortBaseline,
  earlyLook,
];

/** Every reason to read the comparison with care, in a fixed order. */
export const caveatsOf = (facts: CaveatFacts): readonly Caveat[] =>
  [...(facts.recorded ? COUNT_RULES : []), ...DESIGN_RULES].flatMap((rule) => rule(facts) ?? []);
