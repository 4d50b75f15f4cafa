import { describe, expect, test } from "vitest";
import { type ComparisonAnswer, WINDOW_DEFAULTS } from "../../src/domain/rates.ts";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { refusal } from "./refusal.ts";

const statistics = createRateStatistics();
const installedOn = "2024-03-15";

type CompareInput = Parameters<typeof statistics.compare>[0];

const input = (changes: Partial<CompareInput> = {}): CompareInput => ({
  estateId: "e-001",
  unit: "case",
  types: ["intrusion.burglary"],
  installedOn,
  windows: statistics.windows({ installedOn, ...WINDOW_DEFAULTS }),
  households: 1250,
  beforeCount: 18,
  afterCount: 7,
  beforeSimulated: 0,
  afterSimulated: 0,
  records: { first: "2020-01-01", last: "2025-12-31", cases: 4_000, simulated: 0 },
  today: "2026-01-01",
  level: 0.95,
  ...changes,
});

const compare = (changes: Partial<CompareInput> = {}): ComparisonAnswer => statistics.compare(input(changes));
const codes = (answer: ComparisonAnswer): readonly string[] => answer.caveats.map((caveat) => caveat.code);
const caveat = (answer: ComparisonAnswer, code: string) => answer.caveats.find((one) => one.code === code);

describe("comparison of one estate", () => {
  test("18 before, 7 after: the published −61.11 % with its counts, interval and doubts", () => {
    const answer = compare();
    expect(answer.before).toMatchObject({ count: 18, households: 1250, months: 12, from: "2023-03-15" });
    expect(answer.after).toMatchObject({ count: 7, months: 12, to: "2025-04-14" });
    // 366 days before (a leap year), 365 after
    expect(answer.before.householdYears).toBeCloseTo((1250 * 366) / 365.25, 10);
    expect(answer.effect.rateRatio).toBeCloseTo((7 / 18) * (366 / 365), 12);
    expect(answer.effect.exact?.ci.lo).toBeCloseTo(0.1377, 3);
    expect(answer.effect.exact?.ci.hi).toBeCloseTo(0.978, 2);
    expect(answer.minDetectable).toBe(7);
    expect(answer.verdict).toBe("decrease_uncontrolled");
    expect(codes(answer)).toEqual(["SMALL_COUNTS", "RTM_RISK", "NO_CONTROL", "OVERDISPERSION_NOT_CHECKED"]);
  });

  test("a finding stays provisional while over-dispersion is unchecked, the lack of one does not", () => {
    const found = compare();
    expect(found.provisional).toBe(true);
    expect(caveat(found, "OVERDISPERSION_NOT_CHECKED")?.severity).toBe("blocking");
    const none = compare({ afterCount: 15 });
    expect(none.verdict).toBe("inconclusive");
    expect(none.provisional).toBe(false);
    expect(caveat(none, "OVERDISPERSION_NOT_CHECKED")?.severity).toBe("info");
    expect(found.methods["verdict"]).toContain("over-dispersion");
  });

  test("verdicts", () => {
    expect(compare({ beforeCount: 0, afterCount: 0 }).verdict).toBe("not_estimable");
    expect(compare({ beforeCount: 0, afterCount: 0 }).effect.exact).toBeNull();
    expect(compare({ beforeCount: 5, afterCount: 0 }).verdict).toBe("inconclusive");
    expect(compare({ beforeCount: 8, afterCount: 0 }).verdict).toBe("decrease_uncontrolled");
    expect(compare({ beforeCount: 7, afterCount: 18 }).verdict).toBe("increase_uncontrolled");
    const fromNothing = compare({ beforeCount: 0, afterCount: 8 });
    expect(fromNothing.verdict).toBe("increase_uncontrolled");
    expect(fromNothing.effect.rateRatio).toBeNull();
    expect(fromNothing.effect.exact?.ci.hi).toBeNull();
    expect(compare({ level: 0.99 }).verdict).toBe("inconclusive");
  });

  test("the answer crosses JSON unchanged: no Infinity, no NaN", () => {
    for (const changes of [{}, { beforeCount: 0 }, { afterCount: 0 }, { beforeCount: 0, afterCount: 0 }]) {
      const answer = compare(changes);
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    }
  });

  test("every caveat has both languages and a sentence in each", () => {
    const answer = compare({ beforeCount: 0, afterCount: 2, today: "2024-08-01" });
    expect(answer.caveats.length).toBeGreaterThanOrEqual(9);
    for (const one of answer.caveats) {
      expect(one.zh, one.code).toMatch(/\p{Script=Han}.*。$/u);
      expect(one.en, one.code).toMatch(/^[A-Z].*\.$/u);
      expect(one.zh + one.en).not.toMatch(/undefined|NaN/u);
    }
  });
});

describe("caveats", () => {
  test("small counts, zero cells and baselines too small for any verdict", () => {
    expect(codes(compare({ beforeCount: 10, afterCount: 10 }))).not.toContain("SMALL_COUNTS");
    expect(caveat(compare({ beforeCount: 10, afterCount: 9 }), "SMALL_COUNTS")?.evidence).toEqual({
      minCell: 9,
    });
    expect(codes(compare({ beforeCount: 5, afterCount: 1 }))).toContain("TOO_FEW_TO_EVER_SIGNIFICANT");
    expect(codes(compare({ beforeCount: 6, afterCount: 1 }))).not.toContain("TOO_FEW_TO_EVER_SIGNIFICANT");
    expect(codes(compare({ beforeCount: 6, afterCount: 0 }))).toContain("ZERO_CELL");
    expect(codes(compare({ beforeCount: 6, afterCount: 1 }))).not.toContain("ZERO_CELL");
  });

  test("an after window that is not over is cut at today and says so", () => {
    const answer = compare({ today: "2024-10-14" });
    expect(answer.windows.after.to).toBe("2025-04-14");
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

  test("half years: short baseline, other seasons, but equal length", () => {
    const windows = statistics.windows({ installedOn, beforeMonths: 6, afterMonths: 6, washoutDays: 30 });
    const answer = compare({ windows });
    expect(caveat(answer, "SHORT_BASELINE")?.evidence).toEqual({ months: 6 });
    expect(caveat(answer, "SEASON_MISMATCH")?.evidence?.["unmatchedShare"]).toBeGreaterThan(0.8);
    expect(codes(answer)).not.toContain("UNEQUAL_WINDOWS");
  });

  test("one year against two: unequal, but the same seasons", () => {
    const windows = statistics.windows({ installedOn, beforeMonths: 12, afterMonths: 24, washoutDays: 30 });
    const answer = compare({ windows, today: "2027-01-01" });
    expect(caveat(answer, "UNEQUAL_WINDOWS")?.evidence).toEqual({ beforeDays: 366, afterDays: 730 });
    expect(codes(answer)).not.toContain("SEASON_MISMATCH");
    expect(codes(answer)).not.toContain("SHORT_BASELINE");
  });
});

describe("refusals of a comparison", () => {
  const { before, washout, after } = input().windows;

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

  test("every wrong number is named at once", () => {
    const error = refusal(() =>
      compare({ households: -1, beforeCount: 1.5, afterCount: Number.NaN, level: 95, today: "today" }),
    );
    expect(error.code).toBe("VALIDATION");
    expect(error.faults.map((fault) => fault.field)).toEqual([
      "level",
      "households",
      "beforeCount",
      "afterCount",
      "today",
    ]);
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
    expect(answer.effect).toEqual({ rateRatio: null, percentChange: null, exact: null });
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

describe("rate rows", () => {
  const counts = [
    { from: "2024-01-01", to: "2024-02-01", count: 3 },
    { from: "2024-02-01", to: "2024-03-01", count: 0 },
    { from: "2024-03-01", to: "2024-04-01", count: 3 },
  ];

  test("one per bucket, per 1,000 household-years", () => {
    const rows = statistics.rates({ counts, households: 1000, level: 0.95 });
    expect(rows.map(({ from, to, count }) => ({ from, to, count }))).toEqual(counts);
    expect(rows[0]?.rate).toBeCloseTo((3 / ((1000 * 31) / 365.25)) * 1000, 10);
    expect(rows[1]).toMatchObject({ rate: 0, ci: { lo: 0, level: 0.95, method: "garwood" } });
    expect(rows[1]?.householdYears).toBeCloseTo((1000 * 29) / 365.25, 12);
    expect(rows[2]?.ci).toEqual(rows[0]?.ci);
    expect(statistics.rates({ counts: [], households: 1000, level: 0.95 })).toEqual([]);
  });

  test("rows without exposure and rows with faults are refused", () => {
    const none = refusal(() => statistics.rates({ counts, households: 0, level: 0.95 }));
    expect([none.code, none.faults[0]?.field]).toEqual(["NO_EXPOSURE", "households"]);
    const empty = [...counts, { from: "2024-04-01", to: "2024-04-01", count: 0 }];
    const noDay = refusal(() => statistics.rates({ counts: empty, households: 9, level: 0.95 }));
    expect([noDay.code, noDay.faults[0]?.field]).toEqual(["NO_EXPOSURE", "counts[3].to"]);
    const wrong = [{ from: "2024-04-31", to: "x", count: -1 }];
    const faults = refusal(() => statistics.rates({ counts: wrong, households: 9, level: 0.95 }));
    expect(faults.faults.map((fault) => fault.field)).toEqual([
      "counts[0].from",
      "counts[0].to",
      "counts[0].count",
    ]);
  });
});
