import type { AcceptPresence, Clock, GatewayPrincipal } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { createHttpPresence } from "./http-presence.ts";

/** Where a gateway can be seen: connected by MQTT, pushing over HTTP, or both. */
export interface GatewayPresence {
  /** What the broker tells. */
  readonly byMqtt: AcceptPresence;
  /** An authenticated request of the gateway arrived. */
  readonly seenByHttp: (principal: GatewayPrincipal) => void;
  /** True when the gateway is online as far as anyone was told since the start. */
  readonly isPresent: (gatewayId: string) => boolean;
  close(): void;
}

/** Joins both ways of being seen: a gateway is offline when it is neither connected nor pushing. */
export function createGatewayPresence(parts: {
  readonly acceptPresence: AcceptPresence;
  readonly clock: Clock;
  readonly log: Logger;
}): GatewayPresence {
  const present = new Set<string>();
  const connected = new Set<string>();
  const acceptPresence: AcceptPresence = async (principal, status, cause) => {
    if (status === "online") present.add(principal.gatewayId);
    else present.delete(principal.gatewayId);
    await parts.acceptPresence(principal, status, cause);
  };
  const http = createHttpPresence({
    ...parts,
    acceptPresence,
    isPresent: (gatewayId) => present.has(gatewayId),
    isConnected: (gatewayId) => connected.has(gatewayId),
  });
  return {
    async byMqtt(principal, status, cause) {
      const { gatewayId } = principal;
      if (status === "online") connected.add(gatewayId);
      else connected.delete(gatewayId);
      // Still pushing: its silence will tell.
      if (status === "offline" && http.hears(gatewayId)) return;
      await acceptPresence(principal, status, cause);
    },
    seenByHttp: http.seen,
    isPresent: (gatewayId) => present.has(gatewayId),
    close: () => http.close(),
  };
}
