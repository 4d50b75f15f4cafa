import type { ComparedEstate } from "../../domain/comparison-input.ts";
import type { EventStudy } from "../../domain/comparison.ts";
import { decide } from "../decision.ts";
import { didPanel, preTrend } from "../did-panel.ts";
import type { PanelEffect } from "../panel-effect.ts";
import type { PanelRow } from "../panel-fit.ts";
import { type Grid, quartersFrom } from "./grid.ts";
import type { ObservedWindows } from "./cohorts.ts";

/** More estates than this make the fit too slow for one answer; the sums say the same of the ratio. */
const MAX_ESTATES = 60;
/** Quarters of a panel of fewer than ten estates, whose 126 assignments are all fitted. */
const MAX_QUARTERS = 16;

/**
 * Difference in differences by quarter over treated and control estates of one date. Below ten estates its p
 * is that of the lot, whatever the errors say; else the larger of estate-clustered and quasi-Poisson: few
 * clusters make the first too small, estates that differ the second. Limits are the wider of both. The trend
 * before is judged alike, and not at all where no lot could show one. The reason when there is no estimate.
 * Bounded to 60 estates, and to four years where assignments are run through.
 */
export const panelStudyOf = (
  grid: Grid,
  treated: readonly ComparedEstate[],
  control: readonly ComparedEstate[],
  windows: ObservedWindows,
  level: number,
): EventStudy | string => {
  const estates = [...treated, ...control];
  if (control.length === 0) return "NO_CONTROL";
  if (estates.length < 3) return "FEWER_THAN_3_ESTATES";
  if (estates.length > MAX_ESTATES) return "MORE_THAN_60_ESTATES";
  const before = quartersFrom(windows.before);
  const spans = [...before, ...quartersFrom(windows.seen)];
  if (estates.length < 10 && spans.length > MAX_QUARTERS) return "TOO_MANY_QUARTERS";
  const rows = estates.flatMap((estate) =>
    spans.flatMap((span, period): readonly PanelRow[] => {
      const { count, exposure } = grid.observed(estate, span);
      return exposure > 0 ? [{ estate: estate.estateId, period, count, exposure }] : [];
    }),
  );
  const panel = { rows, treated: treated.map(({ estateId }) => estateId), from: before.length };
  const found = didPanel(panel, level);
  if (typeof found === "string") return found;
  const trend = preTrend(panel, level);
  return {
    kind: "panel",
    overall: judged(found),
    preTrendP: typeof trend === "string" || isBlind(trend, level) ? null : judged(trend).p,
    pRandomisation: found.pRandomisation,
    cohorts: [],
    dynamic: [],
  };
};

const judged = ({ clustered, pClustered, quasi, pQuasi, pRandomisation }: PanelEffect) => {
  const cells = { ci: quasi.ci, p: pQuasi };
  const both =
    clustered === null || pClustered === null
      ? { ciDecision: quasi.ci, pDecision: pQuasi }
      : decide({ ci: clustered.ci, p: pClustered }, cells);
  const larger = both.pDecision === pQuasi ? "quasi-poisson" : "estate-clustered";
  return {
    ratio: quasi.ratio,
    ci: both.ciDecision,
    p: pRandomisation ?? both.pDecision,
    method: pRandomisation === null ? larger : "randomisation",
  };
};

/** True when not even the most extreme of all assignments would be a finding. */
const isBlind = ({ leastRandomisationP }: PanelEffect, level: number): boolean =>
  leastRandomisationP !== null && leastRandomisationP > 1 - level;
