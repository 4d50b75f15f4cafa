import type { HouseholdChange } from "./exposure.ts";
import type { ComparisonWindows, RecordedSpan } from "./rates.ts";
import type { CaseUnit } from "./recorded-case.ts";
import type { LocalDate } from "./time.ts";

/** Why the treated estates were chosen; decides whether a fall-back to the mean has to be feared. */
export const SELECTION_REASONS = [
  "unknown",
  "high_incidents",
  "all_estates",
  "volunteered",
  "by_lot",
  "other",
] as const;

export type SelectionReason = (typeof SELECTION_REASONS)[number];

/** One estate with its counts between the days of the comparison's `cuts`. */
export interface ComparedEstate {
  readonly estateId: string;
  /** Households before the first change. */
  readonly households: number;
  /** Dated changes, ascending; none: constant. */
  readonly changes?: readonly HouseholdChange[];
  /** `counts[i]` lies in [cuts[i], cuts[i + 1]). */
  readonly counts: readonly number[];
  /** How many of each count a simulator made. */
  readonly simulated: readonly number[];
}

/** A treated estate, its installation and its own windows; all their days stand in `cuts`. */
export interface TreatedEstate extends ComparedEstate {
  readonly installedOn: LocalDate;
  readonly windows: ComparisonWindows;
}

/** What only people know. */
export interface DeclaredFacts {
  /** Another measure of the same time, in a few words. */
  readonly concurrent?: string;
  /** The way people report changed with the installation. */
  readonly reportingChanged?: boolean;
  /** Since that day the records are classified in another way. */
  readonly definitionChangedOn?: LocalDate;
  /** A percentage that was published without its counts. */
  readonly publishedPercent?: number;
}

/** A whole question: counts of all estates on one set of cuts, and how to judge them. */
export interface ComparisonInput {
  readonly unit: CaseUnit;
  readonly types: readonly string[];
  /** Ascending days; counts stand between each two. */
  readonly cuts: readonly LocalDate[];
  readonly treated: readonly TreatedEstate[];
  readonly control: readonly ComparedEstate[];
  /** Areas beside the treated and beside the control estates. */
  readonly buffer: readonly ComparedEstate[];
  readonly bufferControl: readonly ComparedEstate[];
  readonly records: RecordedSpan | null;
  /** Today in the estates' zone; a window that ends later is not over. */
  readonly today: LocalDate;
  readonly level: number;
  /** How over-dispersion is known: from the months, or given. */
  readonly phi: "auto" | number;
  readonly selectionReason: SelectionReason;
  /** Share of device time observed in each window; null: unknown. */
  readonly coverage: { readonly before: number | null; readonly after: number | null };
  readonly declared: DeclaredFacts;
  readonly seed: number;
}
