import type { Duplex } from "node:stream";
import type { Client } from "aedes";
import type { Route } from "../domain/topic.ts";
import type { Authenticator, GatewayPrincipal } from "../ports.ts";
import type { Lease } from "./admission.ts";
import type { Gate } from "./gate.ts";

/**
 * Why the end of a connection says nothing about the gateway: its will is not published, and
 * (unless another took over, or it may not return) it is not called offline before it had time to return.
 */
export type Silence = "taken-over" | "revoked" | "refused" | "held-up" | "suspended" | "closing";

/** One client, from its first byte to the end of its socket. */
export interface Connection {
  readonly gate: Gate;
  readonly lease: Lease;
  /** Common name of the verified client certificate, on an mTLS listener. */
  readonly certificateName: string | undefined;
  /** True when a web page opened it. */
  readonly fromBrowser: boolean;
  clientId: string;
  /** The will as Aedes keeps it, to know it again when Aedes publishes it. */
  will: object | undefined;
  /** Who it is; set once authenticated, and then the rights it came with. */
  principal: GatewayPrincipal | undefined;
  anonymous: boolean;
  silence: Silence | undefined;
  /** True once an error of it was counted; Aedes reports one for each thing under way. */
  blamed: boolean;
  /** Topics it has published to, already read. Bounded. */
  readonly routes: Map<string, Route>;
  readonly subscriptions: Set<string>;
}

/** The connections there are. */
export interface Connections {
  add(connection: Connection): void;
  /** Ties Aedes' view of a client to ours. */
  bind(connection: Connection, client: Client): void;
  of(client: Client | null): Connection | undefined;
  /** The authenticated connection that has this client id now. */
  holder(clientId: string): Connection | undefined;
  /** It has proved who it is. */
  identified(connection: Connection, principal: GatewayPrincipal): void;
  /** From here on it is the one with its client id. */
  hold(connection: Connection): void;
  all(): Iterable<Connection>;
  count(): number;
  ofGateway(gatewayId: string): number;
}

/** Makes an empty set; `onClosed` is called once for each connection when it is over. */
export function createConnections(onClosed: (connection: Connection) => void): Connections {
  const live = new Set<Connection>();
  const byClient = new WeakMap<Client, Connection>();
  const byClientId = new Map<string, Connection>();
  const perGateway = new Map<string, number>();

  function closed(connection: Connection): void {
    live.delete(connection);
    if (byClientId.get(connection.clientId) === connection) byClientId.delete(connection.clientId);
    const gatewayId = connection.principal?.gatewayId;
    if (gatewayId !== undefined) {
      const left = (perGateway.get(gatewayId) ?? 1) - 1;
      if (left > 0) perGateway.set(gatewayId, left);
      else perGateway.delete(gatewayId);
    }
    onClosed(connection);
  }

  return {
    add(connection) {
      live.add(connection);
      connection.gate.stream.once("close", () => closed(connection));
    },
    bind: (connection, client) => void byClient.set(client, connection),
    of: (client) => (client ? byClient.get(client) : undefined),
    holder: (clientId) => byClientId.get(clientId),
    identified(connection, principal) {
      connection.principal = principal;
      perGateway.set(principal.gatewayId, (perGateway.get(principal.gatewayId) ?? 0) + 1);
    },
    hold(connection) {
      if (live.has(connection)) byClientId.set(connection.clientId, connection);
    },
    all: () => live,
    count: () => live.size,
    ofGateway: (gatewayId) => perGateway.get(gatewayId) ?? 0,
  };
}

/** Makes the record of a connection nobody has spoken on yet. */
export function newConnection(
  facts: Pick<Connection, "gate" | "lease" | "certificateName" | "fromBrowser">,
): Connection {
  return {
    ...facts,
    clientId: "",
    will: undefined,
    principal: undefined,
    anonymous: false,
    silence: undefined,
    blamed: false,
    routes: new Map(),
    subscriptions: new Set(),
  };
}

/** The rights a connection has at this moment; undefined once they were withdrawn. */
export function rightsOf(
  connection: Connection,
  auth: Pick<Authenticator, "principal">,
): GatewayPrincipal | undefined {
  const { principal, anonymous } = connection;
  return principal && !anonymous ? auth.principal(principal.gatewayId) : principal;
}

/** A byte stream of a client with what its listener knows about it. */
export interface Arrival {
  readonly source: Duplex;
  readonly lease: Lease;
  readonly certificateName?: string | undefined;
  readonly fromBrowser?: boolean;
}
