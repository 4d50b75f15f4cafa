import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { Interval } from "../../src/domain/rates.ts";
import type { ControlledCounts } from "../../src/statistics/controlled-counts.ts";
import { exactRelativeEffect } from "../../src/statistics/exact-relative-effect.ts";
import { poissonETest } from "../../src/statistics/poisson-e-test.ts";
import { ratioTest } from "../../src/statistics/rate-ratio.ts";
import { relativeEffect } from "../../src/statistics/relative-effect.ts";
import {
  farringtonCell,
  inflatedCell,
  waldRelativeEffect,
} from "../../src/statistics/wald-relative-effect.ts";

const count = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 300 }));
const exposure = fc.double({ min: 0.01, max: 1e6, noNaN: true });
const side = fc.record({ count, exposure });
const area = fc.record({ before: side, after: side });
const tables = fc.record({ treated: area, control: area });
const level = fc.constantFrom(0.8, 0.95, 0.99);

const table = (a: number, b: number, c: number, d: number): ControlledCounts => ({
  treated: { before: { count: a, exposure: 1 }, after: { count: b, exposure: 1 } },
  control: { before: { count: c, exposure: 1 }, after: { count: d, exposure: 1 } },
});
const close = (a: number, b: number, rel = 1e-9): boolean =>
  Math.abs(a - b) <= rel * Math.max(Math.abs(a), Math.abs(b));
const upper = (interval: Interval): number => interval.hi ?? Number.POSITIVE_INFINITY;

describe("relative effect", () => {
  test("the treated area fared better: RIRR below 1, RES above 1, and the change negative", () => {
    const better = relativeEffect(table(100, 50, 100, 100), 0.95);
    expect(better.rirr).toBe(0.5);
    expect(better.res).toBe(2);
    expect(better.percentChangeRelative).toBe(-50);
    expect(better.wald.z).toBeGreaterThan(0);
    expect(upper(better.wald.rirrCi)).toBeLessThan(1);
    expect(better.wald.resCi.lo).toBeGreaterThan(1);
    expect(upper(better.exact?.rirrCi ?? { lo: 0, hi: null, level: 0, method: "" })).toBeLessThan(1);
  });

  test("RES and RIRR are reciprocal, with their intervals", () => {
    fc.assert(
      fc.property(tables, level, (counts, l) => {
        const { rirr, res, wald } = relativeEffect(counts, l);
        expect(rirr === null || res === null || close(rirr * res, 1)).toBe(true);
        expect(close(wald.rirr * wald.res, 1)).toBe(true);
        expect(close(wald.rirrCi.lo * upper(wald.resCi), 1)).toBe(true);
        expect(close(upper(wald.rirrCi) * wald.resCi.lo, 1)).toBe(true);
        expect(wald.continuityCorrection === 0).toBe(rirr !== null && rirr > 0 && res !== null && res > 0);
      }),
    );
  });

  test("every interval holds its estimate", () => {
    fc.assert(
      fc.property(tables, level, (counts, l) => {
        const { wald, exact } = relativeEffect(counts, l);
        expect(wald.rirrCi.lo).toBeLessThan(wald.rirr);
        expect(upper(wald.rirrCi)).toBeGreaterThan(wald.rirr);
        if (exact === null) return;
        const cmle = exact.rirrCmle ?? Number.POSITIVE_INFINITY;
        expect(exact.rirrCi.lo).toBeLessThanOrEqual(cmle);
        expect(upper(exact.rirrCi)).toBeGreaterThanOrEqual(cmle);
        expect(exact.pMid).toBeLessThanOrEqual(exact.pCentral * (1 + 1e-12));
      }),
    );
  });

  test("the exact interval leaves out 1 exactly when the central p is below 1 − level", () => {
    fc.assert(
      fc.property(tables, level, (counts, l) => {
        const exact = exactRelativeEffect(counts, l);
        fc.pre(exact !== null && Math.abs(exact.pCentral - (1 - l)) > 1e-9);
        expect(exact.rirrCi.lo > 1 || upper(exact.rirrCi) < 1).toBe(exact.pCentral < 1 - l);
      }),
    );
  });

  test("swapping treated and control turns every limit round and keeps p", () => {
    fc.assert(
      fc.property(tables, level, ({ treated, control }, l) => {
        const one = exactRelativeEffect({ treated, control }, l);
        const other = exactRelativeEffect({ treated: control, control: treated }, l);
        expect(one === null).toBe(other === null);
        if (one === null || other === null) return;
        const turned = (limit: number | null): number => (limit === null ? 0 : 1 / limit);
        expect(close(one.rirrCi.lo, turned(other.rirrCi.hi))).toBe(true);
        expect(close(other.rirrCi.lo, turned(one.rirrCi.hi))).toBe(true);
        expect(Math.abs(one.pCentral - other.pCentral)).toBeLessThanOrEqual(1e-9 * one.pCentral + 1e-290);
        expect(Math.abs(one.pMinlike - other.pMinlike)).toBeLessThanOrEqual(1e-6 * one.pMinlike + 1e-290);
      }),
    );
  });

  test("the unit of exposure does not matter, a longer period after does", () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(0.01, 7, 365.25), (counts, unit) => {
        const scaled = Object.fromEntries(
          Object.entries(counts).map(([name, { before, after }]) => [
            name,
            {
              before: { count: before.count, exposure: before.exposure * unit },
              after: { count: after.count, exposure: after.exposure * unit },
            },
          ]),
        ) as unknown as ControlledCounts;
        const [one, other] = [relativeEffect(counts, 0.95), relativeEffect(scaled, 0.95)];
        expect(close(one.wald.rirr, other.wald.rirr)).toBe(true);
        expect(close(one.exact?.pCentral ?? 1, other.exact?.pCentral ?? 1)).toBe(true);
      }),
    );
    const twice = table(20, 20, 30, 30);
    const longer = { ...twice, treated: { ...twice.treated, after: { count: 20, exposure: 2 } } };
    expect(relativeEffect(longer, 0.95).rirr).toBe(0.5);
  });

  test("for large counts the exact interval is the Wald one", () => {
    const { exact, wald } = relativeEffect(table(41_000, 33_000, 52_000, 50_500), 0.95);
    expect(exact?.rirrCi.lo).toBeCloseTo(wald.rirrCi.lo, 3);
    expect(exact?.rirrCi.hi).toBeCloseTo(upper(wald.rirrCi), 3);
    expect(exact?.rirrCmle).toBeCloseTo(wald.rirr, 5);
  });

  test("the greatest counts that are allowed: the exact interval is still summed, in moments", () => {
    const started = performance.now();
    const { exact, wald } = relativeEffect(table(1e9, 5e8, 1e9, 1e9), 0.95);
    expect(exact?.rirrCi.lo).toBeCloseTo(wald.rirrCi.lo, 8);
    expect(exact?.rirrCi.hi).toBeCloseTo(upper(wald.rirrCi), 8);
    // half a second where it was written; a walk over the whole support would take minutes
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("zero cells: no finite ratio is made up, and the exact limits stay", () => {
    const none = relativeEffect(table(5, 0, 6, 7), 0.95);
    expect(none.rirr).toBe(0);
    expect(none.res).toBeNull();
    expect(none.exact?.rirrCi.lo).toBe(0);
    expect(none.wald.continuityCorrection).toBe(0.5);
    const open = relativeEffect(table(0, 5, 6, 7), 0.95);
    expect(open.rirr).toBeNull();
    expect(open.percentChangeRelative).toBeNull();
    expect(open.exact?.rirrCmle).toBeNull();
    expect(open.exact?.rirrCi.hi).toBeNull();
    expect(open.exact?.rirrCi.lo).toBeGreaterThan(0);
    // a treated area without any case, or no case after anywhere: the counts say nothing
    expect(relativeEffect(table(0, 0, 6, 7), 0.95).exact).toBeNull();
    expect(relativeEffect(table(4, 0, 6, 0), 0.95).exact).toBeNull();
  });

  test("more variance, wider interval: Poisson, then Farrington, then doubled", () => {
    const counts = table(100, 80, 90, 95);
    const width = ({ rirrCi }: { rirrCi: Interval }) => upper(rirrCi) / rirrCi.lo;
    const poisson = width(waldRelativeEffect(counts, 0.95));
    const farrington = width(waldRelativeEffect(counts, 0.95, farringtonCell));
    const doubled = width(waldRelativeEffect(counts, 0.95, inflatedCell(2)));
    expect(poisson).toBeLessThan(farrington);
    expect(farrington).toBeLessThan(doubled);
  });

  test("bad cells and levels are named", () => {
    const bad = {
      ...table(1, 2, 3, 4),
      control: { before: { count: 1.5, exposure: 1 }, after: { count: 1, exposure: 0 } },
    };
    expect(() => relativeEffect(bad, 0.95)).toThrow(RangeError);
    expect(() => relativeEffect(bad, 0.95)).toThrow(/control\.before\.count.*control\.after\.exposure/u);
    expect(() => relativeEffect(table(1, 2, 3, 4), 1)).toThrow("level");
  });
});

describe("E-test", () => {
  // summed term by term with 40 digits
  test.each([
    [0, 3, 1, 1, 0.0883790094548352],
    [7, 18, 1, 1, 0.0273304192490757],
    [2, 9, 17877, 16674, 0.0286345749782791],
    [4, 1, 1, 3, 0.15466585176638],
    [12, 3, 2, 1, 0.23547943028984],
    [0, 30, 1, 1, 9.33005338580155e-10],
  ])("%d and %d in %d and %d: %d", (x1, x0, t1, t0, want) => {
    const got = poissonETest({ count: x1, exposure: t1 }, { count: x0, exposure: t0 });
    expect(close(got, want, 1e-12)).toBe(true);
  });

  test("is symmetric, 1 for equal rates, and near the exact test for large counts", () => {
    fc.assert(
      fc.property(side, side, (one, other) => {
        const p = poissonETest(one, other);
        expect(close(p, poissonETest(other, one))).toBe(true);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
    expect(poissonETest({ count: 4, exposure: 2 }, { count: 8, exposure: 4 })).toBe(1);
    expect(poissonETest({ count: 0, exposure: 2 }, { count: 0, exposure: 4 })).toBe(1);
    const [a, b] = [
      { count: 50_400, exposure: 1 },
      { count: 49_800, exposure: 1 },
    ] as const;
    expect(poissonETest(a, b)).toBeCloseTo(ratioTest(a, b).pMid, 4);
  });

  test("bad input is named", () => {
    expect(() => poissonETest({ count: -1, exposure: 1 }, { count: 1, exposure: 0 })).toThrow(
      /after\.count.*before\.exposure/u,
    );
  });
});
