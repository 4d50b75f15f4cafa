import type { FieldFault } from "../errors.ts";
import { demand, levelFaults, observedFaults, unless } from "./checks.ts";
import { type PanelEffect, panelEffect } from "./panel-effect.ts";
import { type PanelRow, usefulRows } from "./panel-fit.ts";

/** A panel in which some estates are treated from one period on. */
export interface Panel {
  /** One row per estate and period; an estate may miss periods. */
  readonly rows: readonly PanelRow[];
  readonly treated: readonly string[];
  /** The first period of the treatment, the same for all of them. */
  readonly from: number;
}

/** Why a panel gives no estimate. */
export type NoPanel =
  | "NO_TREATED_EVENTS_BEFORE"
  | "NO_TREATED_EVENTS_AFTER"
  | "NO_CONTROL_EVENTS_BEFORE"
  | "NO_CONTROL_EVENTS_AFTER"
  | "FEWER_THAN_3_PERIODS_BEFORE"
  /** Some effect has no finite value: the few events of a side fall together. */
  | "MODEL_DOES_NOT_SETTLE";

const MAX_ROWS = 20_000;
/** Estates + periods: the work of a fit grows with the cube. */
const MAX_COLUMNS = 250;

/**
 * Difference in differences over a panel: exp(β) is the rate ratio of the treated estates after/before against
 * the others'. One date of treatment only; with several a common β is biased, use `staggeredDid`.
 * Work is bounded by 20,000 rows and 250 estates and periods; all 126 assignments of 9 estates over 240
 * periods take about a minute. Gives the reason when a side has no events.
 * Throws RangeError naming the fields.
 */
export const didPanel = (panel: Panel, level: number): PanelEffect | NoPanel => {
  demand("didPanel", [...panelFaults(panel), ...levelFaults(level)]);
  const treated = new Set(panel.treated);
  const empty = emptySide(panel.rows, treated, panel.from);
  if (empty !== null) return empty;
  const rows = usefulRows(panel.rows);
  const effect = panelEffect(
    rows,
    treated,
    ({ period }) => (period >= panel.from ? 1 : 0),
    (chosen) => emptySide(rows, chosen, panel.from) === null,
    level,
  );
  return effect ?? "MODEL_DOES_NOT_SETTLE";
};

/**
 * Test of parallel trends before the treatment: exp(β) is how much faster per period the treated rates grew
 * than the others', from the periods before alone. A small p speaks against `didPanel`; a large one with
 * few events proves nothing. Needs 3 periods with events before. Throws RangeError naming the fields.
 */
export const preTrend = (panel: Panel, level: number): PanelEffect | NoPanel => {
  demand("preTrend", [...panelFaults(panel), ...levelFaults(level)]);
  const treated = new Set(panel.treated);
  const rows = usefulRows(panel.rows.filter(({ period }) => period < panel.from));
  const someIn = (chosen: ReadonlySet<string>, inside: boolean): boolean =>
    rows.some(({ estate }) => chosen.has(estate) === inside);
  if (!someIn(treated, true)) return "NO_TREATED_EVENTS_BEFORE";
  if (!someIn(treated, false)) return "NO_CONTROL_EVENTS_BEFORE";
  if (new Set(rows.map(({ period }) => period)).size < 3) return "FEWER_THAN_3_PERIODS_BEFORE";
  const effect = panelEffect(
    rows,
    treated,
    ({ period }) => period - panel.from,
    (chosen) => someIn(chosen, true) && someIn(chosen, false),
    level,
  );
  return effect ?? "MODEL_DOES_NOT_SETTLE";
};

const panelFaults = ({ rows, treated, from }: Panel): readonly FieldFault[] => {
  const columns =
    new Set(rows.map(({ estate }) => estate)).size + new Set(rows.map(({ period }) => period)).size;
  const cells = new Set(rows.map(({ estate, period }) => `${period}:${estate}`));
  return [
    ...unless(rows.length <= MAX_ROWS, "rows", `must be at most ${MAX_ROWS}`),
    ...unless(columns <= MAX_COLUMNS, "rows", `must have at most ${MAX_COLUMNS} estates and periods`),
    ...unless(cells.size === rows.length, "rows", "must hold each estate and period once"),
    ...rows.flatMap((row, i) => [
      ...observedFaults(`rows[${i}]`, row),
      ...unless(Number.isFinite(row.period), `rows[${i}].period`, "must be a number"),
    ]),
    ...unless(treated.length > 0, "treated", "must name one estate or more"),
    ...unless(Number.isFinite(from), "from", "must be a number"),
  ];
};

const emptySide = (rows: readonly PanelRow[], treated: ReadonlySet<string>, from: number): NoPanel | null => {
  const events = (inside: boolean, after: boolean): boolean =>
    rows.some(
      ({ estate, period, count }) => count > 0 && treated.has(estate) === inside && period >= from === after,
    );
  if (!events(true, false)) return "NO_TREATED_EVENTS_BEFORE";
  if (!events(true, true)) return "NO_TREATED_EVENTS_AFTER";
  if (!events(false, false)) return "NO_CONTROL_EVENTS_BEFORE";
  return events(false, true) ? null : "NO_CONTROL_EVENTS_AFTER";
};
