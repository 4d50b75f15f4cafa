import { createHash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random values that the same seed and name always give again. */
export interface Random {
  /** 0 (included) to 1 (excluded). */
  share(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
  /** Waiting time of a Poisson process. */
  exponential(mean: number): number;
  /** Gamma distribution with mean 1; small shapes vary more. */
  gamma(shape: number): number;
  poisson(mean: number): number;
}

/** Makes the stream of that name. Streams are independent: drawing more from one changes no other. */
export function createRandom(seed: number, ...name: readonly string[]): Random {
  const digest = createHash("sha256")
    .update([seed, ...name].join("/"))
    .digest();
  const generator = xoroshiro128plus(digest.readInt32LE(0));
  const share = (): number => uniformFloat64(generator);
  const whole = (from: number, to: number): number => uniformInt(generator, from, to);
  const exponential = (mean: number): number => -Math.log(1 - share()) * mean;

  function normal(): number {
    return Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());
  }

  /** Marsaglia and Tsang, ACM TOMS 26 (2000), for shapes of at least 1. */
  function gamma(shape: number): number {
    if (shape < 1) throw new RangeError("the shape must be at least 1");
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - share()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return (d * v) / shape;
    }
  }

  return {
    share,
    whole,
    chance: (probability) => share() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError("nothing to pick from");
      return list[whole(0, list.length - 1)] as T;
    },
    shuffled<T>(list: readonly T[]): T[] {
      const left = [...list];
      return Array.from(list, () => left.splice(whole(0, left.length - 1), 1)[0] as T);
    },
    exponential,
    gamma,
    poisson(mean) {
      let count = 0;
      for (let spent = exponential(1); spent < mean; spent += exponential(1)) count++;
      return count;
    },
  };
}
