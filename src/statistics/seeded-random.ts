import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { FieldFault } from "../errors.ts";
import { wholeFaults } from "./series-checks.ts";

/** Draws that depend on nothing but the seed they were made from. */
export interface SeededRandom {
  /** From 0 (included) to 1 (excluded). */
  readonly fraction: () => number;
  /** A whole number from 0 to `below` − 1. */
  readonly index: (below: number) => number;
}

/**
 * The same seed (a whole number, 32 bits are used) gives the same draws, on any machine. The state of the
 * generator is spread from the seed: taken as it is, a small seed begins with draws next to 1 and seeds
 * next to each other with nearly the same ones. Source of the spreading: Steele, Lea & Flood 2014, OOPSLA (SplitMix64).
 */
export const seededRandom = (seed: number): SeededRandom => {
  const [first, second] = [spread(BigInt(seed >>> 0) + STRIDE), spread(BigInt(seed >>> 0) + 2n * STRIDE)];
  const generator = xoroshiro128plusFromState(
    [first, second].flatMap((word) => [Number(word >> 32n) | 0, Number(word & 0xffff_ffffn) | 0]),
  );
  return {
    fraction: () => uniformFloat64(generator),
    index: (below) => uniformInt(generator, 0, below - 1),
  };
};

const STRIDE = 0x9e37_79b9_7f4a_7c15n;

/** A number below 2⁶⁴ in which each bit depends on all bits of `value`. */
const spread = (value: bigint): bigint => {
  let z = BigInt.asUintN(64, value);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return z ^ (z >> 31n);
};

/** Puts the array in a random order, in place (Fisher & Yates). */
export const shuffle = (values: Float64Array | Int32Array, random: SeededRandom): void => {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const j = random.index(i + 1);
    const kept = values[i] ?? 0;
    values[i] = values[j] ?? 0;
    values[j] = kept;
  }
};

/** How a Monte Carlo test is run. */
export interface Replication {
  /** Replicates, 99 to 99,999. */
  readonly replicates: number;
  /** A whole number from 0 to 2³² − 1; echo it with the result. */
  readonly seed: number;
}

/** Faults of a replication's two numbers. */
export const replicationFaults = ({ replicates, seed }: Replication): readonly FieldFault[] => [
  ...wholeFaults("replicates", replicates, 99, 99_999),
  ...wholeFaults("seed", seed, 0, 2 ** 32 - 1),
];
