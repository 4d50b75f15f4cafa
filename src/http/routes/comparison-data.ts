import type {
  ComparedEstate,
  ComparisonInput,
  DeclaredFacts,
  SelectionReason,
} from "../../domain/comparison-input.ts";
import type { Estate } from "../../domain/estate.ts";
import type { RecordedSpan, Span } from "../../domain/rates.ts";
import type { CaseUnit } from "../../domain/recorded-case.ts";
import type { EpochMs, LocalDate } from "../../domain/time.ts";
import { type FieldFault, ZhianError } from "../../errors.ts";
import type { RateStatistics, Scope, Store } from "../../ports.ts";
import { everyPage } from "../../runtime/every-page.ts";
import { localDay } from "../local-day.ts";
import { instantsIn } from "../local-span.ts";
import { covers } from "../scope.ts";
import { earlier, installationOf } from "./counted-span.ts";

const GROUPS = ["treated", "control", "buffer", "bufferControl"] as const;
/** Ten years of months beside the windows, for the series of one estate. */
const SERIES_MONTHS = 120;
/** Estates that are counted in one call to the database thread; its other callers go in between. */
const A_CALL = 500;

/** A comparison as a caller asks for it, every default filled in. */
export interface ComparisonQuestion {
  readonly treated: readonly string[];
  readonly control: readonly string[];
  readonly buffer: readonly string[];
  readonly bufferControl: readonly string[];
  /** Dates that stand in for those of the estates. */
  readonly installs: Readonly<Record<string, LocalDate>>;
  readonly unit: CaseUnit;
  readonly types: readonly string[];
  readonly beforeMonths: number;
  readonly afterMonths: number;
  readonly washoutDays: number;
  readonly calendarMatch: boolean;
  readonly grain: "days" | "months";
  readonly level: number;
  readonly phi: "auto" | number;
  readonly selectionReason: SelectionReason;
  readonly declared: DeclaredFacts;
  readonly seed: number;
}

type Sources = {
  readonly store: Pick<Store, "estates" | "groupCounts" | "coverageOf" | "recordedSpan">;
  readonly statistics: Pick<RateStatistics, "comparisonPlan">;
};

/**
 * Gathers all that a comparison needs. Throws NOT_FOUND for an estate the caller may not see,
 * NOT_INSTALLED, WINDOW_OVERLAPS_INSTALL for windows and for a control that has an installation within
 * them, VALIDATION for groups that overlap.
 */
export async function comparisonData(
  { store, statistics }: Sources,
  asked: ComparisonQuestion,
  scope: Scope,
  now: EpochMs,
): Promise<ComparisonInput> {
  const ids = GROUPS.flatMap((group) => asked[group]);
  refuseTwice(asked);
  const estates = await visibleEstates(store, scope, ids);
  const of = (id: string): Estate => {
    const found = estates.get(id);
    if (found) return found;
    throw new ZhianError("NOT_FOUND", `there is no estate ${id}`);
  };
  for (const id of ids) of(id);
  const installs = asked.treated.map((id) => installOf(of(id), asked.installs[id]));
  const zone = of(asked.treated[0] ?? "").zone;
  const plan = statistics.comparisonPlan({
    ...asked,
    installs,
    today: localDay(now, zone),
    seriesMonths: SERIES_MONTHS,
  });
  const last =
    plan.windows
      .map(({ after }) => after.to)
      .toSorted()
      .at(-1) ?? plan.today;
  refuseTreatedControls(asked, of, earlier(last, plan.today));
  const { unit, types } = asked;
  const counted: ComparedEstate[] = [];
  const reaches: (RecordedSpan | null)[] = [];
  for (let start = 0; start < ids.length; start += A_CALL) {
    const estateIds = ids.slice(start, start + A_CALL);
    const { estates: some, records } = await store.groupCounts({ estateIds, unit, types, cuts: plan.cuts });
    counted.push(...some);
    reaches.push(records);
  }
  const byId = new Map(counted.map((estate) => [estate.estateId, estate]));
  const countsOf = (id: string): ComparedEstate => {
    const found = byId.get(id);
    if (!found) throw new Error(`the store did not count estate ${id}`);
    return found;
  };
  const spans = plan.windows.map(({ before, after }) => ({
    before,
    after: { from: after.from, to: earlier(after.to, plan.today) },
  }));
  const { level, phi, selectionReason, declared, seed } = asked;
  return {
    unit,
    types,
    cuts: plan.cuts,
    treated: asked.treated.map((id, i) => ({
      ...countsOf(id),
      installedOn: installs[i]?.installedOn ?? "",
      windows: plan.windows[i] ?? missingWindow(id),
    })),
    control: asked.control.map(countsOf),
    buffer: asked.buffer.map(countsOf),
    bufferControl: asked.bufferControl.map(countsOf),
    records: await reachOf(store, asked, reaches),
    today: plan.today,
    level,
    phi,
    selectionReason,
    declared,
    coverage: await coverageIn(store, asked.treated, spans, zone),
    seed,
  };
}

function missingWindow(id: string): never {
  throw new Error(`the statistics laid no window for estate ${id}`);
}

function refuseTwice(asked: ComparisonQuestion): void {
  const seen = new Set<string>();
  const faults: FieldFault[] = [];
  for (const group of GROUPS) {
    for (const [index, id] of asked[group].entries()) {
      if (seen.has(id))
        faults.push({ field: `${group}.${index}`, reason: `${id} can stand in one group only, once` });
      seen.add(id);
    }
  }
  for (const id of Object.keys(asked.installs)) {
    if (!asked.treated.includes(id))
      faults.push({ field: `installs.${id}`, reason: "is not one of the treated estates" });
  }
  if (faults.length > 0) throw new ZhianError("VALIDATION", "the groups overlap", { faults });
}

async function visibleEstates(
  store: Sources["store"],
  scope: Scope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Estate>> {
  const seen = ids.filter((id) => covers(scope, id));
  const found = await everyPage((request) => store.estates(request), seen);
  return new Map(found.map((estate) => [estate.id, estate]));
}

function installOf(
  estate: Estate,
  given: LocalDate | undefined,
): { readonly installedOn: LocalDate; readonly commissionedOn?: LocalDate } {
  // a date of the question has no acceptance of its own
  if (given !== undefined) return { installedOn: given };
  const { commissionedOn } = estate;
  return { installedOn: installationOf(estate), ...(commissionedOn !== undefined && { commissionedOn }) };
}

/** An estate that got the system before the comparison ends is no estate without it. */
function refuseTreatedControls(asked: ComparisonQuestion, of: (id: string) => Estate, end: LocalDate): void {
  const faults = asked.control.flatMap((id, index) => {
    const { installedOn } = of(id);
    return installedOn !== undefined && installedOn < end
      ? [{ field: `control.${index}`, reason: `${id} has had an installation since ${installedOn}` }]
      : [];
  });
  if (faults.length > 0) {
    throw new ZhianError("WINDOW_OVERLAPS_INSTALL", "a control must be without the system until the end", {
      faults,
    });
  }
}

/** Of one estate as its rates tell it; of several what their records have in common. */
async function reachOf(
  store: Sources["store"],
  { treated, unit }: ComparisonQuestion,
  reaches: readonly (RecordedSpan | null)[],
): Promise<RecordedSpan | null> {
  const [only] = treated;
  if (treated.length === 1 && only !== undefined)
    return (await store.recordedSpan({ estateId: only, unit })) ?? null;
  const known = reaches.flatMap((reach) => reach ?? []);
  const [any] = known;
  if (any === undefined || known.length < reaches.length) return null;
  const first =
    known
      .map((reach) => reach.first)
      .toSorted()
      .at(-1) ?? any.first;
  return { ...any, first, last: known.map((reach) => reach.last).reduce(earlier) };
}

/** Mean over the treated estates whose coverage is known; unknown where they have windows of their own. */
async function coverageIn(
  store: Sources["store"],
  treated: readonly string[],
  spans: readonly { readonly before: Span; readonly after: Span }[],
  zone: string,
): Promise<ComparisonInput["coverage"]> {
  const [first] = spans;
  const alike = spans.every(({ after }) => after.from === first?.after.from && after.to === first.after.to);
  if (!first || !alike || first.after.from >= first.after.to) return { before: null, after: null };
  const mean = async (span: Span): Promise<number | null> => {
    const known = (await store.coverageOf(treated, instantsIn(zone)(span))).flatMap(
      ({ coverage }) => coverage ?? [],
    );
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
  };
  return { before: await mean(first.before), after: await mean(first.after) };
}
