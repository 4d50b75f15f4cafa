import { Counter, Gauge, Registry } from "prom-client";

/** The process's counters and gauges, in Prometheus' text format through `registry.metrics()`. */
export interface Metrics {
  readonly registry: Registry;
  /** What became of a message: outcome `events`, `ignored` or `dead`; the profile, or why it yielded nothing. */
  readonly message: (outcome: string, reason: string, events: number) => void;
  /** A figure that is read when somebody asks; undefined while it is not to be had. */
  readonly figure: (name: string, help: string, read: () => number | undefined) => void;
  /** Figures by label, read when somebody asks. */
  readonly figures: (
    name: string,
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ) => void;
  /** Runs before the figures are read, each time somebody asks. */
  beforeCollect(refresh: () => Promise<void>): void;
}

/** Makes an empty set of metrics with the ones every hub has. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Plain numbers on the hot path; they become metrics when somebody asks.
  const messages = new Map<string, { outcome: string; reason: string; messages: number; events: number }>();
  let refresh: (() => Promise<void>) | undefined;
  let refreshing: Promise<void> | undefined;

  /** All metrics are collected at once: they wait for the same answer. */
  async function fresh(): Promise<void> {
    refreshing ??= refresh?.();
    await refreshing;
    refreshing = undefined;
  }

  const received: Counter = new Counter({
    name: "zhian_messages_total",
    help: "Messages received, by what became of them, and their profile or why they yielded nothing",
    labelNames: ["outcome", "reason"],
    registers,
    collect() {
      received.reset();
      for (const entry of messages.values()) {
        received.inc({ outcome: entry.outcome, reason: entry.reason }, entry.messages);
      }
    },
  });
  const accepted: Counter = new Counter({
    name: "zhian_events_accepted_total",
    help: "Events made durable, by profile",
    labelNames: ["profile"],
    registers,
    collect() {
      accepted.reset();
      for (const entry of messages.values()) {
        if (entry.events > 0) accepted.inc({ profile: entry.reason }, entry.events);
      }
    },
  });

  return {
    registry,
    message(outcome, reason, events) {
      const key = `${outcome} ${reason}`;
      const entry = messages.get(key);
      if (!entry) messages.set(key, { outcome, reason, messages: 1, events });
      else {
        entry.messages++;
        entry.events += events;
      }
    },
    figure(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        async collect() {
          await fresh();
          const value = read();
          if (value === undefined) gauge.remove();
          else gauge.set(value);
        },
      });
    },
    figures(name, help, label, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          for (const [key, value] of Object.entries(read())) gauge.set({ [label]: key }, value);
        },
      });
    },
    beforeCollect(run) {
      refresh = run;
    },
  };
}
