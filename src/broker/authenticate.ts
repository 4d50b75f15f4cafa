import { once } from "node:events";
import type { AuthenticateError, Client, ConnectPacket } from "aedes";
import type { Authenticator, GatewayPrincipal } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { ownsClientId, routeOf } from "./acl.ts";
import type { Connection, Connections } from "./connections.ts";
import { withDeadline } from "./deadline.ts";
import type { BrokerOptions } from "./options.ts";
import type { Presence } from "./presence.ts";
import { Refused, type Refusal, type Refusals } from "./refusals.ts";
import type { Throttle } from "./throttle.ts";

export interface AuthenticateParts {
  readonly connections: Connections;
  readonly auth: Authenticator;
  readonly presence: Presence;
  readonly throttle: Throttle;
  readonly refusals: Refusals;
  readonly log: Logger;
  readonly anonymous: BrokerOptions["anonymous"];
  readonly connectionsPerGateway: number;
  /** Milliseconds. */
  readonly verifyDeadline: number;
}

/** The way of a CONNECT into the hub. */
export interface Authenticating {
  /** Aedes' `preConnect`: refuses what needs no answer. An error closes the socket. */
  readonly preConnect: (
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, ok: boolean) => void,
  ) => void;
  /** Aedes' `authenticate`: an error is answered with its CONNACK return code. */
  readonly authenticate: (
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, ok: boolean | null) => void,
  ) => void;
}

/** CONNACK return codes, MQTT 3.1.1 §3.2.2.3. */
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const BAD_CREDENTIALS = 4;
const NOT_AUTHORIZED = 5;

/** Makes the connect side: who is it, and may it be who it says. */
export function createAuthenticating(parts: AuthenticateParts): Authenticating {
  const { connections, auth, presence, throttle, refusals, log, anonymous } = parts;

  async function identify(
    connection: Connection,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<GatewayPrincipal> {
    const { certificateName, lease } = connection;
    if (certificateName !== undefined) {
      const principal = auth.byCertificate(certificateName);
      if (!principal) throw new Refused("credentials", BAD_CREDENTIALS);
      return principal;
    }
    if (username === undefined) {
      // A web page may connect to loopback from the visitor's own browser; it must not be let in unasked.
      const guest = connection.fromBrowser ? undefined : anonymous?.(lease.address);
      if (!guest) throw new Refused("credentials", BAD_CREDENTIALS);
      connection.anonymous = true;
      return guest;
    }
    if (throttle.blocks(lease.address, username)) throw new Refused("throttled", SERVER_UNAVAILABLE);
    const principal = await withDeadline(
      auth.verify(username, password?.toString("utf8") ?? "", lease.address),
      parts.verifyDeadline,
      () => new Refused("unavailable", SERVER_UNAVAILABLE),
    );
    if (!principal) {
      throttle.failed(lease.address, username);
      throw new Refused("credentials", BAD_CREDENTIALS);
    }
    throttle.succeeded(lease.address, username);
    return principal;
  }

  function checkPlace(connection: Connection, principal: GatewayPrincipal): void {
    const { gatewayId } = principal;
    if (!ownsClientId(gatewayId, connection.clientId)) throw new Refused("client-id", IDENTIFIER_REJECTED);
    if (connections.ofGateway(gatewayId) >= parts.connectionsPerGateway) {
      throw new Refused("gateway-limit", SERVER_UNAVAILABLE);
    }
    if (connection.will && !willFits(connection.will, principal)) {
      throw new Refused("will-topic", NOT_AUTHORIZED);
    }
  }

  /** Ends the connection that has this client id now, before its successor gets the session. */
  async function takeOver(holder: Connection): Promise<void> {
    const { gate } = holder;
    holder.silence ??= "taken-over";
    const gone: Promise<unknown> = gate.stream.closed ? Promise.resolve() : once(gate.stream, "close");
    gate.abort();
    await withDeadline(gone, parts.verifyDeadline, () => new Refused("unavailable", SERVER_UNAVAILABLE));
  }

  async function enter(
    connection: Connection,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<void> {
    const principal = await identify(connection, username, password);
    checkPlace(connection, principal);
    // Both can have happened while the password was checked.
    if (connection.gate.stream.destroyed) throw new Refused("unavailable", SERVER_UNAVAILABLE);
    if (!connection.anonymous && !auth.principal(principal.gatewayId)) {
      throw new Refused("revoked", NOT_AUTHORIZED);
    }
    connections.identified(connection, principal);
    connection.lease.authenticated();
    // Before its predecessor leaves, so that the gateway is never away in between.
    presence.arrived(connection);
    for (let holder; (holder = connections.holder(connection.clientId));) await takeOver(holder);
    connections.hold(connection);
  }

  /** Why the connection may not be; null when it may. */
  async function judge(
    connection: Connection,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | null> {
    try {
      await enter(connection, username, password);
      return null;
    } catch (error) {
      const { reason, returnCode } = asRefusal(error);
      refusals.count(reason);
      connection.silence ??= "refused";
      log.info({ address: connection.lease.address, reason }, "connection refused");
      return connackError(reason, returnCode);
    }
  }

  function asRefusal(error: unknown): Refused {
    if (error instanceof Refused) return error;
    log.error({ err: error }, "a gateway could not be authenticated");
    return new Refused("unavailable", SERVER_UNAVAILABLE);
  }

  async function answer(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, ok: boolean | null) => void,
  ): Promise<void> {
    const connection = connections.of(client);
    const error = connection
      ? await judge(connection, username, password)
      : connackError("unavailable", SERVER_UNAVAILABLE);
    done(error, error === null);
  }

  return {
    preConnect(client, packet, done) {
      const connection = connections.of(client);
      if (!connection || typeof packet.clientId !== "string" || packet.clientId === "") {
        refusals.count("client-id");
        if (connection) connection.silence ??= "refused";
        done(new Refused("client-id"), false);
        return;
      }
      connection.clientId = packet.clientId;
      connection.will = packet.will;
      done(null, true);
    },
    authenticate(client, username, password, done) {
      answer(client, username, password, done).catch((error: unknown) =>
        log.error({ err: error }, "the broker failed while connecting"),
      );
    },
  };
}

function willFits(will: object, { gatewayId, estateIds }: GatewayPrincipal): boolean {
  const route = "topic" in will && typeof will.topic === "string" ? routeOf(will.topic, gatewayId) : "";
  return typeof route !== "string" && estateIds.has(route.estateId);
}

/** Aedes types the code as an enum that exists only in its declarations. */
function connackError(reason: Refusal, returnCode: number): AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- there is no such enum at run time
  return Object.assign(new Error(reason), { returnCode });
}
