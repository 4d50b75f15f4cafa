import type { BacktestReport, Notifications, Outcomes, TrialFigures } from "../domain/backtest.ts";
import { clean, table } from "./table.ts";

const INSTANTS: ReadonlySet<string> = new Set(["from", "to", "openedAt"]);

/** A backtest's report as lines for people. */
export function backtestLines(report: BacktestReport): readonly string[] {
  const { from, to, estateId, events, inForce, proposed, differences, notes } = report;
  const where = estateId === undefined ? "all estates" : `estate ${clean(estateId)}`;
  return [
    `${new Date(from).toISOString()} to ${new Date(to).toISOString()}, ${where}: ${events} events folded`,
    ...trialLines("Rules in force", inForce),
    ...(proposed ? trialLines("Proposed rules", proposed) : []),
    ...(differences ? differenceLines(differences) : []),
    "",
    ...notes.map((note) => `note: ${clean(note)}`),
  ];
}

/** The same for programs: instants as the API writes them. */
export function backtestJson(report: BacktestReport): unknown {
  return JSON.parse(
    JSON.stringify(report, (name, value: unknown) =>
      INSTANTS.has(name) && typeof value === "number" ? new Date(value).toISOString() : value,
    ),
  ) as unknown;
}

function trialLines(title: string, trial: TrialFigures) {
  const { incidents, duplicates, simulated, perDay, figures, notifications, notCompared } = trial;
  const made = simulated > 0 ? `, ${simulated} of them simulated` : "";
  const rows = figures.map((row) => ({
    rule: row.rule,
    estate: row.estateId,
    incidents: row.incidents,
    duplicates: row.duplicates,
    resumed: row.resumed,
    confirmed: row.matched.closed.confirmed,
    false: row.matched.closed.false_alarm,
    otherwise: allOf(row.matched) - row.matched.closed.confirmed - row.matched.closed.false_alarm,
    unmatched: row.unmatched,
    missed: allOf(row.missed),
    "missed confirmed": row.missed.closed.confirmed,
  }));
  return [
    "",
    `${title}: ${incidents} incidents, ${perDay} a day, ${duplicates} duplicates${made}`,
    ...(rows.length > 0 ? table(rows, Object.keys(rows[0] ?? {})) : []),
    ...notificationLines(notifications),
    ...(notCompared > 0 ? [`${notCompared} of them were too many to be compared.`] : []),
  ];
}

function notificationLines({ total, perDay, most, perOfficer, estates }: Notifications): readonly string[] {
  if (total === 0) return ["Notifications: none"];
  const each = perOfficer
    ? `; for each officer ${perOfficer.perDay} a day, ${perOfficer.most} on the worst`
    : "";
  const rows = estates.map(({ estateId: estate, ...row }) => ({
    estate,
    notifications: row.total,
    "per day": row.perDay,
    most: row.most,
    on: row.on,
  }));
  return [
    "",
    `Notifications: ${total}, ${perDay} a day, ${most} on the worst day${each}`,
    ...table(rows, Object.keys(rows[0] ?? {})),
  ];
}

function differenceLines(differences: NonNullable<BacktestReport["differences"]>): readonly string[] {
  if (differences.length === 0) return ["", "Both sets of rules open the same incidents."];
  const rows = differences.map(({ rule, inForce, proposed, both, onlyInForce, onlyProposed }) => ({
    rule,
    "in force": inForce,
    proposed,
    both,
    "only in force": onlyInForce,
    "only proposed": onlyProposed,
  }));
  return [
    "",
    "Rules that differ:",
    ...table(rows, ["rule", "in force", "proposed", "both", "only in force", "only proposed"]),
  ];
}

function allOf({ closed, unclosed }: Outcomes): number {
  return Object.values(closed).reduce((sum, count) => sum + count, unclosed);
}
