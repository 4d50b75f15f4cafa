import type { Category } from "../../domain/taxonomy.ts";
import { MINUTE, type EpochMs } from "../../domain/time.ts";

/** Permutations of a test: the least p is 0.001. */
export const REPLICATES = 999;

/** The seed of a test: the same for the same period and category, so that a run told again finds the same. */
export function seedOf(until: EpochMs, category: Category): number {
  let seed = Math.floor(until / MINUTE) >>> 0;
  for (const letter of category) seed = (Math.imul(seed, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return seed;
}
