import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Aedes } from "aedes";
import type { Logger } from "../runtime/log.ts";
import type { Connections } from "./connections.ts";
import { withDeadline } from "./deadline.ts";

export interface ShutdownParts {
  readonly connections: Connections;
  readonly aedes: Aedes;
  readonly log: Logger;
  /** Messages and changes of presence not on disk yet. */
  readonly pending: () => number;
  readonly openSockets: () => number;
  /** Milliseconds to wait for what is pending. */
  readonly shutdownDeadline: number;
}

/** How long Aedes and sockets get to close once nothing is pending. */
const CLOSING_MS = 2_000;
const LOOK_AGAIN_MS = 10;

/**
 * Ends all connections in order; the listeners are closed already: block the gates, wait until everything
 * taken on is on disk and acknowledged, then close clients without their wills.
 */
export async function endConnections(parts: ShutdownParts): Promise<void> {
  const { connections, aedes, log, pending, openSockets, shutdownDeadline } = parts;
  for (const { gate } of connections.all()) gate.block();
  if (!(await waitUntil(() => pending() === 0, shutdownDeadline))) {
    log.warn({ pending: pending() }, "shutting down with messages not on disk; they are not acknowledged");
  }
  // An acknowledgement leaves the turn after its message was done.
  await nextTurn();
  await nextTurn();
  for (const connection of connections.all()) connection.silence ??= "closing";
  const closed = new Promise<void>((resolve) => aedes.close(resolve));
  await withDeadline(closed, CLOSING_MS, () => new Error("slow to close")).catch((error: unknown) =>
    log.warn({ err: error }, "clients are cut off"),
  );
  for (const { gate } of connections.all()) gate.stream.destroy();
  await waitUntil(() => connections.count() === 0 && openSockets() === 0, CLOSING_MS);
}

async function waitUntil(done: () => boolean, ms: number): Promise<boolean> {
  for (let waited = 0; !done() && waited < ms; waited += LOOK_AGAIN_MS) await sleep(LOOK_AGAIN_MS);
  return done();
}
