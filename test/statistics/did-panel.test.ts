import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didPanel, type Panel, preTrend } from "../../src/statistics/did-panel.ts";
import type { PanelEffect } from "../../src/statistics/panel-effect.ts";
import { usefulRows } from "../../src/statistics/panel-fit.ts";
import { randomisationP } from "../../src/statistics/randomisation.ts";
import { relativeEffect } from "../../src/statistics/relative-effect.ts";
import { countSource } from "./random-counts.ts";

const FROM = 9;
const PERIODS = Array.from({ length: 16 }, (_, i) => i + 1);

/** `estates` estates over 16 periods; the first `treatedEstates` have their counts after times `factor`. */
const panelOf = (estates: number, treatedEstates: number, factor: number, seed = 1): Panel => {
  const draw = countSource(6, 1, seed);
  const names = Array.from({ length: estates }, (_, i) => `e${i}`);
  return {
    from: FROM,
    treated: names.slice(0, treatedEstates),
    rows: names.flatMap((estate, i) =>
      PERIODS.map((period) => ({
        estate,
        period,
        exposure: 100 * (i + 1),
        count: Math.round(draw() * (i < treatedEstates && period >= FROM ? factor : 1)),
      })),
    ),
  };
};

const estimated = (effect: PanelEffect | string): PanelEffect => {
  if (typeof effect === "string") throw new Error(effect);
  return effect;
};

describe("difference in differences over a panel", () => {
  test("with constant exposures it is the relative effect of the sums, and beta its logarithm", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.constantFrom(0.5, 1, 2), (seed, factor) => {
        const panel = panelOf(4, 2, factor, seed);
        const sum = (inside: boolean, after: boolean) => ({
          count: panel.rows
            .filter((row) => panel.treated.includes(row.estate) === inside && row.period >= FROM === after)
            .reduce((total, { count }) => total + count, 0),
          exposure: 1,
        });
        const side = (inside: boolean) => ({ before: sum(inside, false), after: sum(inside, true) });
        const { rirr } = relativeEffect({ treated: side(true), control: side(false) }, 0.95);
        const { quasi } = estimated(didPanel(panel, 0.95));
        expect(quasi.ratio / (rirr ?? Number.NaN)).toBeCloseTo(1, 6);
        expect(Math.log(quasi.ratio)).toBeCloseTo(quasi.beta, 10);
      }),
      { numRuns: 15 },
    );
  });

  test("neither the unit of exposure nor the names nor the order of the rows matter", () => {
    const panel = panelOf(5, 2, 0.6);
    const { quasi, clustered, pRandomisation } = estimated(didPanel(panel, 0.95));
    const other = estimated(
      didPanel(
        {
          from: FROM + 100,
          treated: panel.treated.map((name) => `x${name}`),
          rows: panel.rows
            .map((row) => ({
              estate: `x${row.estate}`,
              period: row.period + 100,
              count: row.count,
              exposure: row.exposure * 365.25,
            }))
            .toReversed(),
        },
        0.95,
      ),
    );
    expect(other.quasi.beta).toBeCloseTo(quasi.beta, 8);
    expect(other.quasi.se).toBeCloseTo(quasi.se, 8);
    expect(other.clustered?.se).toBeCloseTo(clustered?.se ?? Number.NaN, 8);
    expect(other.pRandomisation).toBe(pRandomisation);
  });

  test("a planted halving is found by every test; nothing planted is found by none", () => {
    const halved = estimated(didPanel(panelOf(9, 4, 0.4), 0.95));
    expect(halved.quasi.ci.hi).toBeLessThan(1);
    expect(halved.pClustered).toBeLessThan(0.01);
    // the real choice is the only one of C(9, 4) = 126 as extreme
    expect(halved.pRandomisation).toBe(1 / 126);
    const nothing = estimated(didPanel(panelOf(9, 4, 1), 0.95));
    expect(nothing.pQuasi).toBeGreaterThan(0.05);
    expect(nothing.pRandomisation).toBeGreaterThan(0.05);
  });

  test("cells more regular than chance do not narrow the interval", () => {
    const panel = panelOf(6, 3, 1);
    const rows = panel.rows.map(({ estate, period, exposure }) => ({ estate, period, exposure, count: 6 }));
    const { dispersion, quasi, sePoisson } = estimated(didPanel({ ...panel, rows }, 0.95));
    expect(dispersion).toBeCloseTo(0, 12);
    expect(quasi.se).toBe(sePoisson);
    // ln of a ratio of four sums, each of 3 estates × 8 periods × 6 events
    expect(sePoisson).toBeCloseTo(Math.sqrt(4 / 144), 10);
  });

  test("from ten estates on the assignments are not run through", () => {
    expect(estimated(didPanel(panelOf(10, 5, 0.5), 0.95))).toMatchObject({
      estates: 10,
      pRandomisation: null,
    });
  });

  test("one treated estate has no clustered error, but a quasi-Poisson one", () => {
    const effect = estimated(didPanel(panelOf(5, 1, 0.5), 0.95));
    expect(effect).toMatchObject({ clustered: null, pClustered: null });
    expect(effect.quasi.se).toBeGreaterThan(0);
  });

  test("estates and periods without any event change no estimate", () => {
    const panel = panelOf(5, 2, 0.5);
    const silent = PERIODS.map((period) => ({ estate: "silent", period, exposure: 50, count: 0 }));
    const early = panel.treated.map((estate) => ({ estate, period: 0, exposure: 50, count: 0 }));
    const wider = { ...panel, rows: [...early, ...panel.rows, ...silent] };
    expect(usefulRows(wider.rows)).toEqual(panel.rows);
    expect(didPanel(wider, 0.95)).toEqual(didPanel(panel, 0.95));
  });

  test.each([
    ["NO_TREATED_EVENTS_BEFORE", true, false],
    ["NO_TREATED_EVENTS_AFTER", true, true],
    ["NO_CONTROL_EVENTS_BEFORE", false, false],
    ["NO_CONTROL_EVENTS_AFTER", false, true],
  ])("%s is a reason, not an estimate", (reason, inside, after) => {
    const panel = panelOf(4, 2, 1);
    const rows = panel.rows.map((row) =>
      panel.treated.includes(row.estate) === inside && row.period >= FROM === after
        ? { estate: row.estate, period: row.period, exposure: row.exposure, count: 0 }
        : row,
    );
    expect(didPanel({ ...panel, rows }, 0.95)).toBe(reason);
  });

  test("sparse panels give an effect or a reason, never a failure", () => {
    const counts = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 1, 2), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(counts, (cells) => {
        const rows = cells.map((count, i) => ({
          estate: `e${i % 5}`,
          period: Math.floor(i / 5),
          count,
          exposure: 9,
        }));
        const panel = { rows, treated: ["e0", "e1"], from: 4 };
        for (const result of [didPanel(panel, 0.95), preTrend(panel, 0.95)]) {
          const told = typeof result === "string" ? result.length > 0 : Number.isFinite(result.quasi.beta);
          expect(told).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("events that fall together in one period leave no finite trend", () => {
    const rows = ["a", "b", "c", "d"].flatMap((estate) =>
      [1, 2, 3, 4, 5].map((period) => ({
        estate,
        period,
        exposure: 1,
        count: estate === "a" || estate === "b" ? Number(period === 4) : 3,
      })),
    );
    expect(preTrend({ rows, treated: ["a", "b"], from: 5 }, 0.95)).toBe("MODEL_DOES_NOT_SETTLE");
  });

  test("refuses a doubled cell, a missing exposure and no treated estate, by name", () => {
    const panel = panelOf(3, 1, 1);
    const [first] = panel.rows;
    if (first === undefined) throw new Error("the panel has rows");
    expect(() => didPanel({ ...panel, rows: [...panel.rows, first] }, 0.95)).toThrow(
      /each estate and period once/,
    );
    const bare = { ...panel, rows: panel.rows.with(0, { ...first, exposure: 0 }) };
    expect(() => didPanel(bare, 0.95)).toThrow(/rows\[0\]\.exposure must be a number above 0/);
    expect(() => didPanel({ ...panel, treated: [] }, 0.95)).toThrow(/treated must name/);
    expect(() => didPanel(panel, 1)).toThrow(/level must be/);
  });
});

describe("trend before", () => {
  test("parallel series show none, a planted one is found, and the time after is not looked at", () => {
    const parallel = panelOf(8, 4, 0.3, 5);
    expect(estimated(preTrend(parallel, 0.95)).pRandomisation).toBeGreaterThan(0.05);
    const rising = {
      ...parallel,
      rows: parallel.rows.map((row) => ({
        estate: row.estate,
        period: row.period,
        exposure: row.exposure,
        count: parallel.treated.includes(row.estate) ? Math.round(row.count * 1.25 ** row.period) : row.count,
      })),
    };
    const trend = estimated(preTrend(rising, 0.95));
    expect(trend.pQuasi).toBeLessThan(0.001);
    expect(trend.quasi.ci.lo).toBeLessThan(1.25);
    expect(trend.quasi.ci.hi).toBeGreaterThan(1.25);
  });

  test("two periods before are too few", () => {
    expect(preTrend({ ...panelOf(4, 2, 1), from: 3 }, 0.95)).toBe("FEWER_THAN_3_PERIODS_BEFORE");
  });
});

describe("randomisation", () => {
  test("counts the real choice and all others as large", () => {
    const weights = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 3],
      ["d", 4],
    ]);
    const total = (chosen: ReadonlySet<string>) =>
      [...chosen].reduce((sum, name) => sum + (weights.get(name) ?? 0), 0);
    // pairs sum to 3, 4, 5, 5, 6, 7
    expect(randomisationP([...weights.keys()], 2, 7, total)).toBe(1 / 6);
    expect(randomisationP([...weights.keys()], 2, 5, total)).toBe(4 / 6);
    expect(randomisationP([...weights.keys()], 2, 3, total)).toBe(1);
  });
});
