import type { ComparedEstate, ComparisonInput, TreatedEstate } from "../../../src/domain/comparison-input.ts";
import type { Comparison } from "../../../src/domain/comparison.ts";
import type { ComparisonWindows } from "../../../src/domain/rates.ts";
import { compareGroups } from "../../../src/statistics/comparison/compare-groups.ts";

/** First days of all months from 2020 to the beginning of 2026. */
export const CUTS: readonly string[] = Array.from(
  { length: 73 },
  (_, i) => `${2020 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}-01`,
);
const GAPS = CUTS.length - 1;

/** Windows of a year each around an installation on the first of a month; a month to settle. */
export const windowsAround = (installedOn: string, months = 12): ComparisonWindows => {
  const at = CUTS.indexOf(installedOn);
  const day = (offset: number): string => CUTS[at + offset] ?? "out of range";
  return {
    before: { from: day(-months), to: installedOn },
    washout: { from: installedOn, to: day(1) },
    after: { from: day(1), to: day(1 + months) },
  };
};

/** Counts by month on the cuts, from month `at` on. */
const monthly = (at: string, counts: readonly number[]): readonly number[] => {
  const start = CUTS.indexOf(at);
  return Array.from({ length: GAPS }, (_, i) => counts[i - start] ?? 0);
};

/** `count` cases dealt out over twelve months as evenly as possible. */
const even = (count: number): readonly number[] =>
  Array.from({ length: 12 }, (_, i) => Math.floor(((i + 1) * count) / 12) - Math.floor((i * count) / 12));

const INSTALLED = "2024-01-01";

const plus = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((n, i) => n + (b[i] ?? 0));

/** An estate of 1,000 households with so many cases in the years before and after `installedOn`. */
export const estate = (
  estateId: string,
  before: number | readonly number[],
  after: number | readonly number[],
  installedOn = INSTALLED,
): ComparedEstate => {
  const { before: earlier, after: later } = windowsAround(installedOn);
  const list = (count: number | readonly number[]) => (typeof count === "number" ? even(count) : count);
  return {
    estateId,
    households: 1_000,
    counts: plus(monthly(earlier.from, list(before)), monthly(later.from, list(after))),
    simulated: CUTS.slice(1).map(() => 0),
  };
};

export const treated = (
  estateId: string,
  before: number | readonly number[],
  after: number | readonly number[],
  installedOn = INSTALLED,
): TreatedEstate => ({
  ...estate(estateId, before, after, installedOn),
  installedOn,
  windows: windowsAround(installedOn),
});

/** A question about one estate with 18 before and 7 after, chosen for no reason of its counts. */
export const question = (changes: Partial<ComparisonInput> = {}): ComparisonInput => ({
  unit: "case",
  types: ["theft.ebike"],
  cuts: CUTS,
  treated: [treated("t", 18, 7)],
  control: [],
  buffer: [],
  bufferControl: [],
  records: { first: "2020-01-01", last: "2025-12-31", cases: 4_000, simulated: 0 },
  today: "2026-01-01",
  level: 0.95,
  phi: "auto",
  selectionReason: "all_estates",
  coverage: { before: null, after: null },
  declared: {},
  seed: 1,
  ...changes,
});

export const answerTo = (changes: Partial<ComparisonInput> = {}): Comparison =>
  compareGroups(question(changes));

export const codesOf = (answer: Comparison): readonly string[] => answer.caveats.map(({ code }) => code);

export const caveatOf = (answer: Comparison, code: string) => answer.caveats.find((one) => one.code === code);
