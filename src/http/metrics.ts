import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What the HTTP server counts about itself. */
export interface HttpMeters {
  readonly requests: Counter<"method" | "route" | "status">;
  readonly seconds: Histogram<"route">;
  readonly authFailures: Counter<"door">;
  /** Intake requests turned away before their content was taken, by reason. */
  readonly intakeRefused: Counter<"reason">;
  readonly liveStreams: Gauge;
  /** Streams of the live feed that the hub ended, by reason. */
  readonly liveEnded: Counter<"reason">;
}

/** Creates the meters in `registry`. */
export function createHttpMeters(registry: Registry): HttpMeters {
  const registers = [registry];
  return {
    requests: new Counter({
      name: "zhian_http_requests_total",
      help: "Requests answered, by route and status",
      labelNames: ["method", "route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "zhian_http_request_seconds",
      help: "Time to answer a request, by route",
      labelNames: ["route"],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    authFailures: new Counter({
      name: "zhian_http_auth_failures_total",
      help: "Requests with wrong credentials",
      labelNames: ["door"],
      registers,
    }),
    intakeRefused: new Counter({
      name: "zhian_http_intake_refused_total",
      help: "Intake requests turned away, by reason",
      labelNames: ["reason"],
      registers,
    }),
    liveStreams: new Gauge({
      name: "zhian_http_live_streams",
      help: "Open streams of the live feed",
      registers,
    }),
    liveEnded: new Counter({
      name: "zhian_http_live_ended_total",
      help: "Streams of the live feed that the hub ended",
      labelNames: ["reason"],
      registers,
    }),
  };
}
