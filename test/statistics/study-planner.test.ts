import { describe, expect, test } from "vitest";
import { powerOf } from "../../src/statistics/before-power.ts";
import { comparisonPower, largestSignificantAfter } from "../../src/statistics/comparison-power.ts";
import { overdispersedRateRatio } from "../../src/statistics/overdispersed-rate-ratio.ts";
import { ratioTest } from "../../src/statistics/rate-ratio.ts";
import { planStudy } from "../../src/statistics/study-planner.ts";
import { randomCounts } from "./random-counts.ts";
import { refusal } from "./refusal.ts";

const planned = { exposureRatio: 1, rateRatio: 0.5, phi: 1, months: 12, level: 0.95 };

/** Share of simulated comparisons that find a decrease. */
function simulated(runs: number, find: () => boolean): number {
  let found = 0;
  for (let run = 0; run < runs; run += 1) if (find()) found += 1;
  return found / runs;
}

describe("power by enumeration", () => {
  test.each([
    [6, 0.3, 1],
    [18, 0.4, 1],
    [40, 0.5, 2],
    [100, 0.7, 1],
  ])(
    "agrees with simulation: %d expected, ratio %d, exposure ratio %d",
    (expectedBefore, rateRatio, exposureRatio) => {
      const power = comparisonPower({ ...planned, expectedBefore, rateRatio, exposureRatio });
      const draw = randomCounts(expectedBefore);
      const runs = 4_000;
      const share = simulated(runs, () => {
        const before = draw(expectedBefore, 1);
        const after = draw(expectedBefore * rateRatio * exposureRatio, 1);
        const { pCentral, pLess, pGreater } = ratioTest(
          { count: after, exposure: exposureRatio },
          { count: before, exposure: 1 },
        );
        return before + after > 0 && pCentral <= 0.05 && pLess < pGreater;
      });
      expect(Math.abs(share - power)).toBeLessThan(4 * Math.sqrt((power * (1 - power)) / runs));
    },
  );

  test("is close to what the comparison finds when it has to estimate the bursts itself", () => {
    const phi = 2;
    const power = comparisonPower({ ...planned, expectedBefore: 120, rateRatio: 0.5, phi });
    const draw = randomCounts(7);
    const share = simulated(1_500, () => {
      const side = (mean: number) =>
        Array.from({ length: 12 }, () => ({ count: draw(mean / 12, phi), exposure: 1 }));
      const { decision, rateRatio } = overdispersedRateRatio(side(60), side(120), 0.95);
      return decision !== null && decision.pDecision <= 0.05 && rateRatio !== null && rateRatio < 1;
    });
    expect(power).toBeGreaterThan(0.85);
    expect(Math.abs(share - power)).toBeLessThan(0.05);
  });

  test("meets the approximation where it ends", () => {
    for (const phi of [1, 3]) {
      const [exact, approximate] = [299, 301].map((expectedBefore) =>
        comparisonPower({ ...planned, expectedBefore, rateRatio: 0.75, phi }),
      );
      expect(Math.abs((exact ?? 0) - (approximate ?? 1))).toBeLessThan(0.03);
    }
  });

  test("without an effect it is at most the one-sided error", () => {
    for (const expectedBefore of [3, 20, 80]) {
      expect(comparisonPower({ ...planned, expectedBefore, rateRatio: 1 })).toBeLessThanOrEqual(0.025);
    }
  });
});

describe("what a count before can show", () => {
  // statistics.md §3: the largest count after that is significant at equal exposure
  test.each([
    [5, null],
    [6, 0],
    [8, 1],
    [18, 7],
    [25, 12],
    [100, 73],
  ])("%d before: at most %s after", (beforeCount, after) => {
    expect(powerOf({ beforeCount, exposureRatio: 1, phi: 1 }).largestSignificantAfter).toBe(after);
  });

  test("half the exposure after halves what is expected there", () => {
    const answer = powerOf({ beforeCount: 40, exposureRatio: 0.5, phi: 1 });
    const after = answer.largestSignificantAfter ?? Number.NaN;
    const p = (count: number) => ratioTest({ count, exposure: 0.5 }, { count: 40, exposure: 1 }).pCentral;
    expect(p(after)).toBeLessThanOrEqual(0.05);
    expect(p(after + 1)).toBeGreaterThan(0.05);
    expect(answer.smallestSignificantDecrease).toBeCloseTo(100 * (1 - after / 20), 9);
  });

  test("bursts ask for more", () => {
    const alike = { exposureRatio: 1, months: 12, level: 0.95 };
    expect(largestSignificantAfter(18, { ...alike, phi: 2 })).toBeLessThan(7);
    const chance = (phi: number) =>
      powerOf({ beforeCount: 60, exposureRatio: 1, phi }).chances.map(({ power }) => power);
    for (const [i, power] of chance(3).entries()) expect(power).toBeLessThan(chance(1)[i] ?? 0);
  });

  test.each([
    [{ beforeCount: -1, exposureRatio: 1, phi: 1 }, ["beforeCount"]],
    [{ beforeCount: 100_001, exposureRatio: 0, phi: 0.9 }, ["beforeCount", "exposureRatio", "phi"]],
  ])("%o is refused", (question, fields) => {
    const error = refusal(() => powerOf(question));
    expect([error.code, error.faults.map(({ field }) => field)]).toEqual(["VALIDATION", fields]);
  });
});

describe("study planner", () => {
  const question = { households: 1_000, rate: 18, reductionPercent: 30, phi: 1, power: 0.8 };

  test("the size is enough, and one less is not", () => {
    const { oneEstate, oneYear, usual } = planStudy(question);
    for (const size of [oneEstate, oneYear]) {
      expect(size?.power).toBeGreaterThanOrEqual(0.8);
      expect(size?.expectedAfter).toBeCloseTo((size?.expectedBefore ?? 0) * 0.7, 9);
    }
    expect(oneEstate).toMatchObject({ estates: 1 });
    expect(oneYear).toMatchObject({ months: 12 });
    expect(usual).toMatchObject({ months: 12, estates: 1, expectedBefore: expect.closeTo(18, 9) });
    const less = (expectedBefore: number, months: number) =>
      comparisonPower({ ...planned, expectedBefore, rateRatio: 0.7, months });
    expect(less((18 * ((oneEstate?.months ?? 0) - 1)) / 12, 24)).toBeLessThan(0.8);
    expect(less(18 * ((oneYear?.estates ?? 0) - 1), 12)).toBeLessThan(0.8);
  });

  test("a quiet estate alone never shows it in ten years; many estates do", () => {
    const { oneEstate, oneYear } = planStudy({ ...question, households: 500, rate: 5 });
    expect(oneEstate).toBeNull();
    expect(oneYear?.estates).toBeGreaterThan(40);
  });

  test("no window is shorter than six months, and a hopeless question has no answer", () => {
    expect(planStudy({ ...question, households: 100_000 }).oneEstate?.months).toBe(6);
    expect(planStudy({ ...question, households: 1, rate: 0.1 })).toMatchObject({
      oneEstate: null,
      oneYear: null,
    });
  });

  test("every faulty field is named", () => {
    const faulty = { households: 0, rate: Number.NaN, reductionPercent: 100, phi: 0, power: 1 };
    const error = refusal(() => planStudy(faulty));
    expect(error.faults.map(({ field }) => field)).toEqual(Object.keys(faulty));
  });
});
