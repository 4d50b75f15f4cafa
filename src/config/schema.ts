import { isIP } from "node:net";
import { validate } from "node-cron";
import { z } from "zod";
import { isZone } from "../domain/zone.ts";
import { influxSettings } from "./influx.ts";
import { pullSources } from "./pull.ts";
import { siaReceiver } from "./sia.ts";

const port = z.int().min(0).max(65_535);
const host = z.string().min(1).default("127.0.0.1");
const address = z.strictObject({ host, port });

const isNetwork = (text: string): boolean => {
  const [ip = "", bits] = text.split("/");
  const family = isIP(ip);
  return (
    family !== 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
};

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
  zone: z
    .string()
    .refine(isZone, "must be the name of an IANA zone, such as Asia/Shanghai")
    .default("Asia/Shanghai"),
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
      trustProxy: z
        .array(z.string().refine(isNetwork, "must be an IP address or a network such as 10.0.0.0/8"))
        .default([]),
    })
    .prefault({}),
  mqtt: z
    .strictObject({
      /** Undefined once switched off with `enabled: false`. */
      tcp: z
        .strictObject({ enabled: z.boolean().default(true), host, port: port.default(1883) })
        .prefault({})
        .transform(({ enabled, ...listener }) => (enabled ? listener : undefined)),
      ws: address.optional(),
      tls: tlsListener.extend({ port: port.default(8883) }).optional(),
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
      /** Dead letters kept of one gateway; beyond it the oldest make room, counted. */
      maxDeadLettersPerGateway: z.int().min(1).default(10_000),
    })
    .prefault({}),
  pull: pullSources,
  sia: siaReceiver,
  influx: influxSettings,
  retention: z
    .strictObject({
      /** Raw events are deleted after this many days; incidents and counts stay. */
      rawEventDays: z.int().min(1).default(90),
      /** Dead letters are deleted after this many days, replayed or not. */
      deadLetterDays: z.int().min(1).default(30),
      /** When, as a cron expression in `zone`. */
      schedule: z
        .string()
        .refine((text) => validate(text), "must be a cron expression, such as 30 3 * * * for half past three")
        .default("30 3 * * *"),
    })
    .prefault({}),
  surveillance: z
    .strictObject({
      /** Whether statistics look for the unusual, every hour, and open incidents for what they find. */
      enabled: z.boolean().default(true),
    })
    .prefault({}),
});

export type Config = z.infer<typeof configSchema>;
