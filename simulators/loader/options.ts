import { z } from "zod";

const gateway = z.strictObject({
  gatewayId: z.string().min(1),
  estateId: z.string().min(1),
  secret: z.string().min(1).optional(),
});

/** What a load is told. A load ends by time, by count, or by being stopped. */
export const loadOptionsSchema = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(1).max(65_535),
  gateways: z.array(gateway).min(1),
  connections: z.int().min(1).max(10_000).default(200),
  /** Unacknowledged messages per connection. */
  window: z.int().min(1).max(65_535).default(20),
  /** Messages a second over all connections; absent: flat out. */
  ratePerSecond: z.number().positive().optional(),
  durationMs: z.number().positive().optional(),
  count: z.int().min(1).optional(),
  /** Before the measured duration, sent but not measured. */
  warmupMs: z.number().min(0).default(0),
  /** How long to wait at the end for acknowledgements still due. */
  drainMs: z.number().min(0).default(30_000),
  payloadBytes: z.int().min(100).max(60_000).default(300),
  devicesPerEstate: z.int().min(1).default(40),
  /** Events a device sends in turn. */
  kinds: z
    .array(z.strictObject({ code: z.string().min(1), phase: z.string().min(1) }))
    .min(1)
    .default([{ code: "access.granted", phase: "pulse" }]),
  /** Names this load in its event ids; absent: random. */
  boot: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  /** A line `boot, seq, topic, time, code, phase` (tab-separated) is appended here for each acknowledged message. */
  ackFile: z.string().min(1).optional(),
});

export type LoadOptions = z.output<typeof loadOptionsSchema>;

export interface LoadProgress {
  readonly sent: number;
  readonly acked: number;
  readonly reconnects: number;
}

/** What a load did. Messages that were never acknowledged are `unacked`. */
export interface LoadResult extends LoadProgress {
  readonly boot: string;
  readonly unacked: number;
  readonly connectMs: number;
  /** When the first message was sent: milliseconds since 1970. */
  readonly startedAt: number;
  /** From the first message to the last acknowledgement. */
  readonly totalSeconds: number;
  /** Without warm-up and drain. */
  readonly measured: {
    readonly seconds: number;
    readonly acked: number;
    readonly ackedPerSecond: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  };
  readonly cpuSeconds: number;
}
