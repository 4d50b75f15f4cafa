import { GOALS, type Goal } from "./goals.ts";
import type { MachineFacts } from "./machine.ts";
import type { Measurement } from "./measure.ts";
import type { Pipeline } from "./pipeline.ts";

/** The loads every pipeline gets. */
export type PhaseName = "w20" | "w1" | "at1000";

/** Medians over the runs, or why there are none. */
export interface Row {
  readonly id: Pipeline["id"];
  readonly title: string;
  readonly missing?: string;
  readonly phases: Readonly<Partial<Record<PhaseName, Measurement>>>;
  readonly idle?: { readonly readyMs: number; readonly rssMb: number };
}

/** A goal and what was reached of it. */
export interface Judgement extends Omit<Goal, "of"> {
  /** Undefined when what it needs was not measured. */
  readonly reached: number | undefined;
  readonly met: boolean | undefined;
}

/** Everything a bench found. */
export interface Report {
  readonly machine: MachineFacts;
  readonly setting: Readonly<Record<string, string | number>>;
  readonly rows: readonly Row[];
  readonly goals: readonly Judgement[];
}

/** Holds the rows against the goals. */
export function judge(rows: readonly Row[]): readonly Judgement[] {
  const find = (id: Pipeline["id"]): Row =>
    rows.find((row) => row.id === id) ?? { id, title: id, phases: {} };
  return GOALS.map(({ title, unit, goal, atLeast, of }) => {
    const value = of({ hub: find("hub"), mosquitto: find("mosquitto"), aedes: find("aedes") });
    const reached = Number.isFinite(value) ? value : undefined;
    const met = reached === undefined ? undefined : atLeast ? reached >= goal : reached <= goal;
    return { title, unit, goal, atLeast, reached, met };
  });
}

/** The report as Markdown. */
export function markdown({ machine, setting, rows, goals }: Report): string {
  const facts = Object.entries({ ...machine, ...setting }).map(([name, value]) => `- ${name}: ${value}`);
  return [
    "# Bench",
    ...facts,
    "",
    "| pipeline | window | accepted/s | stored or reacted/s | ack p50 ms | ack p99 ms | p50 at 1,000/s | p99 at 1,000/s | µs CPU/event | peak RSS MB |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows.flatMap(tableLines),
    "",
    ...rows.flatMap(({ title, idle }) =>
      idle
        ? [`${title}: ready after ${idle.readyMs.toFixed(0)} ms, idle at ${idle.rssMb.toFixed(0)} MB.`, ""]
        : [],
    ),
    "| goal | wanted | reached | |",
    "|---|---|---|---|",
    ...goals.map(goalLine),
    "",
  ].join("\n");
}

function tableLines({ title, missing, phases }: Row): string[] {
  if (missing !== undefined) return [`| ${title} | – | ${missing} | | | | | | | |`];
  const { at1000 } = phases;
  return (["w20", "w1"] as const).flatMap((name) => {
    const phase = phases[name];
    if (!phase) return [];
    const cells = [
      title,
      name,
      count(phase.acceptedPerSecond),
      phase.storedPerSecond === undefined ? "–" : count(phase.storedPerSecond),
      phase.p50Ms.toFixed(1),
      phase.p99Ms.toFixed(1),
      name === "w20" ? (at1000?.p50Ms.toFixed(2) ?? "–") : "",
      name === "w20" ? (at1000?.p99Ms.toFixed(2) ?? "–") : "",
      phase.cpuMicrosPerEvent.toFixed(1),
      phase.peakRssMb.toFixed(0),
    ];
    return [`| ${cells.join(" | ")} |`];
  });
}

function goalLine({ title, unit, goal, atLeast, reached, met }: Judgement): string {
  const wanted = `${atLeast ? "≥" : "≤"} ${goal} ${unit}`;
  const verdict = met === undefined ? "not measured" : met ? "pass" : "**miss**";
  return `| ${title} | ${wanted} | ${reached === undefined ? "–" : reached.toFixed(2)} | ${verdict} |`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** The middle value of each field over runs of the same load. */
export function median(runs: readonly Measurement[]): Measurement | undefined {
  if (runs.length === 0) return undefined;
  const field = (of: (run: Measurement) => number): number => middle(runs.map(of));
  const stored = runs.flatMap((run) => run.storedPerSecond ?? []);
  return {
    acceptedPerSecond: field((run) => run.acceptedPerSecond),
    storedPerSecond: stored.length === 0 ? undefined : middle(stored),
    p50Ms: field((run) => run.p50Ms),
    p99Ms: field((run) => run.p99Ms),
    cpuMicrosPerEvent: field((run) => run.cpuMicrosPerEvent),
    peakRssMb: field((run) => run.peakRssMb),
    unacked: field((run) => run.unacked),
  };
}

/** The median; of an even number of values the mean of the two in the middle. */
export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
