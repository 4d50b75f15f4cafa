import type { TimeSpan } from "../domain/exposure.ts";
import type { EpochMs } from "../domain/time.ts";

/** Disjoint spans in order, as two lists of equal length. */
export interface Spans {
  readonly from: readonly EpochMs[];
  readonly to: readonly EpochMs[];
}

/** Nothing at all. */
export const NO_SPANS: Spans = { from: [], to: [] };

/** The union of two lists of spans; those that touch become one. */
export function unionOf(a: Spans, b: Spans): Spans {
  if (a.from.length === 0) return b;
  if (b.from.length === 0) return a;
  const from: EpochMs[] = [];
  const to: EpochMs[] = [];
  let end = -Infinity;
  for (let i = 0, j = 0; i < a.from.length || j < b.from.length;) {
    const takeA = (a.from[i] ?? Infinity) <= (b.from[j] ?? Infinity);
    const start = (takeA ? a.from[i] : b.from[j]) ?? 0;
    const stop = (takeA ? a.to[i++] : b.to[j++]) ?? 0;
    if (start > end) {
      from.push(start);
      to.push(stop);
      end = stop;
    } else if (stop > end) {
      to[to.length - 1] = stop;
      end = stop;
    }
  }
  return { from, to };
}

/** The parts of the spans that lie within [from, to). */
export function within(spans: Spans, from: EpochMs, to: EpochMs): Spans {
  const cut = { from: [] as EpochMs[], to: [] as EpochMs[] };
  for (let i = 0; i < spans.from.length; i++) {
    const start = Math.max(spans.from[i] ?? 0, from);
    const stop = Math.min(spans.to[i] ?? 0, to);
    if (start >= stop) continue;
    cut.from.push(start);
    cut.to.push(stop);
  }
  return cut;
}

/** The part of a span that lies before `at`. */
export function partBefore(at: EpochMs, span: TimeSpan): Spans {
  const to = Math.min(at, span.to);
  return to > span.from ? { from: [span.from], to: [to] } : NO_SPANS;
}

/** Absences of many devices, added up over the same spans. */
export interface AbsenceSum {
  /** These absences once more for each of `devices`. */
  add(absences: Spans, devices: number): void;
  /** Device-milliseconds of absence in each span, in their order. */
  readonly sums: () => readonly number[];
}

/**
 * Adds absences up at the boundaries of the spans: each list is walked once beside them, however many
 * spans there are, and a span's absence is that up to its end less that up to its beginning.
 */
export function createAbsenceSum(spans: readonly TimeSpan[]): AbsenceSum {
  const boundaries = Float64Array.from(new Set(spans.flatMap(({ from, to }) => [from, to]))).toSorted();
  const placeOf = new Map(Array.from(boundaries, (at, place) => [at, place]));
  const upTo = new Float64Array(boundaries.length);
  const absentUpTo = (boundary: EpochMs): number => upTo[placeOf.get(boundary) ?? 0] ?? 0;
  return {
    add({ from, to }, devices) {
      let past = 0;
      let next = 0;
      for (let place = 0; place < boundaries.length; place++) {
        const at = boundaries[place] ?? 0;
        while (next < from.length && (to[next] ?? 0) <= at) past += (to[next] ?? 0) - (from[next++] ?? 0);
        const begun = next < from.length ? Math.max(0, at - (from[next] ?? 0)) : 0;
        upTo[place] = (upTo[place] ?? 0) + devices * (past + begun);
      }
    },
    sums: () => spans.map(({ from, to }) => absentUpTo(to) - absentUpTo(from)),
  };
}
