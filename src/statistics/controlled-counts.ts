import type { FieldFault } from "../errors.ts";
import { observedFaults } from "./checks.ts";
import type { TableMargins } from "./fisher-noncentral.ts";
import type { Observed } from "./rate-ratio.ts";

/** One area before and after. */
export interface BeforeAfter {
  readonly before: Observed;
  readonly after: Observed;
}

/** Treated and control area, each before and after; all exposures in one unit, > 0. */
export interface ControlledCounts {
  readonly treated: BeforeAfter;
  readonly control: BeforeAfter;
}

/** The four cells in the order treated before, treated after, control before, control after. */
export const cellsOf = ({ treated, control }: ControlledCounts): readonly Observed[] => [
  treated.before,
  treated.after,
  control.before,
  control.after,
];

/** What the exact distribution of the treated count after is conditioned on. */
export const marginsOf = ({ treated, control }: ControlledCounts): TableMargins => ({
  treated: treated.before.count + treated.after.count,
  control: control.before.count + control.after.count,
  after: treated.after.count + control.after.count,
});

/**
 * ψ₀ = (E_ta E_cb) / (E_tb E_ca), t and c for treated and control, b and a for before and after: the
 * odds ratio of the counts when both areas change alike. RIRR = ψ / ψ₀.
 */
export const nullOdds = ({ treated, control }: ControlledCounts): number =>
  (treated.after.exposure / treated.before.exposure) * (control.before.exposure / control.after.exposure);

/** Faults of every cell, by field. */
export const controlledFaults = ({ treated, control }: ControlledCounts): readonly FieldFault[] => [
  ...observedFaults("treated.before", treated.before),
  ...observedFaults("treated.after", treated.after),
  ...observedFaults("control.before", control.before),
  ...observedFaults("control.after", control.after),
];
