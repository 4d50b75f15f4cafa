import { type LogEffect, logEffect } from "./log-effect.ts";
import { normalCritical, normalTwoSided } from "./normal.ts";
import { type PanelRow, panelFit } from "./panel-fit.ts";
import { dispersionOf } from "./poisson-glm.ts";
import { leastRandomisationP, randomisationP } from "./randomisation.ts";
import { clusteredError } from "./sandwich.ts";
import { settled } from "./settled.ts";
import { studentCritical, studentTwoSided } from "./student-t.ts";

/** A coefficient that sets treated estates apart, with three ways to judge it. */
export interface PanelEffect {
  readonly sePoisson: number;
  /** Pearson χ² / df, not floored; null when no degree of freedom is left. */
  readonly dispersion: number | null;
  /** Quasi-Poisson error (scaled by max(1, φ)), normal limits. */
  readonly quasi: LogEffect;
  readonly pQuasi: number;
  /** Estate-clustered error, t limits with G − 1 df; null unless 2 estates or more stand on both sides. */
  readonly clustered: LogEffect | null;
  readonly pClustered: number | null;
  /** Share of all assignments with as large a coefficient; null from 10 estates on. */
  readonly pRandomisation: number | null;
  /** The smallest `pRandomisation` that so many estates could have; null where that is. */
  readonly leastRandomisationP: number | null;
  /** G: estates that entered; those without any event say nothing. */
  readonly estates: number;
}

/** From this many estates on the clustered error is trusted; below it, the assignments are run through. */
const ENOUGH_CLUSTERS = 10;

/**
 * β of ln μ_it = estate_i + period_t + β · (treated_i × `exposureTo`(row)) + ln exposure_it. Below 10 estates
 * every other choice of as many treated estates (at most 126) is fitted as well; a choice for which
 * `estimable` is false, or whose fit does not settle, counts as a coefficient beyond any other. Null when
 * the fit of the real choice does not settle.
 * Source: Wooldridge 1999, J Econometrics 90:77; Cameron & Miller 2015, J Hum Resour 50:317.
 */
export const panelEffect = (
  rows: readonly PanelRow[],
  treated: ReadonlySet<string>,
  exposureTo: (row: PanelRow) => number,
  estimable: (chosen: ReadonlySet<string>) => boolean,
  level: number,
): PanelEffect | null => {
  const fitFor = (chosen: ReadonlySet<string>) =>
    settled(() => panelFit(rows, (row) => (chosen.has(row.estate) ? exposureTo(row) : 0)));
  const own = fitFor(treated);
  if (own === null) return null;
  const { data, fit, column } = own;
  const beta = fit.coefficients[column] ?? Number.NaN;
  const sePoisson = Math.sqrt(fit.covariance[column]?.[column] ?? Number.NaN);
  const dispersion = dispersionOf(fit);
  // cells more regular than chance are no licence to narrow the interval
  const seQuasi = sePoisson * Math.sqrt(Math.max(1, dispersion ?? 1));
  const clusters = rows.map(({ estate }) => estate);
  const estates = [...new Set(clusters)];
  const chosen = estates.filter((estate) => treated.has(estate)).length;
  const df = estates.length - 1;
  const seClustered =
    Math.min(chosen, estates.length - chosen) < 2 ? null : clusteredError(data, fit, column, clusters);
  const magnitude = (choice: ReadonlySet<string>): number => {
    const other = estimable(choice) ? fitFor(choice) : null;
    return other === null
      ? Number.POSITIVE_INFINITY
      : Math.abs(other.fit.coefficients[other.column] ?? Number.NaN);
  };
  return {
    sePoisson,
    dispersion,
    quasi: logEffect(beta, seQuasi, normalCritical(level), level, "quasi-poisson"),
    pQuasi: normalTwoSided(beta / seQuasi),
    clustered:
      seClustered === null
        ? null
        : logEffect(beta, seClustered, studentCritical(level, df), level, "estate-clustered"),
    pClustered: seClustered === null ? null : studentTwoSided(beta / seClustered, df),
    pRandomisation:
      estates.length < ENOUGH_CLUSTERS ? randomisationP(estates, chosen, Math.abs(beta), magnitude) : null,
    leastRandomisationP:
      estates.length < ENOUGH_CLUSTERS ? leastRandomisationP(estates.length, chosen) : null,
    estates: estates.length,
  };
};
