import type { ComparisonEffect, ComparisonVerdict } from "../domain/comparison.ts";
import type { Estate } from "../domain/estate.ts";
import type { TimeSpan } from "../domain/exposure.ts";
import {
  type Caveat,
  type ComparisonSide,
  type RecordedSpan,
  type Span,
  WINDOW_DEFAULTS,
} from "../domain/rates.ts";
import type { LocalDate } from "../domain/time.ts";
import { createZoneClock } from "../domain/zone.ts";
import { ZhianError } from "../errors.ts";
import type { MonthQuestion } from "../ports.ts";
import type { BulletinSources } from "./counted-months.ts";

/** One estate before and after its installation. */
export interface BeforeAfter {
  readonly estate: Estate;
  readonly before: ComparisonSide;
  /** Up to the end of the bulletin's month at most. */
  readonly after: ComparisonSide;
  readonly effect: ComparisonEffect;
  readonly verdict: ComparisonVerdict;
  readonly provisional: boolean;
  readonly caveats: readonly Caveat[];
}

/** Why there is no comparison. */
export type NoComparison = "not_installed" | "too_early" | "windows_overlap" | "no_households";

/** Draws are made for groups only; the number is that of the API. */
const SEED = 1;

/**
 * Compares the year before with up to a year after, as they stood on the day `asOf`: the comparison of the
 * API with its defaults, without the months beside the windows.
 */
export async function beforeAfter(
  { store, statistics, comparisons }: BulletinSources,
  estate: Estate,
  { unit, types, level }: MonthQuestion,
  asOf: LocalDate,
  records: RecordedSpan | null,
): Promise<BeforeAfter | NoComparison> {
  const { id, installedOn, commissionedOn } = estate;
  if (installedOn === undefined) return "not_installed";
  try {
    const { windows, cuts, today } = statistics.comparisonPlan({
      ...WINDOW_DEFAULTS,
      installs: [{ installedOn, ...(commissionedOn !== undefined && { commissionedOn }) }],
      grain: "days",
      calendarMatch: true,
      today: asOf,
      seriesMonths: 0,
    });
    const [own] = windows;
    if (!own || own.after.from >= asOf) return "too_early";
    const instants = instantsIn(estate.zone);
    const seen = { from: own.after.from, to: own.after.to < asOf ? own.after.to : asOf };
    const [{ estates }, [before = null, after = null]] = await Promise.all([
      store.groupCounts({ estateIds: [id], unit, types, cuts }),
      store.coverage(id, [own.before, seen].map(instants)),
    ]);
    const answer = await comparisons.compare({
      unit,
      types,
      cuts,
      treated: estates.map((counted) => Object.assign({}, counted, { installedOn, windows: own })),
      control: [],
      buffer: [],
      bufferControl: [],
      records,
      today,
      level,
      phi: "auto",
      selectionReason: "unknown",
      coverage: { before, after },
      declared: {},
      seed: SEED,
    });
    return { ...answer, estate };
  } catch (error) {
    const reason = error instanceof ZhianError ? REASONS[error.code] : undefined;
    if (reason === undefined) throw error;
    return reason;
  }
}

const REASONS: Readonly<Partial<Record<string, NoComparison>>> = {
  WINDOW_OVERLAPS_INSTALL: "windows_overlap",
  NO_EXPOSURE: "no_households",
};

function instantsIn(zone: string): (span: Span) => TimeSpan {
  const clock = createZoneClock(zone);
  const beginning = (day: LocalDate): number => clock.instantOf(Date.parse(`${day}T00:00:00Z`));
  return ({ from, to }) => ({ from: beginning(from), to: beginning(to) });
}
