import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Interval } from "../../src/domain/rates.ts";
import type { BeforeAfter } from "../../src/report/before-after.ts";
import type { RatedSpan } from "../../src/report/counted-months.ts";
import { csv } from "../../src/report/csv.ts";
import { forestPlot } from "../../src/report/forest-plot.ts";
import { markup } from "../../src/report/markup.ts";
import { daysOfMonth, monthAfter, monthsFrom, monthsUpTo, spanText } from "../../src/report/months.ts";
import { decimal, interval, percent, pValue } from "../../src/report/numbers.ts";
import { rateChart } from "../../src/report/rate-chart.ts";
import { ticksUpTo } from "../../src/report/scale.ts";
import { shortened } from "../../src/report/shortened.ts";
import { textsOf } from "../../src/report/texts.ts";

const EN = textsOf("en");

test("no text becomes markup", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { markup: made } = markup`<p title="${text}">${text}</p>`;
      const inner = made.slice('<p title="'.length, -"</p>".length);
      expect(inner.replace('">', "")).not.toMatch(/[<>"'\0]/u);
    }),
  );
  expect(markup`${[markup`<b>${"&"}</b>`]}${1}`.markup).toBe("<b>&amp;</b>1");
});

describe("CSV", () => {
  test("what is read back is what was written, but for what a spreadsheet would run", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(fc.string(), fc.double()), { minLength: 2, maxLength: 2 })),
        (rows) => {
          const read = parse(csv(rows), { bom: true, skip_empty_lines: true }) as readonly string[][];
          const texts = read.flat().filter((cell) => cell === "" || !Number.isFinite(Number(cell)));
          expect(texts.filter((cell) => /^\s*[=+\-@]/u.test(cell))).toEqual([]);
        },
      ),
    );
    expect(csv([["a,b", 'say "x"', -1.5, null, Number.NaN, "=1+1", " @x", "＝1"]])).toBe(
      `\u{feff}"a,b","say ""x""",-1.5,,,'=1+1,' @x,'＝1\r\n`,
    );
  });
});

test("months across years, and where a day lies on their axis", () => {
  expect([monthAfter("2026-01", -1), monthAfter("2025-12", 1), monthAfter("2024-02", -26)]).toEqual([
    "2025-12",
    "2026-01",
    "2021-12",
  ]);
  expect(daysOfMonth("2024-02")).toEqual({ from: "2024-02-01", to: "2024-03-01" });
  expect(spanText(daysOfMonth("2024-02"))).toBe("2024-02-01 – 2024-02-29");
  expect(monthsUpTo("2025-02", 3)).toEqual(["2024-12", "2025-01", "2025-02"]);
  expect(monthsFrom("2024-12", "2025-02-15")).toBe(2.5);
  expect(monthsFrom("2025-01", "2024-12-01")).toBe(-1);
});

test("numbers as people write them", () => {
  expect([
    decimal(-1.005),
    decimal(-0.001),
    decimal(null),
    percent(0),
    percent(12.34),
    percent(-61.111),
  ]).toEqual(["−1.00", "0.00", "—", "0.0 %", "+12.3 %", "−61.1 %"]);
  expect(interval({ lo: 0.5, hi: null, level: 0.95, method: "x" })).toBe("0.50 – ∞");
  expect([pValue(0.0004), pValue(0.0431), pValue(null)]).toEqual(["< 0.001", "0.043", "—"]);
  expect([shortened("abcdef", 4), shortened("小区名称", 4), shortened("abc", 4)]).toEqual([
    "abcd…",
    "小区…",
    "abc",
  ]);
});

test("ticks are round, begin at 0 and reach the greatest value", () => {
  expect(ticksUpTo(7)).toEqual([0, 2, 4, 6, 8]);
  expect(ticksUpTo(0)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (top) => {
      const ticks = ticksUpTo(top);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(top * (1 - 1e-9));
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.length).toBeGreaterThan(2);
    }),
  );
});

const ci = (lo: number, hi: number | null): Interval => ({ lo, hi, level: 0.95, method: "x" });

test("the rate is no line through months without records, and the installation stands where it was", () => {
  const months = monthsUpTo("2025-12", 24).map((month, i): RatedSpan => {
    const recorded = i !== 5;
    const estimate = { householdYears: 80, rate: 10, ci: ci(5, 20) };
    const { from, to } = daysOfMonth(month);
    return {
      from,
      to,
      month,
      count: 1,
      simulated: 0,
      householdDays: 1,
      recorded,
      estimate: recorded ? estimate : null,
    };
  });
  const { markup: drawn } = rateChart(months, "2025-01-01", EN);
  expect(drawn.match(/<polyline/gu)).toHaveLength(2);
  expect(drawn.match(/<circle/gu)).toHaveLength(23 + 1);
  // The middle of an axis from 56 to 674, 24 months long.
  expect(drawn).toContain('<line class="installed" x1="365" x2="365"');
  expect(rateChart(months, "2020-01-01", EN).markup).not.toContain("installed");
});

test("a forest plot puts 1 in the middle, and marks what lies beyond its edge", () => {
  const found = (ratio: number | null, limits: Interval | null) =>
    ({
      estate: { name: "a & b" },
      before: { count: 18 },
      after: { count: 7 },
      effect: { rateRatio: ratio, ciDecision: limits },
    }) as unknown as BeforeAfter;
  const { markup: drawn } = forestPlot(
    [found(1, ci(0.25, 4)), found(null, ci(0.01, null)), found(null, null)],
    "f",
    EN,
  );
  expect(drawn).toContain("a &amp; b");
  expect(drawn.match(/18 → 7/gu)).toHaveLength(3);
  expect(drawn).toContain('<rect class="dot" x="391"');
  expect(drawn.match(/<polygon/gu)).toHaveLength(2);
  expect(drawn).toContain("1.00 (0.25 – 4.00)");
  expect(drawn).toContain("— (0.01 – ∞)");
});
