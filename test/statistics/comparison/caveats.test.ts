import { describe, expect, test } from "vitest";
import type { ComparisonInput } from "../../../src/domain/comparison-input.ts";
import { answerTo, caveatOf, codesOf, CUTS, estate, treated, windowsAround } from "./build.ts";

const CONTROL = [estate("c", 60, 60)];
/** A question that gives no reason for any caveat but the two that are always worth a word. */
const CLEAN: Partial<ComparisonInput> = {
  // after the festival season: both windows hold one whole season
  treated: [treated("t", 60, 40, "2023-06-01")],
  control: [estate("c", 60, 60, "2023-06-01")],
  buffer: [estate("b", 60, 60, "2023-06-01")],
  selectionReason: "by_lot",
};
const half = windowsAround("2024-01-01", 6);

test("a sound comparison has no caveat", () => {
  expect(codesOf(answerTo(CLEAN))).toEqual([]);
});

/** Each with the change of the sound question that is the reason for it, and its severity. */
const CASES: readonly (readonly [code: string, severity: string, changes: Partial<ComparisonInput>])[] = [
  ["SMALL_COUNTS", "warning", { treated: [treated("t", 60, 9, "2023-06-01")] }],
  ["TOO_FEW_TO_EVER_SIGNIFICANT", "warning", { treated: [treated("t", 5, 9, "2023-06-01")] }],
  ["ZERO_CELL", "warning", { control: [estate("c", 60, 0, "2023-06-01")] }],
  [
    "OVERDISPERSED",
    "info",
    { treated: [treated("t", [0, 20, 0, 0, 20, 0, 0, 20, 0, 0, 0, 0], 40, "2023-06-01")] },
  ],
  ["OVERDISPERSION_NOT_CHECKED", "info", { today: "2023-10-01" }],
  [
    "MULTIPLE_COMPARISONS",
    "info",
    { treated: [treated("t", 60, 40, "2023-06-01"), treated("u", 60, 40, "2023-06-01")] },
  ],
  ["RAW_PERCENT_ONLY", "warning", { declared: { publishedPercent: 29.2 } }],
  ["RTM_RISK", "warning", { selectionReason: "unknown" }],
  ["RTM_RISK", "blocking", { selectionReason: "high_incidents" }],
  ["NO_CONTROL", "warning", { control: [] }],
  [
    "CONTROL_NOT_PARALLEL",
    "warning",
    { control: [estate("c", [10, 10, 10, 9, 9, 8, 1, 1, 1, 1, 0, 0], 60, "2023-06-01")] },
  ],
  ["DETECTION_BIAS", "blocking", { declared: { reportingChanged: true } }],
  ["COVERAGE_GAP", "warning", { coverage: { before: null, after: 0.94 } }],
  ["SEASON_MISMATCH", "warning", { treated: [{ ...treated("t", 60, 40), windows: half }], control: CONTROL }],
  ["SPRING_FESTIVAL", "warning", { treated: [treated("t", 60, 40)], control: CONTROL }],
  ["UNEQUAL_WINDOWS", "info", { today: "2024-03-01" }],
  [
    "POPULATION_CHANGE",
    "warning",
    {
      treated: [
        { ...treated("t", 60, 40, "2023-06-01"), changes: [{ fromDay: "2023-06-01", households: 1_101 }] },
      ],
    },
  ],
  ["DEFINITION_CHANGE", "blocking", { declared: { definitionChangedOn: "2023-01-01" } }],
  ["CALLS_VS_CASES", "info", { unit: "call" }],
  ["DISPLACEMENT_NOT_CHECKED", "info", { buffer: [] }],
  ["CONCURRENT_INTERVENTION", "blocking", { declared: { concurrent: "路灯改造" } }],
  ["SHORT_BASELINE", "warning", { treated: [{ ...treated("t", 60, 40), windows: half }], control: CONTROL }],
  ["EARLY_LOOK", "blocking", { today: "2024-03-01" }],
  ["NO_RECORDS", "blocking", { records: null }],
];

describe("caveats", () => {
  test.each(CASES)("%s (%s)", (code, severity, changes) => {
    const answer = answerTo({ ...CLEAN, ...changes });
    const caveat = caveatOf(answer, code);
    expect(caveat, codesOf(answer).join(" ")).toMatchObject({ code, severity });
    expect(caveat?.zh).toMatch(/\p{Script=Han}.*。$/u);
    expect(caveat?.en).toMatch(/^[A-Z].*\.$/u);
    expect(`${caveat?.zh}${caveat?.en}`).not.toMatch(/undefined|NaN|Infinity/u);
    expect(answer.provisional).toBe(answer.caveats.some((one) => one.severity === "blocking"));
  });

  test("a definition that changed outside of the windows is of no concern", () => {
    for (const definitionChangedOn of ["2022-06-01", "2024-07-01"]) {
      expect(codesOf(answerTo({ ...CLEAN, declared: { definitionChangedOn } }))).toEqual([]);
    }
  });

  test("households that change are exposure of each day", () => {
    const [one] = CLEAN.treated ?? [];
    if (!one) throw new Error("there is a treated estate");
    const grown = answerTo({
      ...CLEAN,
      treated: [{ ...one, changes: [{ fromDay: "2024-01-01", households: 2_000 }] }],
    });
    // from 1 July 2023: 184 days of 1,000 households, then 182 of 2,000
    expect(grown.after.householdYears).toBeCloseTo((184 * 1_000 + 182 * 2_000) / 365.25, 6);
    expect(grown.after.households).toBeCloseTo((184 * 1_000 + 182 * 2_000) / 366, 4);
    expect(grown.before.households).toBe(1_000);
    expect(CUTS).toContain("2024-01-01");
  });
});
