import { claimCheck } from "../claim-check.ts";
import { type CaveatRule, isFinding } from "./caveat-facts.ts";

/** Below this many cases in a cell, single cases decide. */
const SMALL = 10;
/** Bursts beyond this are worth a word. */
const BURSTY = 1.2;
const LARGEST_CLAIM = 300;

const smallCounts: CaveatRule = ({ before, after, controlled }) => {
  const cells = [
    before.count,
    after.count,
    ...(controlled === null ? [] : [controlled.before, controlled.after]),
  ];
  const minCell = Math.min(...cells);
  if (minCell >= SMALL) return undefined;
  return {
    code: "SMALL_COUNTS",
    severity: "warning",
    zh: `至少一个数量少于 ${SMALL} 起（最少 ${minCell} 起），增减几起就会改变结果。`,
    en: `At least one count is below ${SMALL} (the smallest is ${minCell}); a few cases more or less change the result.`,
    evidence: { minCell },
  };
};

const tooFew: CaveatRule = ({ before, minDetectable, input: { level } }) => {
  if (minDetectable !== null) return undefined;
  return {
    code: "TOO_FEW_TO_EVER_SIGNIFICANT",
    severity: "warning",
    zh: `安装前仅 ${before.count} 起：在相同暴露量下，即使安装后为 0 起，下降也不具统计显著性。`,
    en: `Only ${before.count} before the installation: at equal exposure not even zero after it would be a significant decrease.`,
    evidence: { before: before.count, level },
  };
};

const zeroCell: CaveatRule = ({ before, after, controlled }) => {
  const control = controlled === null ? [] : [controlled.before, controlled.after];
  if ([before.count, after.count, ...control].every((count) => count > 0)) return undefined;
  return {
    code: "ZERO_CELL",
    severity: "warning",
    zh: "有一个数量为 0 起。“零发案”是较弱的证据，真实发生率仍可能大于零，请看置信区间。",
    en: "A count is zero. Zero cases are weak evidence: the true rate may well be above zero; read the interval.",
    evidence: { before: before.count, after: after.count },
  };
};

const overdispersed: CaveatRule = ({ effect, controlled, verdict }) => {
  const quasi = controlled?.quasi ?? effect.quasi;
  if (quasi === null) {
    if (effect.exact === null) return undefined;
    return {
      code: "OVERDISPERSION_NOT_CHECKED",
      // more spread can only widen the interval: it overturns a finding, never the lack of one
      severity: isFinding(verdict) ? "blocking" : "info",
      zh: "每侧不足六个月，无法检验案件是否成串发生（过度离散）；若成串发生，真实的 p 值更大、区间更宽。",
      en: "With fewer than six months on a side, whether the cases came in bursts (over-dispersion) cannot be checked; if they did, the true p is larger and the interval wider.",
    };
  }
  if (quasi.phi <= BURSTY) return undefined;
  return {
    code: "OVERDISPERSED",
    severity: "info",
    zh: `案件成串发生（离散系数 ${quasi.phi.toFixed(2)}）；区间与 p 值已按此放宽。`,
    en: `The cases came in bursts (dispersion ${quasi.phi.toFixed(2)}); interval and p are widened for it.`,
    evidence: { phi: quasi.phi },
  };
};

const multiple: CaveatRule = ({ pooled }) => {
  if (pooled === null) return undefined;
  const tests = pooled.estates.filter(({ p }) => p !== null).length;
  if (tests < 2) return undefined;
  const found = pooled.estates.filter(({ q }) => q !== null && q <= 0.05).length;
  return {
    code: "MULTIPLE_COMPARISONS",
    severity: "info",
    zh: `逐个比较了 ${tests} 个小区，偶然也会出现“显著”；请看 q 值（${found} 个小区 q ≤ 0.05），不要看 p 值。`,
    en: `One by one, ${tests} estates were compared, so some look significant by chance; read q (at most 0.05 in ${found}), not p.`,
    evidence: { tests, found },
  };
};

const rawPercent: CaveatRule = ({ input: { declared, level } }) => {
  const claim = declared.publishedPercent;
  if (claim === undefined) return undefined;
  const decimals = String(claim).split(".")[1]?.length ?? 0;
  const { pairCount, smallestPairs } = claimCheck(
    { percentDecrease: claim, decimals, maxBefore: LARGEST_CLAIM },
    level,
  );
  const [smallest] = smallestPairs;
  const pair = smallest === undefined ? "—" : `${smallest.before} → ${smallest.after}`;
  return {
    code: "RAW_PERCENT_ONLY",
    severity: "warning",
    zh: `公布的 −${claim} % 没有给出数量；安装前不超过 ${LARGEST_CLAIM} 起时，有 ${pairCount} 组数量与之相符，最小的是 ${pair}。`,
    en: `The published −${claim} % came without counts; up to ${LARGEST_CLAIM} cases before, ${pairCount} pairs of counts fit it, the smallest is ${pair}.`,
    evidence: { publishedPercent: claim, pairCount, smallest: pair },
  };
};

/** Said of the counts themselves; nothing of it where a window has no records. */
export const COUNT_CAVEATS: readonly CaveatRule[] = [
  smallCounts,
  tooFew,
  zeroCell,
  overdispersed,
  multiple,
  rawPercent,
];
