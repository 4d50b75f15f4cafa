import { ratioTest } from "./rate-ratio.ts";

/**
 * The largest count after that would be significantly lower than `before` at equal exposure, or at
 * `exposureRatio` = exposure after ÷ before (exact central p ≤ 1 − level); null when not even zero would
 * be, as for 5 or fewer at equal exposure and 95 %.
 */
export const minDetectableAfter = (before: number, level: number, exposureRatio = 1): number | null => {
  const significant = (after: number): boolean =>
    ratioTest({ count: after, exposure: exposureRatio }, { count: before, exposure: 1 }).pCentral <=
    1 - level;
  if (before === 0 || !significant(0)) return null;
  // p rises with the count after, so the last significant one can be halved towards
  let yes = 0;
  let no = Math.ceil(before * exposureRatio);
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (significant(middle)) yes = middle;
    else no = middle;
  }
  return yes;
};
