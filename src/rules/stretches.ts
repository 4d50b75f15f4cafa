import type { EpochMs } from "../domain/time.ts";

/** Moments that lie close together, by event time. */
export interface Stretch {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Hub time of the latest news of it. */
  readonly heard: EpochMs;
}

/**
 * Adds a moment, joining what is no further than `gap` from it; the latest heard stands last. Asked for a
 * span at least `gap` long, the joined stretches answer exactly as the single moments would.
 */
export function withMoment(
  stretches: readonly Stretch[],
  at: EpochMs,
  heard: EpochMs,
  gap: number,
): readonly Stretch[] {
  let [from, to, latest] = [at, at, heard];
  const joined: Stretch[] = [];
  for (const one of stretches) {
    if (at < one.from - gap || one.to + gap < at) {
      joined.push(one);
      continue;
    }
    from = Math.min(from, one.from);
    to = Math.max(to, one.to);
    latest = Math.max(latest, one.heard);
  }
  joined.push({ from, to, heard: latest });
  return joined;
}

/** Whether there was a moment from `from` to `to`, both included. */
export function hasMoment(stretches: readonly Stretch[], from: EpochMs, to: EpochMs): boolean {
  return stretches.some((stretch) => stretch.from <= to && stretch.to >= from);
}
