import { expect, test } from "vitest";
import { gammaTails } from "../../src/statistics/incomplete-gamma.ts";
import { seededRandom } from "../../src/statistics/seeded-random.ts";

const SEEDS = Array.from({ length: 1000 }, (_, seed) => seed);

test("the first draws of neighbouring seeds are spread evenly", () => {
  for (const skipped of [0, 1, 2]) {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      for (let i = 0; i < skipped; i += 1) random.fraction();
      const tenth = Math.floor(random.fraction() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    const chi2 = tenths.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(gammaTails(4.5, chi2 / 2).upper).toBeGreaterThan(0.001);
  }
});

test("the first draws of neighbouring seeds are not correlated", () => {
  const firsts = SEEDS.map((seed) => seededRandom(seed).fraction() - 0.5);
  const together = firsts.slice(1).reduce((sum, x, i) => sum + x * (firsts[i] ?? 0), 0);
  const alone = firsts.reduce((sum, x) => sum + x * x, 0);
  // 3.3 standard errors: once in a thousand
  expect(Math.abs(together / alone)).toBeLessThan(3.3 / Math.sqrt(SEEDS.length));
});

test("the same seed gives the same draws, another one others", () => {
  const draws = (seed: number) => {
    const random = seededRandom(seed);
    return [random.index(1000), random.fraction(), random.index(7)];
  };
  expect(draws(2 ** 32 - 1)).toEqual(draws(2 ** 32 - 1));
  expect(draws(1)).not.toEqual(draws(2));
});
