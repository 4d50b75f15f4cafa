import { MINUTE, SECOND, type EpochMs } from "../domain/time.ts";
import type { AcceptPresence, Clock, GatewayPrincipal } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";

/** What presence over HTTP is made of. */
export interface HttpPresenceParts {
  readonly acceptPresence: AcceptPresence;
  readonly clock: Clock;
  readonly log: Logger;
  /** True while the gateway is online as far as anyone was told, by whatever way. */
  readonly isPresent: (gatewayId: string) => boolean;
  /** True while the gateway holds a connection, which is then the better witness. */
  readonly isConnected: (gatewayId: string) => boolean;
  /** How long a gateway that only pushes may be silent. */
  readonly silenceMs?: number;
}

/** Presence of gateways that push over HTTP and hold no connection. */
export interface HttpPresence {
  /** A request with the gateway's credentials came. Cheap enough for every one; never throws. */
  readonly seen: (principal: GatewayPrincipal) => void;
  /** True while the gateway pushed within the time of silence, so that losing its connection is no absence. */
  readonly hears: (gatewayId: string) => boolean;
  close(): void;
}

/**
 * Calls a gateway online at its first push, and offline once it has been silent for `silenceMs` without
 * a connection. Who is silent is looked for fifteen times in that span, at most once a second. Closing
 * calls nobody offline: the hub goes, not the gateways.
 */
export function createHttpPresence(parts: HttpPresenceParts): HttpPresence {
  const { acceptPresence, clock, log, isPresent, isConnected, silenceMs = 15 * MINUTE } = parts;
  const heard = new Map<string, { readonly principal: GatewayPrincipal; readonly at: EpochMs }>();
  /** Gateways whose change is not on disk yet. */
  const telling = new Set<string>();

  function tell(...change: Parameters<AcceptPresence>): void {
    const [{ gatewayId }] = change;
    telling.add(gatewayId);
    acceptPresence(...change)
      .catch((error: unknown) =>
        log.error({ err: error, gateway: gatewayId }, "a change of presence could not be kept"),
      )
      .finally(() => telling.delete(gatewayId));
  }

  const isSilent = (at: EpochMs): boolean => clock.now() - at >= silenceMs;

  function sweep(): void {
    for (const [gatewayId, { principal, at }] of heard) {
      // One at a time and in order: what is being told now must be on disk before its opposite is.
      if (!isSilent(at) || telling.has(gatewayId)) continue;
      heard.delete(gatewayId);
      if (!isConnected(gatewayId) && isPresent(gatewayId)) tell(principal, "offline", "silence");
    }
  }
  const timer = setInterval(sweep, Math.max(SECOND, silenceMs / 15));
  timer.unref();

  return {
    seen(principal) {
      const { gatewayId } = principal;
      heard.set(gatewayId, { principal, at: clock.now() });
      if (!isPresent(gatewayId) && !telling.has(gatewayId)) tell(principal, "online", "status");
    },
    hears(gatewayId) {
      const last = heard.get(gatewayId);
      return last !== undefined && !isSilent(last.at);
    },
    close() {
      clearInterval(timer);
      heard.clear();
    },
  };
}
