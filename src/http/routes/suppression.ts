import type { ComparedEstate, ComparisonInput } from "../../domain/comparison-input.ts";
import { COMPARISON_BLOCKS } from "../../domain/comparison.ts";
import { type Caveat, type RateRow, type Span, WINDOW_DEFAULTS } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { ZhianError } from "../../errors.ts";
import type { ComparisonTold } from "./comparison-answer.ts";

/** Counts from one to below this may point at people. */
const FEWEST = 5;

/** True for a count that the public is not told. */
const isSmall = (count: number): boolean => count > 0 && count < FEWEST;

/**
 * Refuses what would let the public find a small count by asking twice: kinds one by one, parts of a year.
 * Throws FORBIDDEN.
 */
export function refusePublicRates(
  query: {
    readonly types?: string;
    readonly bucket: string;
    readonly from: LocalDate;
    readonly to: LocalDate;
  },
  today: LocalDate,
): void {
  const whole = [query.from, query.to].every((day) => day.endsWith("-01-01")) && query.to <= today;
  if (query.types === undefined && query.bucket === "month" && whole) return;
  throw new ZhianError(
    "FORBIDDEN",
    "the public is told months of complete calendar years, by category; give from and to as 1 January",
  );
}

/** The same for comparisons: categories, and the windows everybody gets. */
export function refusePublicComparison(asked: {
  readonly beforeMonths: number;
  readonly afterMonths: number;
  readonly washoutDays: number;
  readonly calendarMatch: boolean;
  readonly byTypes: boolean;
  /** True for dates that are not the estates' own, and so other windows. */
  readonly ownDates: boolean;
}): void {
  const { beforeMonths, afterMonths, washoutDays } = WINDOW_DEFAULTS;
  if (
    !asked.byTypes &&
    !asked.ownDates &&
    asked.calendarMatch &&
    asked.beforeMonths === beforeMonths &&
    asked.afterMonths === afterMonths &&
    asked.washoutDays === washoutDays
  )
    return;
  throw new ZhianError("FORBIDDEN", "the public may compare categories over the default windows only");
}

/** A row as the public sees it. */
export type MaskedRow = Omit<RateRow, "count"> & {
  readonly count: number | null;
  readonly suppressed?: true;
};

/**
 * Rows of months without the small counts, their rates and intervals; a year with one hidden month hides its
 * smallest other month with cases as well, or the rest of the year would tell it. The total goes with them.
 */
export function maskedRates(
  rows: readonly RateRow[],
  total: RateRow,
  caveats: readonly Caveat[],
): { readonly rows: readonly MaskedRow[]; readonly total: MaskedRow; readonly caveats: readonly Caveat[] } {
  const hidden = new Set(rows.filter(({ count }) => isSmall(count)));
  for (const year of Map.groupBy(rows, ({ from }) => from.slice(0, 4)).values()) {
    if (year.filter((row) => hidden.has(row)).length !== 1) continue;
    const [least] = year.filter((row) => row.count >= FEWEST).toSorted((a, b) => a.count - b.count);
    if (least) hidden.add(least);
  }
  return {
    rows: rows.map((row) => (hidden.has(row) ? masked(row) : row)),
    total: hidden.size > 0 ? masked(total) : total,
    caveats: hidden.size > 0 ? withoutCounts(caveats) : caveats,
  };
}

const masked = (row: RateRow): MaskedRow => ({ ...row, count: null, rate: null, ci: null, suppressed: true });

/**
 * A comparison as the public sees it: when a window of any estate has a small count, the verdict and the
 * caveats stay and every number goes, because any of them would tell it.
 */
export function suppressed(told: ComparisonTold, input: ComparisonInput): ComparisonTold {
  const groups = [input.treated, input.control, input.buffer, input.bufferControl];
  const spans = windowsOf(input);
  const small = groups
    .flat()
    .some((estate) => spans.some((span) => isSmall(countIn(estate, span, input.cuts))));
  if (!small) return told;
  return {
    ...told,
    before: null,
    after: null,
    effect: null,
    controlled: null,
    eb: null,
    pooled: null,
    its: null,
    eventStudy: null,
    displacement: null,
    reasons: Object.fromEntries(COMPARISON_BLOCKS.map((block) => [block, "SUPPRESSED"])),
    minDetectable: null,
    caveats: withoutCounts(told.caveats),
    suppressed: true,
  };
}

/** What these say follows from the counts. */
const ABOUT_COUNTS: ReadonlySet<string> = new Set([
  "SMALL_COUNTS",
  "TOO_FEW_TO_EVER_SIGNIFICANT",
  "ZERO_CELL",
  "OVERDISPERSED",
  "MULTIPLE_COMPARISONS",
  "CONTROL_NOT_PARALLEL",
  "SIMULATED_DATA",
]);

const withoutCounts = <T extends Pick<Caveat, "code">>(caveats: readonly T[]): readonly T[] =>
  caveats.filter(({ code }) => !ABOUT_COUNTS.has(code));

/** The windows of all treated estates as far as they are over, each once. */
function windowsOf({ treated, today }: ComparisonInput): readonly Span[] {
  const spans = treated.flatMap(({ windows: { before, after } }) => [
    before,
    { from: after.from, to: after.to < today ? after.to : today },
  ]);
  return [...new Map(spans.map((span) => [`${span.from} ${span.to}`, span])).values()];
}

const countIn = ({ counts }: ComparedEstate, { from, to }: Span, cuts: readonly LocalDate[]): number =>
  counts.reduce((sum, count, i) => {
    const day = cuts[i] ?? "";
    return day >= from && day < to ? sum + count : sum;
  }, 0);
