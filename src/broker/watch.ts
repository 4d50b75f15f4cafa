import type { Authenticator, Clock, JournalHealth } from "../ports.ts";
import { rightsOf, type Connections } from "./connections.ts";
import type { BrokerLimits } from "./options.ts";
import type { Presence } from "./presence.ts";
import type { Refusals } from "./refusals.ts";

export interface WatchParts {
  readonly connections: Connections;
  readonly presence: Presence;
  readonly auth: Pick<Authenticator, "principal">;
  readonly journalHealth: () => JournalHealth;
  readonly clock: Clock;
  readonly refusals: Refusals;
  readonly limits: BrokerLimits;
  readonly isSuspended: () => boolean;
  /** The journal has been in trouble for too long. */
  readonly onTrouble: (message: string) => void;
  /** The journal writes again. */
  readonly onHealthy: () => void;
}

/** One round over everything only time can tell; called at a steady interval. */
export function watchOnce(parts: WatchParts): void {
  const { connections, presence, auth, journalHealth, clock, refusals, limits } = parts;
  const now = clock.now();
  const { fault } = journalHealth();
  if (parts.isSuspended()) {
    if (!fault) parts.onHealthy();
    return;
  }
  if (fault && now - fault.since > limits.faultPatience) {
    parts.onTrouble(fault.message);
    return;
  }
  for (const connection of connections.all()) {
    const owesSince = connection.gate.owesSince();
    if (connection.principal && !rightsOf(connection, auth)) {
      refusals.count("revoked");
      connection.silence ??= "revoked";
      connection.gate.abort();
    } else if (owesSince !== undefined && now - owesSince > limits.packetDeadline) {
      refusals.count("packet-deadline");
      connection.silence ??= "refused";
      connection.gate.abort();
    }
  }
  presence.sweep();
}
