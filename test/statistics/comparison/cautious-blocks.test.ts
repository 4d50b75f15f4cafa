import { describe, expect, test } from "vitest";
import type { Interval } from "../../../src/domain/rates.ts";
import { compareGroups } from "../../../src/statistics/comparison/compare-groups.ts";
import { empiricalBayesComparison } from "../../../src/statistics/empirical-bayes-comparison.ts";
import { interruptedSeries } from "../../../src/statistics/interrupted-series.ts";
import { referenceModel } from "../../../src/statistics/reference-model.ts";
import { refusal } from "../refusal.ts";
import { answerTo, CUTS, estate, question, treated } from "./build.ts";

/** How far an interval of a ratio reaches, on the scale of its logarithm. */
const width = ({ lo, hi }: Interval): number => Math.log((hi ?? Number.POSITIVE_INFINITY) / lo);

test("empirical Bayes: the interval knows that the trend of few controls is a guess", () => {
  const control = Array.from({ length: 12 }, (_, i) => estate(`c${i}`, 3 + (i % 4), 2 + ((i * 5) % 6)));
  const { eb } = answerTo({ treated: [treated("t", 180, 90)], control });
  const model = referenceModel(
    control.map((_, i) => ({
      households: 1_000,
      before: { count: 3 + (i % 4), exposure: 1 },
      after: { count: 2 + ((i * 5) % 6), exposure: 1 },
    })),
  );
  if (eb === null || typeof model === "string") throw new Error("there are enough controls");
  // 90 cases alone would reach 2 × 1.96 / √90 = 0.41; the trend adds its own variance to 1/90 at least
  expect(width(eb.ci)).toBeGreaterThan(2 * 1.9 * Math.sqrt(1 / 90 + model.trendVariance));
  const certain = empiricalBayesComparison(
    [{ observedBefore: 180, observedAfter: 90, predictedBefore: 4.5, predictedAfter: 4.5, k: eb.k }],
    0.95,
  );
  expect(width(eb.ci)).toBeGreaterThan(1.3 * width(certain.ci));
});

const BURSTS = [12, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0];
const LATER = [0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 0, 0];

describe("several estates", () => {
  test("Mantel–Haenszel limits are as wide as the bursts of the months ask for", () => {
    const two = (counts: readonly number[], later: readonly number[]) =>
      answerTo({ treated: [treated("t1", counts, later), treated("t2", counts, later)] });
    const bursty = two(BURSTS, LATER);
    const phi = bursty.effect.quasi?.phi ?? 1;
    expect(phi).toBeGreaterThan(5);
    const given = (value: number) =>
      answerTo({ phi: value, treated: [treated("t1", 36, 18), treated("t2", 36, 18)] }).pooled;
    const one = given(1);
    const four = given(4);
    if (one === null || four === null || bursty.pooled === null) throw new Error("two estates are pooled");
    expect(width(four.ci) / width(one.ci)).toBeCloseTo(2, 10);
    expect(four.p).toBeGreaterThan(one.p);
    expect(width(bursty.pooled.ci) / width(one.ci)).toBeCloseTo(Math.sqrt(phi), 6);
    // 72 → 36 one by one is a finding, in a few bursts it is none
    expect([one.p < 0.05, bursty.pooled.p < 0.05]).toEqual([true, false]);
  });

  test("two estates that agree to the case are no certainty", () => {
    const { pooled } = answerTo({ treated: [treated("t1", 20, 10), treated("t2", 20, 10)] });
    const ci = pooled?.dl.ci;
    if (ci == null) throw new Error("two estates have limits");
    // both together: 2 × 1.96 √((1/20 + 1/10) / 2)
    expect(width(ci)).toBeCloseTo(2 * 1.959964 * Math.sqrt((1 / 20 + 1 / 10) / 2), 5);
    expect(ci.method).toBe("dersimonian-laird");
  });

  test("where estates differ, Knapp and Hartung's limits are the wider ones", () => {
    const ratios = [
      [40, 10],
      [40, 38],
      [40, 60],
    ] as const;
    const { pooled } = answerTo({ treated: ratios.map(([b, a], i) => treated(`t${i}`, b, a)) });
    expect(pooled?.dl.ci?.method).toBe("knapp-hartung");
  });
});

test("the series is judged with Student's t, as its interval is", () => {
  const counts = CUTS.slice(1).map((_, i) => (i < 48 ? 6 : 4) + ((i * 7) % 5) - 2);
  const { its } = answerTo({ treated: [{ ...treated("t", 0, 0), counts }] });
  const exposures = CUTS.slice(1).map(
    (to, i) => (Date.parse(to) - Date.parse(CUTS[i] ?? "")) / 86_400_000 / 365.25,
  );
  const found = interruptedSeries({ counts, exposures, firstMonth: 1 }, 48, false, 0.95);
  if (its === null || typeof found === "string") throw new Error("the series is long enough");
  expect(its.step.p).toBeCloseTo(found.p, 9);
  // the normal distribution would tell less than this
  const z = Math.abs(found.step.beta / found.step.se);
  expect(found.p).toBeGreaterThan(2 * (1 - standardNormal(z)) * 1.01);
});

/** Φ by Simpson's rule: an oracle of its own. */
const standardNormal = (z: number): number => {
  const steps = 2_000;
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(z);
  for (let i = 1; i < steps; i += 1) sum += density((z * i) / steps) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * z) / steps / 3;
};

describe("the panel by quarter", () => {
  const group = (name: string, size: number, before: number, after: number) =>
    Array.from({ length: size }, (_, i) => treated(`${name}${i}`, before + i, after + (i % 2)));

  test("of few estates the lot decides: five choices never make a finding", () => {
    const { eventStudy } = answerTo({
      treated: group("t", 1, 90, 20),
      control: group("c", 4, 90, 90),
    });
    // the treated estate stands out most of five
    expect(eventStudy?.pRandomisation).toBeCloseTo(0.2, 12);
    expect(eventStudy?.overall).toMatchObject({ p: eventStudy?.pRandomisation, method: "randomisation" });
    // no choice of five can show a trend at 5 %, so it cannot be tested this way
    expect(eventStudy?.preTrendP).toBeNull();
  });

  test("from ten estates on it is the larger of the clustered and the quasi-Poisson p, and the wider limits", () => {
    const clones = (name: string, before: number, after: number) =>
      Array.from({ length: 6 }, (_, i) => treated(`${name}${i}`, before, after));
    // estates alike to the case: their clustered error is nearly nothing, that of the cases is not
    const { eventStudy } = answerTo({ treated: clones("t", 12, 11), control: clones("c", 12, 12) });
    if (eventStudy === null) throw new Error("a panel of twelve is fitted");
    expect(eventStudy.pRandomisation).toBeNull();
    expect(eventStudy.overall.p).toBeGreaterThan(0.5);
    expect(eventStudy.overall.method).toBe("quasi-poisson");
    const cells = 2 * 1.9 * Math.sqrt(1 / 72 + 1 / 66 + 1 / 72 + 1 / 72);
    expect(width(eventStudy.overall.ci)).toBeGreaterThan(cells);
  });
});

test("prevented cases are above 0 wherever they are told, beside the treated estates too", () => {
  const { controlled, displacement } = answerTo({
    treated: [treated("t", 80, 40)],
    control: [estate("c", 80, 80)],
    buffer: [estate("b", 40, 60)],
    bufferControl: [estate("bc", 40, 40)],
  });
  expect(controlled?.preventedCounts.est).toBeCloseTo(40, 0);
  // 40 fewer in the treated estate, 20 more beside it
  expect(displacement?.preventedCounts?.est).toBeCloseTo(20, 0);
  const { est = 0, ci } = displacement?.preventedCounts ?? {};
  expect(((ci?.lo ?? 0) + (ci?.hi ?? 0)) / 2).toBeCloseTo(est, 9);
  expect(ci?.lo).toBeLessThan(ci?.hi ?? 0);
});

test("sums that no estate has are refused by name", () => {
  const huge = (name: string) => estate(name, [600_000_000, 0], [600_000_000]);
  const error = refusal(() => compareGroups(question({ control: [huge("c")] })));
  expect([error.code, error.faults.map(({ field }) => field)]).toEqual(["VALIDATION", ["control"]]);
  const half = estate("c", [400_000_000], [600_000_000]);
  expect(() => compareGroups(question({ control: [half] }))).not.toThrow();
});
