import { Counter, Gauge, Registry } from "prom-client";

/** The process's counters and gauges, in Prometheus' text format through `registry.metrics()`. */
export interface Metrics {
  readonly registry: Registry;
  /** What became of messages: outcome `events`, `ignored` or `dead`, and the reason or profile. */
  message(outcome: string, reason: string): void;
  /** Accepted events by profile. */
  events(profile: string, count: number): void;
  /** Gauges read when somebody asks. */
  onCollect(name: string, help: string, read: () => number): void;
}

/** Makes an empty set of metrics with the ones every hub has. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const messages = new Counter({
    name: "zhian_messages_total",
    help: "Messages received, by what became of them and why",
    labelNames: ["outcome", "reason"],
    registers,
  });
  const events = new Counter({
    name: "zhian_events_accepted_total",
    help: "Events made durable, by profile",
    labelNames: ["profile"],
    registers,
  });
  return {
    registry,
    message: (outcome, reason) => messages.inc({ outcome, reason }),
    events: (profile, count) => events.inc({ profile }, count),
    onCollect(name, help, read) {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: () => gauge.set(read()),
      });
    },
  };
}
