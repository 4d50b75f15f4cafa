import type { EpochMs } from "../domain/time.ts";
import type { Standing } from "../ports.ts";

/** Where an operator stands that waits for the earliest of some times; undefined ones do not count. */
export function waitsFor(dues: readonly (EpochMs | undefined)[]): Standing {
  const decidesAt = Math.min(...dues.map((due) => due ?? Infinity));
  return decidesAt === Infinity ? {} : { decidesAt };
}
