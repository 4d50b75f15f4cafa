import { countFaults, demand } from "./checks.ts";

/** Counts of one area before and after. */
export interface CountPair {
  readonly before: number;
  readonly after: number;
}

/** What a weighted displacement quotient says. */
export type DisplacementReading =
  | "diffusion_exceeds_effect"
  | "diffusion"
  | "neither"
  | "partial_displacement"
  | "displacement_exceeds_effect";

/** Description of displacement; it has no interval, test it with the displacement difference. */
export interface DisplacementQuotient {
  /** R_b − R_a: above 0 is fewer cases in the response area, whatever happened elsewhere. */
  readonly grossEffect: number;
  /** R_b/C_b − R_a/C_a: above 0 is good. Null when a control count is 0. */
  readonly netEffect: number | null;
  /** R_a/C_a − R_b/C_b: below 0 is good. */
  readonly successMeasure: number | null;
  /** D_a/C_a − D_b/C_b: below 0 is fewer cases in the buffer than the control led to expect. */
  readonly bufferMeasure: number | null;
  /** Buffer over success measure; null unless the success measure is below 0. */
  readonly wdq: number | null;
  /** Null where `wdq` is. */
  readonly reading: DisplacementReading | null;
  /** Cases prevented in response area and buffer together; above 0 is good. Null when C_b is 0. */
  readonly totalNetEffect: number | null;
}

/**
 * Weighted displacement quotient and total net effect from counts of the response area, its buffer and a
 * control that lies outside both. TNE = [R_b C_a/C_b − R_a] + [D_b C_a/C_b − D_a].
 * Throws RangeError for anything but counts.
 * Source: Bowers & Johnson 2003, J Quant Criminol 19:275; Guerette 2009, POP Guide 10, app. B.
 */
export const displacementQuotient = (
  response: CountPair,
  buffer: CountPair,
  control: CountPair,
): DisplacementQuotient => {
  demand("displacementQuotient", [
    ...pairFaults("response", response),
    ...pairFaults("buffer", buffer),
    ...pairFaults("control", control),
  ]);
  const comparable = control.before > 0 && control.after > 0;
  const measure = ({ before, after }: CountPair): number | null =>
    comparable ? after / control.after - before / control.before : null;
  const successMeasure = measure(response);
  const bufferMeasure = measure(buffer);
  const wdq =
    successMeasure === null || bufferMeasure === null || successMeasure >= 0
      ? null
      : bufferMeasure / successMeasure;
  const trend = control.after / control.before;
  const prevented = ({ before, after }: CountPair): number => before * trend - after;
  return {
    grossEffect: response.before - response.after,
    netEffect: successMeasure === null ? null : -successMeasure,
    successMeasure,
    bufferMeasure,
    wdq,
    reading: wdq === null ? null : readingOf(wdq),
    totalNetEffect: control.before === 0 ? null : prevented(response) + prevented(buffer),
  };
};

const readingOf = (wdq: number): DisplacementReading => {
  if (wdq > 1) return "diffusion_exceeds_effect";
  if (wdq > 0) return "diffusion";
  if (wdq === 0) return "neither";
  return wdq < -1 ? "displacement_exceeds_effect" : "partial_displacement";
};

const pairFaults = (area: string, { before, after }: CountPair) => [
  ...countFaults(`${area}.before`, before),
  ...countFaults(`${area}.after`, after),
];
