import { describe, expect, test } from "vitest";
import { cohortCounts } from "../../src/statistics/cohort-counts.ts";
import { logRateOutcome, meanOutcome, type StaggeredEstate } from "../../src/statistics/cohort-outcome.ts";
import { staggeredAtt } from "../../src/statistics/staggered-att.ts";
import { staggeredDid } from "../../src/statistics/staggered-did.ts";
import { countSource } from "./random-counts.ts";

const PERIODS = [1, 2, 3, 4, 5, 6];
const run = { replicates: 199, seed: 4 };

/** Counts 1e8·e^(0.1 t), times e^effect from the cohort's period on. */
const exact = (cohort: number | null, effect: number): StaggeredEstate => ({
  cohort,
  exposures: PERIODS.map(() => 10),
  counts: PERIODS.map((t) =>
    Math.round(1e8 * Math.exp(0.1 * t + (cohort !== null && t >= cohort ? effect : 0))),
  ),
});

const noisy = (cohorts: readonly (number | null)[], seed = 2): readonly StaggeredEstate[] => {
  const draw = countSource(20, 1.5, seed);
  return cohorts.map((cohort) => ({
    cohort,
    exposures: PERIODS.map(() => 10),
    counts: PERIODS.map(() => draw()),
  }));
};

describe("staggered contrasts", () => {
  test("an effect that differs between cohorts is given to each, and nothing before", () => {
    const estates = [exact(null, 0), exact(null, 0), exact(3, -0.5), exact(5, -0.2), exact(5, -0.2)];
    for (const control of ["never-treated", "not-yet-treated"] as const) {
      const effects = staggeredAtt(logRateOutcome(estates, PERIODS), control);
      for (const { cohort, period, att } of effects.byPeriod) {
        expect(att).toBeCloseTo(period < cohort ? 0 : cohort === 3 ? -0.5 : -0.2, 7);
      }
      expect(effects.byCohort.map(({ att }) => att?.toFixed(6))).toEqual(["-0.500000", "-0.200000"]);
      // cohort sizes 1 and 2
      expect(effects.overallCohort).toBeCloseTo(-0.3, 7);
      expect(effects.dynamic.find(({ since }) => since === 0)?.att).toBeCloseTo(-0.3, 7);
      expect(effects.dynamic.find(({ since }) => since === 3)?.att).toBeCloseTo(-0.5, 7);
    }
  });

  test("without never treated estates only the not yet treated compare, as long as there are any", () => {
    const estates = [exact(3, -0.5), exact(5, -0.2)];
    const never = staggeredAtt(logRateOutcome(estates, PERIODS), "never-treated");
    expect(never.byPeriod.every(({ att }) => att === null)).toBe(true);
    const notYet = staggeredAtt(logRateOutcome(estates, PERIODS), "not-yet-treated");
    const at = (cohort: number, period: number) =>
      notYet.byPeriod.find((cell) => cell.cohort === cohort && cell.period === period)?.att;
    expect(at(3, 4)).toBeCloseTo(-0.5, 7);
    expect(at(3, 5)).toBeNull();
    expect(at(5, 6)).toBeNull();
    // a mean over what is left would pass for the whole effect
    expect(notYet.byCohort).toEqual([
      { cohort: 3, att: null },
      { cohort: 5, att: null },
    ]);
  });

  test("a cohort treated from the first period on has no base", () => {
    const effects = staggeredAtt(logRateOutcome([exact(1, -1), exact(null, 0)], PERIODS), "never-treated");
    expect(effects.byPeriod).toEqual([]);
    expect(effects.overallDynamic).toBeNull();
  });

  test("a period without events gives null, and so do the means that need it", () => {
    const silent = { ...exact(4, 0), counts: [5, 5, 5, 5, 0, 5] };
    const effects = staggeredAtt(logRateOutcome([silent, exact(null, 0)], PERIODS), "never-treated");
    expect(effects.byPeriod.filter(({ att }) => att === null).map(({ period }) => period)).toEqual([5]);
    expect(effects.overallCohort).toBeNull();
  });

  test("means are pooled by the number of estates", () => {
    const cell = (cohort: number | null, period: number, size: number, mean: number) => ({
      cohort,
      period,
      size,
      mean,
    });
    const outcome = meanOutcome([
      cell(null, 1, 1, 0),
      cell(null, 2, 1, 0),
      cell(3, 1, 3, 8),
      cell(3, 2, 3, 4),
      cell(2, 1, 2, 1),
      cell(2, 2, 2, 1),
    ]);
    expect(outcome.valueOf([null, 3], 1)).toBe(6);
    // not yet treated at 2: the never treated and cohort 3, whose mean fell from 6 to 3
    expect(staggeredAtt(outcome, "not-yet-treated").byPeriod[0]).toEqual({ cohort: 2, period: 2, att: 3 });
  });
});

describe("with errors by drawing estates anew", () => {
  const cohorts = [...Array.from({ length: 12 }, () => null), ...Array.from({ length: 8 }, () => 4)];

  test("the seed decides the errors and nothing else", () => {
    const panel = { estates: noisy(cohorts), periods: PERIODS, control: "never-treated" } as const;
    const one = staggeredDid(panel, run);
    expect(staggeredDid(panel, run)).toEqual(one);
    const other = staggeredDid(panel, { ...run, seed: 5 });
    expect(other.effects).toEqual(one.effects);
    expect(other.errors).not.toEqual(one.errors);
    const error = one.errors.overallCohort ?? Number.NaN;
    // variance of a log of sums: 1.5 (1/480 + 3/480·…) is of this order
    expect(error).toBeGreaterThan(0.03);
    expect(error).toBeLessThan(0.3);
  });

  test("estates that are all alike have no error", () => {
    const panel = {
      estates: cohorts.map((cohort) => exact(cohort, -0.4)),
      periods: PERIODS,
      control: "never-treated",
    } as const;
    const { effects, errors } = staggeredDid(panel, run);
    expect(effects.overallCohort).toBeCloseTo(-0.4, 7);
    expect(errors.overallCohort).toBeLessThan(1e-9);
  });

  test("a cohort of one estate has an effect but no error", () => {
    const panel = { estates: noisy([...cohorts, 5]), periods: PERIODS, control: "never-treated" } as const;
    const { effects, errors } = staggeredDid(panel, run);
    expect(effects.byCohort.map(({ att }) => att === null)).toEqual([false, false]);
    expect(errors.byCohort.map(({ att }) => att === null)).toEqual([false, true]);
  });

  test("refuses counts that do not fit the periods and too much work, by name", () => {
    const estates = noisy([null, 4]);
    const panel = { estates, periods: PERIODS, control: "never-treated" } as const;
    const [first] = estates;
    if (first === undefined) throw new Error("two estates were drawn");
    const short = { ...panel, estates: [{ ...first, counts: [1] }, first] };
    expect(() => staggeredDid(short, run)).toThrow(/estates\[0\] must have 6 counts and exposures/);
    expect(() => staggeredDid({ ...panel, periods: [1, 1, 2, 3, 4, 5] }, run)).toThrow(
      /periods must be ascending/,
    );
    const many = { ...panel, estates: Array.from({ length: 200 }, () => first) };
    expect(() => staggeredDid(many, { replicates: 99_999, seed: 1 })).toThrow(/replicates has too much work/);
  });
});

describe("cells of a cohort", () => {
  const panel = {
    periods: PERIODS,
    control: "never-treated",
    estates: [exact(null, 0), exact(4, -0.5), exact(4, -0.5), exact(6, 0)],
  } as const;

  test("hold the same periods on both sides, and give the cohort's ratio", () => {
    const [four, six] = cohortCounts(panel, 2);
    if (!four?.counts) throw new Error("the window is covered");
    expect(four).toMatchObject({ cohort: 4, estates: 2 });
    expect(four.counts.treated.before.exposure).toBe(40);
    expect(four.counts.control.after.exposure).toBe(20);
    const own = panel.estates[1].counts;
    expect(four.counts.treated.before.count).toBe(2 * ((own[1] ?? 0) + (own[2] ?? 0)));
    const { treated, control } = four.counts;
    const change = ({ before, after }: typeof treated) => after.count / before.count;
    expect(Math.log(change(treated) / change(control))).toBeCloseTo(-0.5, 6);
    // the window of cohort 6 runs past the panel
    expect(six).toEqual({ cohort: 6, estates: 1, counts: null });
  });

  test("a window that begins before the panel gives no counts", () => {
    const early = { ...panel, estates: [...panel.estates, exact(3, 0)] };
    expect(cohortCounts(early, 2)[0]?.counts).not.toBeNull();
    expect(cohortCounts(early, 3)[0]).toEqual({ cohort: 3, estates: 1, counts: null });
  });

  test("not yet treated estates compare until their own date falls into the window", () => {
    const notYet = { ...panel, control: "not-yet-treated" } as const;
    expect(cohortCounts(notYet, 2)[0]?.counts?.control.before.exposure).toBe(40);
    expect(cohortCounts(notYet, 3)[0]?.counts?.control.before.exposure).toBe(30);
  });
});
