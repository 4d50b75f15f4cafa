import type { PhaseName, Row } from "./report.ts";

/** Something the hub should reach, as a figure that can be computed from the rows. */
export interface Goal {
  readonly title: string;
  readonly unit: string;
  readonly goal: number;
  /** True when more is better. */
  readonly atLeast: boolean;
  readonly of: (rows: Readonly<Record<Row["id"], Row>>) => number | undefined;
}

const accepted = (row: Row, phase: PhaseName): number => row.phases[phase]?.acceptedPerSecond ?? Number.NaN;
const stored = (row: Row, phase: PhaseName): number => row.phases[phase]?.storedPerSecond ?? Number.NaN;

const ratio = (title: string, goal: number, of: Goal["of"]): Goal => ({
  title,
  unit: "×",
  goal,
  atLeast: true,
  of,
});
const limit = (title: string, unit: string, goal: number, of: Goal["of"]): Goal => ({
  title,
  unit,
  goal,
  atLeast: false,
  of,
});

/** The goals of the design, all of them measured in the same run. */
export const GOALS: readonly Goal[] = [
  ratio(
    "accepted, against what the Mosquitto pipeline stores, w20",
    1.5,
    ({ hub, mosquitto }) => accepted(hub, "w20") / stored(mosquitto, "w20"),
  ),
  ratio(
    "accepted, against what the Mosquitto pipeline stores, w1",
    1,
    ({ hub, mosquitto }) => accepted(hub, "w1") / stored(mosquitto, "w1"),
  ),
  ratio(
    "accepted, against Aedes alone, w20",
    0.5,
    ({ hub, aedes }) => accepted(hub, "w20") / accepted(aedes, "w20"),
  ),
  ratio(
    "accepted, against Aedes alone, w1",
    0.5,
    ({ hub, aedes }) => accepted(hub, "w1") / accepted(aedes, "w1"),
  ),
  ratio(
    "accepted and reacted, against what the Mosquitto pipeline stores, w20",
    0.75,
    ({ hub, mosquitto }) => stored(hub, "w20") / stored(mosquitto, "w20"),
  ),
  limit("ack p99 at 1,000 events/s", "ms", 10, ({ hub }) => hub.phases.at1000?.p99Ms),
  limit("ack p99 at 1,000 events/s, aim of the design", "ms", 5, ({ hub }) => hub.phases.at1000?.p99Ms),
  limit("peak memory flat out", "MB", 350, ({ hub }) => hub.phases.w20?.peakRssMb),
  limit("memory idle", "MB", 120, ({ hub }) => hub.idle?.rssMb),
  limit("ready after", "ms", 2_000, ({ hub }) => hub.idle?.readyMs),
];
