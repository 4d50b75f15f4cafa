import { z } from "zod";

const port = z.int().min(0).max(65_535);
const address = z.strictObject({ host: z.string().min(1).default("127.0.0.1"), port });

/** Certificate files of a TLS listener, PEM. With `ca`, clients must show a certificate it signed (mTLS). */
const tlsListener = address.extend({
  cert: z.string().min(1),
  key: z.string().min(1),
  ca: z.string().min(1).optional(),
});

/** The whole configuration. Every field has a safe default; nothing listens beyond loopback unasked. */
export const configSchema = z.strictObject({
  dataDir: z.string().min(1).default("data"),
  rulesDir: z.string().min(1).default("rules"),
  /** Zone of estates that name none, and of vendor times without an offset. */
  zone: z.string().min(1).default("Asia/Shanghai"),
  log: z
    .strictObject({ level: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).default("info") })
    .prefault({}),
  http: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      port: port.default(8080),
      tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
      /** Requests per minute and address, API and intake each. */
      rateLimit: z.int().min(1).default(600),
      bodyLimit: z
        .int()
        .min(1024)
        .default(8 * 1024 * 1024),
      /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
      trustProxy: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  mqtt: z
    .strictObject({
      tcp: address.optional().prefault({ port: 1883 }),
      ws: address.optional(),
      tls: tlsListener.optional(),
      wss: tlsListener.optional(),
      maxConnections: z.int().min(1).default(5_000),
      maxPacketBytes: z
        .int()
        .min(1024)
        .default(256 * 1024),
    })
    .prefault({}),
  ingest: z
    .strictObject({
      /** An event this much older than its arrival is late. Seconds. */
      lateAfter: z.int().min(1).default(600),
      /** Journal memory bound: reading stops while this much waits for the disk. Bytes. */
      maxPendingBytes: z
        .int()
        .min(1 << 20)
        .default(16 << 20),
      /** A gateway that has not returned this long after a restart of the hub counts as offline. Seconds. */
      gatewayGrace: z.int().min(1).default(90),
    })
    .prefault({}),
  retention: z
    .strictObject({
      /** Raw events are deleted after this many days; incidents and counts stay. */
      rawEventDays: z.int().min(1).default(90),
      /** When, as a cron expression in `zone`. */
      schedule: z.string().min(1).default("30 3 * * *"),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;
