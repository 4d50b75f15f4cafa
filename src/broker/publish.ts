import type { Client, PublishPacket } from "aedes";
import type { Route } from "../domain/topic.ts";
import type { Accept, Authenticator, Clock, GatewayPrincipal } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { routeOf } from "./acl.ts";
import { rightsOf, type Connection, type Connections } from "./connections.ts";
import { readStatus, type Presence } from "./presence.ts";
import { Refused, type Refusal, type Refusals } from "./refusals.ts";

/** Where every accepted message goes inside Aedes: nobody can subscribe to it, so nothing fans out. */
export const SINK = "$hub/sink";

export interface PublishParts {
  readonly connections: Connections;
  readonly accept: Accept;
  readonly presence: Presence;
  readonly auth: Pick<Authenticator, "principal">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly refusals: Refusals;
}

type Done = (error?: Error | null) => void;

/** The way of a PUBLISH into the hub. */
export interface Publishing {
  /**
   * Aedes' `authorizePublish`. Calls back when the message is on disk, and Aedes then writes the PUBACK
   * (QoS 1) or the PUBREC (QoS 2); an error closes the connection without either.
   */
  readonly authorizePublish: (client: Client | null, packet: PublishPacket, done: Done) => void;
  /** Messages handed to `accept` that it has not answered. */
  pending(): number;
}

const ROUTES_PER_CLIENT = 256;
const NOTHING = Buffer.alloc(0);
/** Tells Aedes not to publish a will: it was taken care of, or is not true. */
const WILL_DONE = new Error("will is not published");

/**
 * Makes the publish side.
 *
 *   PUBLISH ─▶ rights now? ─▶ route (cached) ─▶ own estate? ─▶ accept ─▶ on disk ─▶ $hub/sink ─▶ PUBACK
 *                 └──────────────┴────── no ──────┴─▶ counted, connection closed, will kept quiet
 *
 * MQTT 3.1.1 cannot refuse one PUBLISH (§3.3.5), hence the closed connection.
 */
export function createPublishing(parts: PublishParts): Publishing {
  const { connections, accept, presence, auth, clock, log, refusals } = parts;
  let pending = 0;

  function refuse(connection: Connection, reason: Refusal): Refused {
    refusals.count(reason);
    connection.silence ??= reason === "revoked" ? "revoked" : "refused";
    log.warn({ gateway: connection.principal?.gatewayId, reason }, "message refused, connection closed");
    return new Refused(reason);
  }

  function permit(connection: Connection, topic: string): Permit | Refusal {
    const principal = rightsOf(connection, auth);
    if (!principal) return "revoked";
    const read = cachedRoute(connection, topic, principal.gatewayId);
    if (typeof read === "string") return read;
    return principal.estateIds.has(read.estateId) ? { principal, route: read } : "foreign-estate";
  }

  function keep({ principal, route: to }: Permit, { payload, retain }: PublishPacket): Promise<unknown> {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    if (to.kind === "status") {
      const status = readStatus(bytes);
      if (status) return presence.stated(principal, status);
    }
    return accept({
      transport: "mqtt",
      gatewayId: principal.gatewayId,
      route: to,
      payload: bytes,
      retained: retain,
      receivedAt: clock.now(),
    });
  }

  async function publish(connection: Connection, packet: PublishPacket, done: Done): Promise<void> {
    let refused: Refused | null = null;
    const permitted = permit(connection, packet.topic);
    if (typeof permitted === "string") {
      refused = refuse(connection, permitted);
    } else {
      pending++;
      try {
        const kept = keep(permitted, packet);
        packet.topic = SINK;
        packet.retain = false;
        packet.payload = NOTHING;
        await kept;
      } catch (error) {
        log.error({ err: error, gateway: permitted.principal.gatewayId }, "a message could not be accepted");
        refused = refuse(connection, "accept-failed");
      }
      pending--;
    }
    answer(done, refused);
    connection.gate.settled();
  }

  /** A throw inside Aedes must not become an unhandled rejection, which would end the process. */
  function answer(done: Done, error: Error | null): void {
    try {
      done(error);
    } catch (fault) {
      log.error({ err: fault }, "the broker failed while acknowledging");
    }
  }

  /**
   * A will is kept like a message, unless the end of the connection was our doing. One that says `offline`
   * on the status topic adds nothing: presence has seen the end itself, and knows of other clients.
   */
  function testament(connection: Connection, will: PublishPacket, done: Done): void {
    connection.will = undefined;
    const permitted = connection.silence === undefined ? permit(connection, will.topic) : undefined;
    if (permitted && typeof permitted !== "string" && permitted.route.kind !== "status") {
      keepWill(permitted, will).catch((error: unknown) =>
        log.error({ err: error }, "a will could not be accepted"),
      );
    }
    done(WILL_DONE);
  }

  async function keepWill(permitted: Permit, will: PublishPacket): Promise<void> {
    pending++;
    try {
      await keep(permitted, will);
    } finally {
      pending--;
    }
  }

  return {
    authorizePublish(client, packet, done) {
      const connection = connections.of(client);
      if (!connection) done(WILL_DONE);
      else if (packet === connection.will) testament(connection, packet, done);
      else {
        publish(connection, packet, done).catch((error: unknown) =>
          log.error({ err: error }, "the broker failed while publishing"),
        );
      }
    },
    pending: () => pending,
  };
}

/** Reads a topic, or remembers it from before: a gateway repeats few topics for ever. */
function cachedRoute({ routes }: Connection, topic: string, gatewayId: string): Route | Refusal {
  const known = routes.get(topic);
  if (known) return known;
  const read = routeOf(topic, gatewayId);
  if (typeof read === "string") return read;
  if (routes.size >= ROUTES_PER_CLIENT) routes.clear();
  routes.set(topic, read);
  return read;
}

interface Permit {
  readonly principal: GatewayPrincipal;
  readonly route: Route;
}
