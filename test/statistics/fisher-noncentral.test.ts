import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  conditionalEstimate,
  minimumLikelihoodP,
  noncentralTails,
  supportOf,
  type TableMargins,
} from "../../src/statistics/fisher-noncentral.ts";

const choose = (n: number, k: number): bigint => {
  let result = 1n;
  for (let i = 0; i < k; i += 1) result = (result * BigInt(n - i)) / BigInt(i + 1);
  return result;
};

/** The same tails from whole-number weights C(treated, x) C(control, after − x) pˣ qᵍ⁻ˣ, odds p/q. */
const exactTails = (margins: TableMargins, k: number, p: bigint, q: bigint) => {
  const { least, greatest } = supportOf(margins);
  let [below, point, above, first] = [0n, 0n, 0n, 0n];
  for (let x = least; x <= greatest; x += 1) {
    const weight =
      choose(margins.treated, x) *
      choose(margins.control, margins.after - x) *
      p ** BigInt(x - least) *
      q ** BigInt(greatest - x);
    if (x < k) below += weight;
    else if (x > k) above += weight;
    else point += weight;
    first += weight * BigInt(x);
  }
  const total = below + point + above;
  return {
    below: ratio(below, total),
    above: ratio(above, total),
    atMost: ratio(below + point, total),
    atLeast: ratio(above + point, total),
    mean: ratio(first, total),
  };
};

/** A quotient of whole numbers with all digits of a double, however small it is. */
const ratio = (over: bigint, under: bigint): number => {
  if (over === 0n) return 0;
  const shift = BigInt(Math.max(0, under.toString(2).length - over.toString(2).length + 64));
  return Number((over << shift) / under) / 2 ** Number(shift);
};

const off = (got: number, want: number): number => (want === 0 ? Math.abs(got) : Math.abs(got - want) / want);

const margins = fc
  .record({
    treated: fc.integer({ min: 1, max: 120 }),
    control: fc.integer({ min: 1, max: 120 }),
    // whole numbers: fast-check's doubles crowd around 0
    share: fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000),
    place: fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000),
  })
  .map(({ treated, control, share, place }) => {
    const after = Math.round((treated + control) * share);
    const { least, greatest } = supportOf({ treated, control, after });
    return { margins: { treated, control, after }, k: least + Math.round((greatest - least) * place) };
  });

describe("Fisher's non-central hypergeometric distribution", () => {
  test("tails and mean agree with whole-number sums, small tails in their own digits", () => {
    fc.assert(
      fc.property(
        margins,
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        (table, p, q) => {
          const want = exactTails(table.margins, table.k, BigInt(p), BigInt(q));
          const got = noncentralTails(table.margins, table.k, Math.log(p / q));
          for (const tail of ["below", "above", "atMost", "atLeast", "mean"] as const) {
            expect(off(got[tail], want[tail]), `${tail}: ${got[tail]} for ${want[tail]}`).toBeLessThan(1e-11);
          }
        },
      ),
    );
  });

  test("the reference notices an odds ratio that is a little off", () => {
    const table = { treated: 25, control: 39, after: 26 };
    const got = noncentralTails(table, 7, Math.log(0.5) + 1e-9);
    expect(off(got.atMost, exactTails(table, 7, 1n, 2n).atMost)).toBeGreaterThan(1e-11);
  });

  test("slopes are derivatives by the log odds, the variance that of the mean", () => {
    fc.assert(
      fc.property(margins, fc.double({ min: -3, max: 3, noNaN: true }), ({ margins: table, k }, u) => {
        const step = 1e-5;
        const [low, here, high] = [u - step, u, u + step].map((at) => noncentralTails(table, k, at));
        if (low === undefined || here === undefined || high === undefined) throw new Error("three points");
        const slope = (of: "atLeast" | "above" | "mean") => (high[of] - low[of]) / (2 * step);
        expect(Math.abs(here.atLeastSlope - slope("atLeast"))).toBeLessThan(1e-6);
        expect(Math.abs(here.aboveSlope - slope("above"))).toBeLessThan(1e-6);
        expect(Math.abs(here.variance - slope("mean"))).toBeLessThan(1e-5 * (1 + here.variance));
      }),
    );
  });

  test("swapping treated and control turns the distribution round", () => {
    fc.assert(
      fc.property(margins, fc.double({ min: -4, max: 4, noNaN: true }), ({ margins: table, k }, u) => {
        const turned = { treated: table.control, control: table.treated, after: table.after };
        const one = noncentralTails(table, k, u);
        const other = noncentralTails(turned, table.after - k, -u);
        expect(off(one.atMost, other.atLeast)).toBeLessThan(1e-11);
        expect(off(one.above, other.below)).toBeLessThan(1e-11);
      }),
    );
  });

  test("the estimate is where the mean is the observed count", () => {
    fc.assert(
      fc.property(margins, ({ margins: table, k }) => {
        const { least, greatest } = supportOf(table);
        const odds = conditionalEstimate(table, k, 0);
        expect(odds === 0).toBe(k === least);
        expect(odds === null).toBe(k === greatest && k > least);
        fc.pre(odds !== null && odds > 0);
        expect(noncentralTails(table, k, Math.log(odds)).mean).toBeCloseTo(k, 9);
      }),
    );
  });

  test("a thousand million cases are summed around the mode, not over the support", () => {
    const table = { treated: 1e9, control: 1e9, after: 1e9 };
    const started = performance.now();
    const { atMost, above, mean } = noncentralTails(table, 5e8 - 20_000, 0);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(atMost + above).toBeCloseTo(1, 12);
    expect(mean / 5e8).toBeCloseTo(1, 12);
    // normal with the hypergeometric variance, 1.79 standard deviations below
    expect(atMost).toBeCloseTo(0.0368, 3);
  });

  test("an observation beyond a double's reach has p 0, and the walk ends", () => {
    const table = { treated: 2e9, control: 2e9, after: 1.9e9 };
    const started = performance.now();
    expect(noncentralTails(table, 9e8, 0).atMost).toBe(0);
    expect(minimumLikelihoodP(table, 9e8, 0)).toBe(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("the p of fisher.test sums all tables no likelier than the observed one", () => {
    // 3 of 4 against 1 of 4: (1 + 16 + 16 + 1) / 70
    expect(minimumLikelihoodP({ treated: 4, control: 4, after: 4 }, 3, 0)).toBeCloseTo(34 / 70, 14);
    expect(minimumLikelihoodP({ treated: 4, control: 4, after: 4 }, 2, 0)).toBeCloseTo(1, 14);
    expect(minimumLikelihoodP({ treated: 4, control: 4, after: 4 }, 4, 0)).toBeCloseTo(2 / 70, 14);
  });
});
