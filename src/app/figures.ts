import type { Backroom, JournalHealth, ReactHealth, StoreFigures, TimeSeriesHealth } from "../ports.ts";
import { timeSeriesFigures } from "./time-series-health.ts";
import type { SiaFigures } from "../sia/figures.ts";
import { askSecondThread } from "./health.ts";
import type { Metrics } from "../runtime/metrics.ts";

/** What the broker tells of itself. */
interface BrokerFigures {
  readonly connections: number;
  readonly pending: number;
  readonly suspension?: object;
  readonly refused: Readonly<Record<string, number>>;
}

/** Makes the figures of all parts readable as metrics; those of the second thread are asked for each time. */
export function publishFigures(
  metrics: Metrics,
  parts: {
    readonly journal: () => JournalHealth;
    readonly broker: () => BrokerFigures;
    /** Absent while the receiver is off. */
    readonly sia: (() => SiaFigures) | undefined;
    /** Lessons of bridges that were too long or too many. */
    readonly lessonsRefused: () => number;
    readonly store: Pick<Backroom, "reactHealth" | "figures" | "timeSeries">;
  },
): void {
  let react: ReactHealth | undefined;
  let store: StoreFigures | undefined;
  let timeSeries: TimeSeriesHealth | undefined;
  metrics.beforeCollect(async () => {
    ({ react, store, timeSeries } = await askSecondThread(parts.store));
  });
  const { figure, figures } = metrics;
  const { journal, broker, sia } = parts;

  figure("zhian_journal_pending_entries", "Entries that wait for the disk", () => journal().pendingEntries);
  figure("zhian_journal_pending_bytes", "Bytes that wait for the disk", () => journal().pendingBytes);
  figure("zhian_journal_fault", "1 while the journal cannot write", () =>
    Number(journal().fault !== undefined),
  );
  figure("zhian_mqtt_connections", "MQTT clients connected", () => broker().connections);
  figure("zhian_mqtt_pending", "MQTT messages not yet on disk", () => broker().pending);
  figure("zhian_mqtt_suspended", "1 while MQTT is closed on purpose", () =>
    Number(broker().suspension !== undefined),
  );
  figures(
    "zhian_mqtt_refused",
    "MQTT clients and messages refused since start",
    "reason",
    () => broker().refused,
  );
  if (sia) {
    figure("zhian_sia_connections", "Alarm panels connected over TCP", () => sia().connections);
    figure("zhian_sia_pending", "SIA DC-09 messages not yet on disk", () => sia().pending);
    figure("zhian_sia_wrong_lengths", "SIA DC-09 messages with a wrong length", () => sia().wrongLengths);
    figures(
      "zhian_sia_frames_total",
      "SIA DC-09 messages since start, by what became of them",
      "outcome",
      () => sia().frames,
    );
  }
  figure(
    "zhian_lessons_refused",
    "Definitions of bridges refused since start, too long or too many",
    parts.lessonsRefused,
  );
  figure("zhian_react_events", "Events reacted to since start", () => react?.reactedEvents);
  figure("zhian_react_duplicates", "Events that had been stored before", () => react?.duplicates);
  figure("zhian_react_repeats", "Repeated states that changed nothing", () => react?.repeats);
  figure("zhian_react_fault", "1 while react fails", () => react && Number(react.fault !== undefined));
  figure("zhian_rule_faults", "Rules refused or failing", () => react?.ruleFaults.length);
  figure("zhian_incidents_open", "Incidents nobody closed", () => store?.openIncidents);
  figure("zhian_dead_letters_pending", "Dead letters not replayed", () => store?.pendingDeadLetters);
  figure(
    "zhian_dead_letters_dropped",
    "Dead letters that made room for newer ones",
    () => store?.deadLettersDropped,
  );
  figure("zhian_devices_pending", "Devices nobody enrolled", () => store?.pendingDevices);
  figures("zhian_timeseries", "Lines for InfluxDB: what waits, and what became of them", "figure", () =>
    timeSeries ? timeSeriesFigures(timeSeries) : {},
  );
  figure("zhian_database_bytes", "Size of the database", () => store?.databaseBytes);
}
