import type { GatewayPrincipal } from "../ports.ts";
import { MINUTE, SECOND } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";

/** Where a plain listener listens; port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A TLS listener; the fields are paths of PEM files. With `ca`, clients must show a certificate it signed. */
export interface TlsListenAddress extends ListenAddress {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string | undefined;
}

/** What the broker is configured with: the `mqtt` slice of the configuration and the journal's bound. */
export interface BrokerOptions {
  readonly tcp?: ListenAddress | undefined;
  readonly ws?: ListenAddress | undefined;
  readonly tls?: TlsListenAddress | undefined;
  readonly wss?: TlsListenAddress | undefined;
  readonly maxConnections: number;
  /** Largest PUBLISH in bytes; one up to 4 MiB is cut to this, and every other packet is limited to 4 KiB. */
  readonly maxPacketBytes: number;
  /** All reading stops while this many bytes wait for the journal. */
  readonly maxPendingBytes: number;
  /**
   * Who a client without a user name is; for the demo only. Refused unless every listener is on loopback.
   */
  readonly anonymous?: ((remoteAddress: string) => GatewayPrincipal | undefined) | undefined;
  /** Overrides of single limits, for tests. */
  readonly limits?: Partial<BrokerLimits> | undefined;
}

/** Limits nobody should have to configure. Times in milliseconds. */
export interface BrokerLimits {
  /** From the connection to a complete CONNECT, TLS and WebSocket handshakes included one by one. */
  readonly connectDeadline: number;
  /** A packet once begun must be complete after this. */
  readonly packetDeadline: number;
  /** The authenticator must have answered after this. */
  readonly verifyDeadline: number;
  /** A client that reads nothing of what is written to it is closed after this. */
  readonly drainTimeout: number;
  /** Unacknowledged messages of one connection at which reading from it stops, and goes on again. */
  readonly highMark: number;
  readonly lowMark: number;
  readonly unauthenticatedPerAddress: number;
  readonly connectionsPerGateway: number;
  /** Failed log-ins a minute: of one gateway id at one address, and of one address in all. */
  readonly failuresPerGateway: number;
  readonly failuresPerAddress: number;
  /** A journal fault that lasts longer closes listeners and connections until it is over. */
  readonly faultPatience: number;
  /** A gateway the hub itself cut off counts as silent when it has not returned after this. */
  readonly returnGrace: number;
  /** Shutdown waits this long for what is not yet on disk. */
  readonly shutdownDeadline: number;
  /** Commands kept for a gateway that is away. */
  readonly queuedCommands: number;
  /** How often rights, half packets and the journal are looked at. */
  readonly watchInterval: number;
}

export const DEFAULT_LIMITS: BrokerLimits = {
  connectDeadline: 10 * SECOND,
  packetDeadline: MINUTE,
  verifyDeadline: 10 * SECOND,
  drainTimeout: 5 * SECOND,
  highMark: 256,
  lowMark: 64,
  unauthenticatedPerAddress: 256,
  connectionsPerGateway: 500,
  failuresPerGateway: 10,
  failuresPerAddress: 100,
  faultPatience: 20 * SECOND,
  returnGrace: 90 * SECOND,
  shutdownDeadline: 10 * SECOND,
  queuedCommands: 100,
  watchInterval: SECOND,
};

/**
 * `small`: the largest packet other than PUBLISH, CONNECT included; nothing a gateway sends comes near it.
 * `cut`: the largest PUBLISH that is cut to `maxPacketBytes`. Device lists of Zigbee2MQTT reach 1 MB.
 */
export const PACKET_BYTES = { small: 4 * 1024, cut: 4 * 1024 * 1024 } as const;

/** Throws ZhianError VALIDATION when anonymous access is asked for together with a listener others can reach. */
export function checkAnonymous(options: BrokerOptions): void {
  if (!options.anonymous) return;
  const faults = (["tcp", "ws", "tls", "wss"] as const).flatMap((kind) => {
    const host = options[kind]?.host;
    if (host === undefined || isLoopback(host)) return [];
    return [{ field: `mqtt.${kind}.host`, reason: `anonymous access needs a loopback address, not ${host}` }];
  });
  if (faults.length > 0) {
    throw new ZhianError("VALIDATION", "Anonymous access is only for the demo, on loopback", { faults });
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
