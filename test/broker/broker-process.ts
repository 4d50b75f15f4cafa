/**
 * A broker in a process of its own, for tests that kill it or measure it. Argument: the session directory.
 * Sends `{ ports }` when it listens, and answers `figures` and `command` messages of its parent.
 */
import pino from "pino";
import { createBroker } from "../../src/broker/broker.ts";
import type { GatewayPrincipal } from "../../src/ports.ts";

const [, , persistenceDir = ""] = process.argv;
const principals = new Map<string, GatewayPrincipal>(
  ["gw-1", "gw-2"].map((gatewayId, n) => [gatewayId, { gatewayId, estateIds: new Set([`e${n + 1}`]) }]),
);
let accepted = 0;

const broker = await createBroker({
  accept: async () => {
    accepted++;
    return { outcome: "events", events: 1 };
  },
  acceptPresence: async () => undefined,
  auth: {
    verify: async (gatewayId, secret) =>
      secret === gatewayId.replace("gw", "secret") ? principals.get(gatewayId) : undefined,
    byCertificate: (name) => principals.get(name),
    principal: (gatewayId) => principals.get(gatewayId),
  },
  journalHealth: () => ({ pendingEntries: 0, pendingBytes: 0, durable: { segment: 1, offset: 0 } }),
  clock: { now: () => Date.now() },
  log: pino({ level: "silent" }),
  persistenceDir,
  options: {
    tcp: { host: "127.0.0.1", port: 0 },
    ws: { host: "127.0.0.1", port: 0 },
    maxConnections: 1_000,
    maxPacketBytes: 256 * 1024,
    maxPendingBytes: 16 << 20,
    limits: { failuresPerAddress: 1_000_000, failuresPerGateway: 1_000_000 },
  },
});

process.on("message", (message: unknown) => {
  if (message === "figures") {
    process.send?.({ figures: broker.figures(), accepted, rss: process.memoryUsage().rss });
  } else {
    broker.command("gw-1", "e1", "rebirth", Buffer.from(String(message))).then(
      () => process.send?.({ sent: message }),
      (error: unknown) => process.send?.({ failed: String(error) }),
    );
  }
});
process.on("disconnect", () => process.exit());
process.send?.({ ports: await broker.listen() });
