import { describe, expect, test } from "vitest";
import type { ComparedEstate, ComparisonInput } from "../../../src/domain/comparison-input.ts";
import type { Comparison } from "../../../src/domain/comparison.ts";
import type { Interval } from "../../../src/domain/rates.ts";
import { compareGroups } from "../../../src/statistics/comparison/compare-groups.ts";
import { type DrawCount, randomCounts } from "../random-counts.ts";
import { question, windowsAround } from "./build.ts";

/** ZHIAN_LONG=1 runs as many as a figure to two places takes. */
const RUNS = process.env["ZHIAN_LONG"] === "1" ? 4_000 : 300;
/** What chance may add to a share in so many runs: 2.6 standard errors, once in 200. */
const slack = (share: number): number => 2.6 * Math.sqrt((share * (1 - share)) / RUNS);

/** The long version takes minutes. */
const TIMEOUT_MS = 900_000;

const INSTALLED = "2024-01-01";
const WINDOWS = windowsAround(INSTALLED);
/** The months of both windows and nothing else: a series would be too short, as it should be here. */
const CUTS = Array.from(
  { length: 26 },
  (_, i) => `${2023 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}-01`,
);

/** An estate whose months have that mean, from month 13 on times `ratio`, and variance φ times the mean. */
const drawn = (draw: DrawCount, id: string, mean: number, phi: number, ratio = 1): ComparedEstate => ({
  estateId: id,
  households: 1_000,
  counts: CUTS.slice(1).map((_, i) => draw(mean * (i > 12 ? ratio : 1), phi)),
  simulated: CUTS.slice(1).map(() => 0),
});

const treatedOf = (estate: ComparedEstate) => ({ ...estate, installedOn: INSTALLED, windows: WINDOWS });

const runs = (seed: number, make: (draw: DrawCount) => Partial<ComparisonInput>): readonly Comparison[] => {
  const draw = randomCounts(seed);
  return Array.from({ length: RUNS }, () => compareGroups(question({ cuts: CUTS, ...make(draw) })));
};

const single = (draw: DrawCount, mean: number, phi: number, ratio = 1) => ({
  treated: [treatedOf(drawn(draw, "t", mean, phi, ratio))],
});

const share = (answers: readonly Comparison[], of: (answer: Comparison) => boolean): number =>
  answers.filter(of).length / answers.length;

const found = ({ verdict }: Comparison): boolean => verdict !== "inconclusive" && verdict !== "not_estimable";
const exactAlone = ({ effect }: Comparison): boolean => (effect.exact?.pCentral ?? 1) <= 0.05;

/** Windows differ by a day (2024 is a leap year), so the true ratio of rates of equal months is near 1. */
const DAYS = 365 / 366;

describe.each([
  [3, 2],
  [3, 4],
  [1, 2],
])("nothing happened, %d cases a month in bursts of φ = %d", (mean, phi) => {
  const alone = runs(11 * phi + mean, (draw) => single(draw, mean, phi));
  const controlled = runs(17 * phi + mean, (draw) => ({
    ...single(draw, mean, phi),
    control: [drawn(draw, "c", mean, phi)],
  }));

  test("the verdict errs in 5 % at most, without control", () => {
    expect(share(alone, found)).toBeLessThanOrEqual(0.05 + slack(0.05));
  });

  test("the verdict errs in 5 % at most, with control", () => {
    expect(share(controlled, found)).toBeLessThanOrEqual(0.05 + slack(0.05));
  });

  test("control: the plain exact test errs more often than it promises", () => {
    // 11 % for the mildest of them, 29 % for the worst
    expect(share(alone, exactAlone)).toBeGreaterThan(0.05 + slack(0.05));
  });

  test("the 95 % interval holds the truth in 94 % at least", () => {
    const covered = ({ effect: { ciDecision: ci } }: Comparison): boolean =>
      ci === null || (ci.lo <= DAYS && (ci.hi ?? Number.POSITIVE_INFINITY) >= DAYS);
    expect(share(alone, covered)).toBeGreaterThanOrEqual(0.94 - slack(0.06));
    const coveredRirr = ({ controlled: block }: Comparison): boolean =>
      block?.ciDecision == null ||
      (block.ciDecision.lo <= 1 && (block.ciDecision.hi ?? Number.POSITIVE_INFINITY) >= 1);
    expect(share(controlled, coveredRirr)).toBeGreaterThanOrEqual(0.94 - slack(0.06));
  });
});

describe("something happened: half of 8 cases a month, φ = 2", () => {
  const halved = runs(5, (draw) => ({
    ...single(draw, 8, 2, 0.5),
    control: [drawn(draw, "c1", 8, 2), drawn(draw, "c2", 8, 2)],
  }));

  test("it is seen more often than not, and never told as an increase", () => {
    expect(share(halved, ({ verdict }) => verdict === "decrease_vs_control")).toBeGreaterThan(0.5);
    expect(share(halved, ({ verdict }) => verdict === "increase_vs_control")).toBe(0);
  });

  test("the interval holds the half in 94 % at least", () => {
    const covered = ({ controlled }: Comparison): boolean =>
      (controlled?.ciDecision?.lo ?? 1) <= 0.5 && (controlled?.ciDecision?.hi ?? 0) >= 0.5;
    expect(share(halved, covered)).toBeGreaterThanOrEqual(0.94 - slack(0.06));
  });
});

test(
  "three estates picked for their worst year: the naive verdict errs, the one with empirical Bayes does not",
  () => {
    const draw = randomCounts(29);
    const rounds = RUNS;
    let naive = 0;
    let told = 0;
    for (let round = 0; round < rounds; round += 1) {
      // estates differ; nothing changes in any of them
      const all = Array.from({ length: 80 }, (_, i) => drawn(draw, `e${i}`, 0.6 + draw(8, 1) / 20, 1));
      const before = ({ counts }: ComparedEstate) => counts.slice(0, 12).reduce((a, b) => a + b, 0);
      const ranked = all.toSorted((a, b) => before(b) - before(a));
      const answer = compareGroups(
        question({
          cuts: CUTS,
          treated: ranked.slice(0, 3).map((worst) => treatedOf(worst)),
          control: ranked.slice(3),
          selectionReason: "high_incidents",
        }),
      );
      if ((answer.controlled?.pDecision ?? 1) <= 0.05) naive += 1;
      if (found(answer)) told += 1;
    }
    // 57 % of 300: nine standard errors above the bound, so that no other stream of numbers turns it red
    expect(naive / rounds).toBeGreaterThan(0.3);
    expect(told / rounds).toBeLessThanOrEqual(0.05 + slack(0.05));
  },
  TIMEOUT_MS,
);

describe("six estates in bursts of φ = 3, twelve controls, nothing happened", () => {
  const answers = runs(61, (draw) => ({
    treated: Array.from({ length: 6 }, (_, i) => treatedOf(drawn(draw, `t${i}`, 1.5, 3))),
    control: Array.from({ length: 12 }, (_, i) => drawn(draw, `c${i}`, 1, 1)),
  }));
  const around = (ci: Interval | undefined, truth: number): boolean =>
    ci !== undefined && ci.lo <= truth && (ci.hi ?? Number.POSITIVE_INFINITY) >= truth;

  test("the pooled ratio errs in 6 % at most, where the exact test errs in more than 15 %", () => {
    // φ of 22 degrees of freedom with normal limits: 6 % instead of 5
    expect(share(answers, ({ pooled }) => (pooled?.p ?? 1) <= 0.05)).toBeLessThanOrEqual(0.06 + slack(0.06));
    expect(share(answers, exactAlone)).toBeGreaterThan(0.15);
  });

  test("the wider of both limits of the random effect holds the truth in 94 % at least", () => {
    const covered = ({ pooled }: Comparison) => around(pooled?.dl.ci ?? undefined, DAYS);
    expect(share(answers, covered)).toBeGreaterThanOrEqual(0.94 - slack(0.06));
  });
});

describe("one large estate against twelve small ones, cases one by one, nothing happened", () => {
  const answers = runs(67, (draw) => ({
    treated: [treatedOf({ ...drawn(draw, "t", 40, 1), households: 40_000 })],
    control: Array.from({ length: 12 }, (_, i) => drawn(draw, `c${i}`, 1, 1)),
  }));

  test("empirical Bayes: the interval holds 1 in 92 % at least", () => {
    const held = answers.filter(({ eb }) => eb !== null && eb.ci.lo <= 1 && (eb.ci.hi ?? 2) >= 1);
    expect(held.length / answers.length).toBeGreaterThanOrEqual(0.92 - slack(0.08));
  });

  test("control: an interval that knows of the cases only would miss it far more often", () => {
    const plain = ({ eb }: Comparison): boolean =>
      eb !== null && Math.abs(Math.log(eb.theta)) <= 1.96 * Math.sqrt(1 / eb.observedAfter + 1 / 480);
    expect(share(answers, plain)).toBeLessThan(0.85);
  });
});

test(
  "two dates that share five controls in bursts of φ = 2: the verdict errs in 5 % at most",
  () => {
    const later = {
      before: { from: "2023-01-01", to: "2023-09-01" },
      washout: { from: "2023-09-01", to: "2023-10-01" },
      after: { from: "2023-10-01", to: "2024-06-01" },
    };
    const staggered = runs(37, (draw) => ({
      treated: [
        { ...drawn(draw, "t1", 3, 2), installedOn: INSTALLED, windows: WINDOWS },
        { ...drawn(draw, "t2", 3, 2), installedOn: "2023-09-01", windows: later },
      ],
      control: Array.from({ length: 5 }, (_, i) => drawn(draw, `c${i}`, 3, 2)),
    }));
    expect(share(staggered, found)).toBeLessThanOrEqual(0.05 + slack(0.05));
  },
  TIMEOUT_MS,
);
