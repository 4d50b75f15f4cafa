import { demand, exposureFaults, unless } from "../checks.ts";
import { poissonMass } from "../poisson-mass.ts";
import { poissonTails } from "./count-tails.ts";
import { wholeFaults } from "../series-checks.ts";

/** A stream watched through a window that moves over it. */
export interface ScannedStream {
  /** Length of the stream in windows (time / width of the window); 2 or more. */
  readonly windows: number;
  /** Events expected in one window. */
  readonly mean: number;
  /** The largest number of events that some window held; 2 to 10,000. */
  readonly most: number;
}

/**
 * The probability that, of a Poisson stream without clusters, some window holds `most` events or more:
 * P ≈ 1 − Q₂ (Q₃/Q₂)^(windows − 2), where Q₂ and Q₃ are the exact probabilities that none does in a
 * stream of 2 and of 3 windows. Throws RangeError naming the fields.
 * Source: Naus 1982, JASA 77:177, formulas 2.1 to 2.5 with the sum of A₄ up to n − 1.
 */
export const nausScan = ({ windows, mean, most }: ScannedStream): number => {
  demand("nausScan", [
    ...unless(Number.isFinite(windows) && windows >= 2, "windows", "must be a number, 2 or more"),
    ...exposureFaults("mean", mean),
    ...wholeFaults("most", most, 2, 10_000),
  ]);
  const n = most;
  const F = (k: number): number => (k < 0 ? 0 : poissonTails(k, mean).atMost);
  const p = (k: number): number => (k < 0 ? 0 : poissonMass(k, mean));
  const sum = (from: number, term: (r: number) => number): number =>
    Array.from({ length: Math.max(0, n - from) }, (_, i) => term(from + i)).reduce((a, b) => a + b, 0);
  const q2 = F(n - 1) ** 2 - (n - 1) * p(n) * p(n - 2) - (n - 1 - mean) * p(n) * F(n - 3);
  const a1 = 2 * p(n) * F(n - 1) * ((n - 1) * F(n - 2) - mean * F(n - 3));
  const a2 =
    0.5 * p(n) ** 2 * ((n - 1) * (n - 2) * F(n - 3) - 2 * (n - 2) * mean * F(n - 4) + mean ** 2 * F(n - 5));
  const a3 = sum(1, (r) => p(2 * n - r) * F(r - 1) ** 2);
  const a4 = sum(2, (r) => p(2 * n - r) * p(r) * ((r - 1) * F(r - 2) - mean * F(r - 3)));
  const q3 = F(n - 1) ** 3 - a1 + a2 + a3 - a4;
  // far below the mean both are 0 up to rounding, and a window that full is certain
  if (q2 <= 0 || q3 <= 0) return 1;
  return Math.min(1, Math.max(0, 1 - q2 * (q3 / q2) ** (windows - 2)));
};
