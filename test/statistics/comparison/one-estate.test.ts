import { describe, expect, test } from "vitest";
import type { HouseholdChange } from "../../../src/domain/exposure.ts";
import type { Comparison } from "../../../src/domain/comparison.ts";
import {
  type ComparisonWindows,
  type RecordedSpan,
  type Span,
  WINDOW_DEFAULTS,
} from "../../../src/domain/rates.ts";
import { monthsFrom } from "../../../src/statistics/comparison/grid.ts";
import { layWindows } from "../../../src/statistics/windows.ts";
import { refusal } from "../refusal.ts";
import { answerTo, caveatOf as caveat, codesOf as codes } from "./build.ts";

const installedOn = "2024-03-15";

interface OneEstate {
  readonly windows: ComparisonWindows;
  readonly households: number;
  readonly changes: readonly HouseholdChange[];
  readonly coverage: { readonly before: number | null; readonly after: number | null };
  readonly beforeCount: number;
  readonly afterCount: number;
  readonly beforeSimulated: number;
  readonly afterSimulated: number;
  readonly records: RecordedSpan | null;
  readonly today: string;
}

const USUAL: OneEstate = {
  windows: layWindows({ installedOn, ...WINDOW_DEFAULTS }),
  households: 1250,
  changes: [],
  coverage: { before: null, after: 1 },
  beforeCount: 18,
  afterCount: 7,
  beforeSimulated: 0,
  afterSimulated: 0,
  records: { first: "2020-01-01", last: "2025-12-31", cases: 4_000, simulated: 0 },
  today: "2026-01-01",
};

/** One estate with windows to the day, its cases dealt out over their months as evenly as possible. */
const compare = (given: Partial<OneEstate> = {}): Comparison => {
  const { windows, households, changes, coverage, records, today, ...cases } = { ...USUAL, ...given };
  const { before, after } = windows;
  const seen = { from: after.from, to: today < after.to ? today : after.to };
  const months = [monthsFrom(before), monthsFrom(seen)];
  const cuts = [...new Set([...months.flat().map(({ from }) => from), before.to, seen.to])].toSorted();
  const dealt = (earlier: number, later: number): readonly number[] =>
    cuts.slice(1).map((_, i) => {
      const at = (spans: readonly Span[] = []) => spans.findIndex(({ from }) => from === cuts[i]);
      return share(earlier, months[0], at(months[0])) + share(later, months[1], at(months[1]));
    });
  return answerTo({
    cuts,
    treated: [
      {
        estateId: "e-001",
        households,
        changes,
        counts: dealt(cases.beforeCount, cases.afterCount),
        simulated: dealt(cases.beforeSimulated, cases.afterSimulated),
        installedOn,
        windows,
      },
    ],
    coverage,
    records,
    today,
  });
};

const share = (count: number, spans: readonly Span[] = [], index: number): number =>
  index < 0
    ? 0
    : Math.floor(((index + 1) * count) / spans.length) - Math.floor((index * count) / spans.length);

test("windows to the day: 366 days before in a leap year, 365 after", () => {
  const answer = compare();
  expect(answer.before).toMatchObject({ count: 18, households: 1250, months: 12, from: "2023-03-15" });
  expect(answer.after).toMatchObject({ count: 7, months: 12, to: "2025-04-14" });
  expect(answer.before.householdYears).toBeCloseTo((1250 * 366) / 365.25, 10);
  expect(answer.effect.rateRatio).toBeCloseTo((7 / 18) * (366 / 365), 12);
  expect(answer.verdict).toBe("decrease_uncontrolled");
});

describe("windows", () => {
  test("an after window that is not over is cut at today and says so", () => {
    const answer = compare({ today: "2024-10-14" });
    expect(answer.windows?.after.to).toBe("2025-04-14");
    expect(answer.after).toMatchObject({ from: "2024-04-14", to: "2024-10-14", months: 6 });
    expect(answer.after.householdYears).toBeCloseTo((1250 * 183) / 365.25, 10);
    expect(answer.provisional).toBe(true);
    expect(caveat(answer, "EARLY_LOOK")).toMatchObject({
      severity: "blocking",
      evidence: { observedDays: 183, plannedDays: 365, endsOn: "2025-04-14" },
    });
    expect(codes(answer)).toEqual(expect.arrayContaining(["SEASON_MISMATCH", "UNEQUAL_WINDOWS"]));
    expect(codes(compare({ today: "2025-04-14" }))).not.toContain("EARLY_LOOK");
    expect(codes(compare({ today: "2025-04-13" }))).toContain("EARLY_LOOK");
  });

  test("one year against two: unequal, but the same seasons", () => {
    const windows = layWindows({ installedOn, beforeMonths: 12, afterMonths: 24, washoutDays: 30 });
    const answer = compare({ windows, today: "2027-01-01" });
    expect(caveat(answer, "UNEQUAL_WINDOWS")?.evidence).toEqual({ beforeDays: 366, afterDays: 730 });
    expect(codes(answer)).not.toContain("SEASON_MISMATCH");
    expect(codes(answer)).not.toContain("SHORT_BASELINE");
  });
});

describe("refusals of a comparison", () => {
  const { before, washout, after } = USUAL.windows;

  test("nobody lives there", () => {
    const error = refusal(() => compare({ households: 0 }));
    expect([error.code, error.status, error.faults[0]?.field]).toEqual(["NO_EXPOSURE", 422, "households"]);
  });

  test("the after window has not begun", () => {
    const error = refusal(() => compare({ today: "2024-04-14" }));
    expect([error.code, error.faults[0]?.field]).toEqual(["NO_EXPOSURE", "windows.after.from"]);
    expect(compare({ today: "2024-04-15" }).after.to).toBe("2024-04-15");
  });

  test("a window without days", () => {
    const windows = { before: { from: before.to, to: before.to }, washout, after };
    const error = refusal(() => compare({ windows }));
    expect([error.code, error.faults[0]?.field]).toEqual(["NO_EXPOSURE", "windows.before.to"]);
  });

  test.each([
    ["windows.before.to", { before: { ...before, to: "2024-03-16" }, washout, after }],
    ["windows.after.from", { before, washout, after: { ...after, from: "2024-04-13" } }],
    [
      "windows.after.from",
      { before, washout: { from: washout.from, to: washout.from }, after: { ...after, from: "2024-03-14" } },
    ],
  ])("%s reaches over the installation", (field, windows) => {
    const error = refusal(() => compare({ windows }));
    expect(error.code).toBe("WINDOW_OVERLAPS_INSTALL");
    expect(error.faults.map((fault) => fault.field)).toEqual([field]);
  });
});

describe("what was never recorded", () => {
  const records = { first: "2023-03-15", last: "2025-04-13", cases: 4_000, simulated: 0 };
  // Windows: 2023-03-15 to 2024-03-15, and 2024-04-14 to 2025-04-14.

  test("records that end a month short of a window are enough, a day less is said and blocks", () => {
    expect(codes(compare({ records })).filter((code) => code.startsWith("NO_"))).toEqual(["NO_CONTROL"]);
    const enough = compare({ records: { ...records, first: "2023-04-15", last: "2025-03-13" } });
    expect(codes(enough).filter((code) => code.startsWith("NO_"))).toEqual(["NO_CONTROL"]);
    const short = compare({
      afterCount: 15,
      records: { ...records, first: "2023-04-16", last: "2025-03-12" },
    });
    expect(caveat(short, "NO_RECORDS_BEFORE")).toMatchObject({
      severity: "blocking",
      evidence: { first: "2023-04-16", from: "2023-03-15", missingDays: 32 },
    });
    expect(caveat(short, "NO_RECORDS_AFTER")).toMatchObject({
      severity: "blocking",
      evidence: { last: "2025-03-12", to: "2025-04-14", missingDays: 32 },
    });
    expect([short.verdict, short.provisional]).toEqual(["inconclusive", true]);
    expect(short.effect.exact).not.toBeNull();
  });

  test("a window that is not over wants records up to today only", () => {
    const seen = { ...records, last: "2024-09-30" };
    expect(codes(compare({ records: seen, today: "2024-10-20" }))).not.toContain("NO_RECORDS_AFTER");
    expect(codes(compare({ records: seen, today: "2024-11-20" }))).toContain("NO_RECORDS_AFTER");
  });

  test.each([
    ["none after", { ...records, last: "2024-04-13" }, "NO_RECORDS_AFTER"],
    ["none before", { ...records, first: "2024-03-15" }, "NO_RECORDS_BEFORE"],
    ["none at all", null, "NO_RECORDS"],
  ])("%s: zero is no finding", (_what, known, code) => {
    const answer = compare({ beforeCount: 18, afterCount: 0, records: known });
    expect(answer.verdict).toBe("not_estimable");
    expect(answer.effect).toMatchObject({
      rateRatio: null,
      percentChange: null,
      exact: null,
      pDecision: null,
    });
    expect(answer.provisional).toBe(true);
    expect(codes(answer)).toContain(code);
    expect(codes(answer)).not.toContain("ZERO_CELL");
  });

  test("one day of records on each side is a window with records", () => {
    const touching = { ...records, first: "2024-03-14", last: "2024-04-14" };
    expect(compare({ beforeCount: 18, afterCount: 0, records: touching }).verdict).toBe(
      "decrease_uncontrolled",
    );
  });
});

describe("simulated data", () => {
  test.each([
    [0, 0, "none", undefined],
    [18, 7, "all", "info"],
    [18, 0, "mixed", "blocking"],
    [0, 1, "mixed", "blocking"],
  ])("%i of 18 and %i of 7: %s", (beforeSimulated, afterSimulated, simulated, severity) => {
    const answer = compare({ beforeSimulated, afterSimulated });
    expect(answer.simulated).toBe(simulated);
    const said = caveat(answer, "SIMULATED_DATA");
    expect(said?.severity).toBe(severity);
    const evidence = severity && { counted: 25, simulated: beforeSimulated + afterSimulated };
    expect(said?.evidence).toEqual(evidence);
  });

  test("a zero is as simulated as the records it was looked for in", () => {
    const records = { first: "2020-01-01", last: "2025-12-31", cases: 40, simulated: 40 };
    const none = { beforeCount: 0, afterCount: 0 };
    expect(compare({ ...none, records }).simulated).toBe("all");
    expect(compare({ ...none, records: { ...records, simulated: 3 } }).simulated).toBe("mixed");
    expect(compare(none).simulated).toBe("none");
  });

  test("its caveats, and those of missing records, are written in both languages", () => {
    const records = { first: "2024-01-01", last: "2024-06-01", cases: 9, simulated: 4 };
    const all = [
      compare({ records, beforeSimulated: 1 }),
      compare({ records, beforeSimulated: 18, afterSimulated: 7 }),
      compare({ records: null }),
    ].flatMap((answer) => answer.caveats);
    const written = new Set(all.map(({ code }) => code));
    for (const code of ["NO_RECORDS", "NO_RECORDS_BEFORE", "NO_RECORDS_AFTER", "SIMULATED_DATA"])
      expect(written).toContain(code);
    for (const one of all) {
      expect(one.zh, one.code).toMatch(/\p{Script=Han}.*。$/u);
      expect(one.en, one.code).toMatch(/^[A-Z].*\.$/u);
    }
  });
});

describe("households and coverage of each side", () => {
  test("POPULATION_CHANGE above 10 %", () => {
    const fewer = (households: number) =>
      codes(compare({ households: 1000, changes: [{ fromDay: "2024-04-01", households }] }));
    expect(fewer(899)).toContain("POPULATION_CHANGE");
    expect(fewer(900)).not.toContain("POPULATION_CHANGE");
  });

  test("nobody on one side is no exposure", () => {
    const empty = refusal(() => compare({ changes: [{ fromDay: "2024-04-01", households: 0 }] }));
    expect([empty.code, empty.faults[0]?.field]).toEqual(["NO_EXPOSURE", "households"]);
  });

  test("COVERAGE_GAP is about the window after: the installation was not at work all the time", () => {
    const gap = compare({ coverage: { before: 0, after: 0.9 } });
    expect(gap.after.coverage).toBe(0.9);
    expect(caveat(gap, "COVERAGE_GAP")?.evidence).toEqual({ coverage: 0.9 });
    expect(codes(compare({ coverage: { before: 0, after: 0.95 } }))).not.toContain("COVERAGE_GAP");
    expect(codes(compare({ coverage: { before: 0, after: null } }))).not.toContain("COVERAGE_GAP");
  });
});
