import type { EpochMs } from "../domain/time.ts";
import type { AcceptPresence, Clock, GatewayPrincipal } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import type { Connection } from "./connections.ts";

/** Tells when a gateway came and went. A gateway is online while at least one client of it is connected. */
export interface Presence {
  /** An authenticated client is here. */
  arrived(connection: Connection): void;
  /** A client is gone. */
  readonly left: (connection: Connection) => void;
  /** What a gateway says of itself; resolves when that is on disk. */
  stated(principal: GatewayPrincipal, status: "online" | "offline"): Promise<void>;
  /** Calls gateways offline that the hub cut off and that did not come back in time. */
  sweep(): void;
  /** Gateways could not return until now: their time begins again. */
  restartGrace(): void;
  /** Changes not on disk yet. */
  pending(): number;
}

export interface PresenceParts {
  readonly acceptPresence: AcceptPresence;
  readonly clock: Clock;
  readonly log: Logger;
  readonly returnGrace: number;
}

/** Makes presence with every gateway away. */
export function createPresence({ acceptPresence, clock, log, returnGrace }: PresenceParts): Presence {
  const clients = new Map<string, number>();
  /** Gateways the hub cut off, which are online as far as anyone was told. */
  const awaited = new Map<string, { readonly principal: GatewayPrincipal; since: EpochMs }>();
  let pending = 0;

  async function tell(...[principal, status, cause]: Parameters<AcceptPresence>): Promise<void> {
    pending++;
    try {
      await acceptPresence(principal, status, cause);
    } finally {
      pending--;
    }
  }

  function report(...change: Parameters<AcceptPresence>): void {
    tell(...change).catch((error: unknown) =>
      log.error({ err: error, gateway: change[0].gatewayId }, "a change of presence could not be kept"),
    );
  }

  return {
    arrived({ principal }) {
      if (!principal) return;
      const before = clients.get(principal.gatewayId) ?? 0;
      clients.set(principal.gatewayId, before + 1);
      awaited.delete(principal.gatewayId);
      if (before === 0) report(principal, "online", "connect");
    },
    left({ principal, silence }) {
      if (!principal) return;
      const rest = (clients.get(principal.gatewayId) ?? 1) - 1;
      if (rest > 0) {
        clients.set(principal.gatewayId, rest);
        return;
      }
      clients.delete(principal.gatewayId);
      switch (silence) {
        case "closing":
          return;
        case "refused":
        case "held-up":
        case "suspended":
          awaited.set(principal.gatewayId, { principal, since: clock.now() });
          return;
        case undefined:
        case "taken-over":
        case "revoked":
          report(principal, "offline", "disconnect");
      }
    },
    stated: (principal, status) => tell(principal, status, "status"),
    sweep() {
      for (const [gatewayId, { principal, since }] of awaited) {
        if (clock.now() - since < returnGrace) continue;
        awaited.delete(gatewayId);
        report(principal, "offline", "silence");
      }
    },
    restartGrace() {
      for (const entry of awaited.values()) entry.since = clock.now();
    },
    pending: () => pending,
  };
}

/** Reads a status payload: `online`/`offline`, or `1`/`0` as a Mosquitto bridge says it. */
export function readStatus(payload: Uint8Array): "online" | "offline" | undefined {
  if (payload.length > 16) return undefined;
  switch (Buffer.from(payload).toString("utf8").trim().toLowerCase()) {
    case "online":
    case "1":
      return "online";
    case "offline":
    case "0":
      return "offline";
    default:
      return undefined;
  }
}
