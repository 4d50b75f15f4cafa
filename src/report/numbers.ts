import type { Interval } from "../domain/rates.ts";

/** Stands where there is no number. */
export const NONE = "—";

/** A number with so many decimals; a dash when there is none. */
export function decimal(value: number | null, digits = 2): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const text = value.toFixed(digits);
  // A rounded nothing has no sign.
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A percentage with its sign. */
export function percent(value: number | null): string {
  if (value === null) return NONE;
  return `${value > 0 ? "+" : ""}${decimal(value, 1)} %`;
}

/** An interval from its lower to its upper limit; without upper limit ∞. */
export function interval(ci: Interval | null, digits = 2): string {
  return ci === null ? NONE : `${decimal(ci.lo, digits)} – ${ci.hi === null ? "∞" : decimal(ci.hi, digits)}`;
}

/** An interval of a percentage. */
export function percentInterval(ci: Interval | null): string {
  return ci === null ? NONE : `${percent(ci.lo)} … ${ci.hi === null ? "∞" : percent(ci.hi)}`;
}

/** A p-value; small ones as an upper bound. */
export function pValue(p: number | null): string {
  if (p === null) return NONE;
  return p < 0.001 ? "< 0.001" : decimal(p, 3);
}

/** The interval of a ratio as that of the percentage it stands for. */
export function ofRatio(ci: Interval | null): Interval | null {
  if (ci === null) return null;
  return { ...ci, lo: 100 * (ci.lo - 1), hi: ci.hi === null ? null : 100 * (ci.hi - 1) };
}
