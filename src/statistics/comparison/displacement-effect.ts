import type { DisplacementEffect } from "../../domain/comparison.ts";
import type { BeforeAfter } from "../controlled-counts.ts";
import { displacementDifference } from "../displacement-difference.ts";
import { type CountPair, displacementQuotient } from "../displacement-quotient.ts";
import { preventedOf, weighted } from "./prevented-counts.ts";

/**
 * Whether cases moved next door: the quotient describes, the difference tests. The difference needs a control
 * of the buffer; it is in cases of the treated window after, above 0 is prevented.
 */
export const displacementEffectOf = (
  treated: BeforeAfter,
  control: BeforeAfter,
  buffer: BeforeAfter,
  bufferControl: BeforeAfter | null,
  level: number,
): DisplacementEffect => {
  const { wdq, totalNetEffect } = displacementQuotient(pair(treated), pair(buffer), pair(control));
  const unit = treated.after.exposure;
  const tested =
    bufferControl === null
      ? null
      : displacementDifference(
          {
            treated: weighted(treated, unit),
            control: weighted(control, unit),
            displacement: { treated: weighted(buffer, unit), control: weighted(bufferControl, unit) },
          },
          level,
        ).total;
  return {
    preventedCounts: tested === null ? null : { ...preventedOf(tested), p: tested.p },
    wdq,
    wdqValid: wdq !== null,
    tne: totalNetEffect,
    before: buffer.before.count,
    after: buffer.after.count,
  };
};

const pair = ({ before, after }: BeforeAfter): CountPair => ({ before: before.count, after: after.count });
