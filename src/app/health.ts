import type { HealthReport } from "../http/index.ts";
import type { Backroom, JournalHealth, ReactHealth, StoreFigures, TimeSeriesHealth } from "../ports.ts";
import { timeSeriesFaults, timeSeriesFigures } from "./time-series-health.ts";
import type { SiaFigures } from "../sia/figures.ts";

/** State of react and store; undefined for what the second thread does not answer. */
export async function askSecondThread(thread: Pick<Backroom, "reactHealth" | "figures" | "timeSeries">) {
  const [react, store, series] = await Promise.allSettled([
    thread.reactHealth(),
    thread.figures(),
    thread.timeSeries(),
  ]);
  return {
    react: react.status === "fulfilled" ? react.value : undefined,
    store: store.status === "fulfilled" ? store.value : undefined,
    timeSeries: series.status === "fulfilled" ? (series.value ?? undefined) : undefined,
  };
}

/** What a report is made of. */
export interface HealthParts {
  readonly ready: boolean;
  readonly journal: JournalHealth;
  readonly react: ReactHealth | undefined;
  readonly store: StoreFigures | undefined;
  /** Undefined while nothing is shipped to InfluxDB. */
  readonly timeSeries?: TimeSeriesHealth | undefined;
  readonly broker: {
    readonly connections: number;
    readonly pending: number;
    readonly suspension?: { readonly since: number; readonly reason: string };
    readonly refused: Readonly<Record<string, number>>;
  };
  /** Absent while the receiver is off. */
  readonly sia?: SiaFigures | undefined;
  readonly pull: readonly {
    readonly id: string;
    readonly state: string;
    readonly since: number;
    readonly reason: string | undefined;
  }[];
}

/** The hub's health: failing when nothing can be accepted, degraded when something waits for repair. */
export function reportHealth(parts: HealthParts): HealthReport {
  const { ready, journal, react, store, timeSeries, broker, sia, pull } = parts;
  const faults: HealthReport["faults"][number][] = [];
  if (journal.fault) faults.push({ part: "journal", ...journal.fault });
  if (broker.suspension) {
    const { since, reason } = broker.suspension;
    faults.push({ part: "broker", message: `suspended: ${reason}`, since });
  }
  if (!react) faults.push({ part: "react", message: "the database thread does not answer" });
  if (react?.fault) faults.push({ part: "react", ...react.fault });
  if (react && react.damagedFrames > 0) {
    faults.push({ part: "journal", message: `${react.damagedFrames} damaged frames could not be read` });
  }
  for (const message of react?.ruleFaults ?? []) faults.push({ part: "rules", message });
  if (timeSeries) faults.push(...timeSeriesFaults(timeSeries));
  const silent = pull.filter(({ state }) => state !== "streaming");
  for (const { id, reason, since } of silent) {
    faults.push({ part: "pull", message: `${id}: ${reason ?? "connecting"}`, since });
  }
  const failing = journal.fault !== undefined || react === undefined;
  return {
    status: failing ? "failing" : faults.length > 0 ? "degraded" : "ok",
    ready: ready && !failing,
    faults,
    figures: {
      journalPendingEntries: journal.pendingEntries,
      journalPendingBytes: journal.pendingBytes,
      journalSegment: journal.durable.segment,
      journalOffset: journal.durable.offset,
      ...(react && {
        reactSegment: react.cursor.segment,
        reactOffset: react.cursor.offset,
        reactedEvents: react.reactedEvents,
        duplicates: react.duplicates,
        repeats: react.repeats,
      }),
      ...store,
      ...(timeSeries && timeSeriesFigures(timeSeries)),
      ...(pull.length > 0 && { pullSources: pull.length, pullStreaming: pull.length - silent.length }),
      mqttConnections: broker.connections,
      mqttPending: broker.pending,
      mqttRefused: Object.values(broker.refused).reduce((sum, count) => sum + count, 0),
      ...(sia && {
        siaConnections: sia.connections,
        siaPending: sia.pending,
        siaAcknowledged: sia.frames.acknowledged,
        siaRefused: Object.values(sia.frames).reduce((sum, count) => sum + count, -sia.frames.acknowledged),
      }),
    },
  };
}
