import { Aedes, type AedesOptions } from "aedes";
import type { Authenticator } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { mayReceive, maySubscribe } from "./acl.ts";
import type { Authenticating } from "./authenticate.ts";
import { rightsOf, type Connections } from "./connections.ts";
import type { BrokerLimits } from "./options.ts";
import type { Publishing } from "./publish.ts";
import type { Refusal, Refusals } from "./refusals.ts";
import type { Sessions } from "./sessions.ts";

export interface HookParts {
  readonly connections: Connections;
  readonly authenticating: Authenticating;
  readonly publishing: Publishing;
  readonly auth: Pick<Authenticator, "principal">;
  readonly refusals: Refusals;
  readonly persistence: Sessions["persistence"];
  readonly limits: BrokerLimits;
  /** True while the hub holds clients up, so that a missed keepalive is not their fault. */
  readonly holdsUp: () => boolean;
  readonly log: Logger;
}

const SUBSCRIPTIONS_PER_CLIENT = 32;

/** Aedes reports what it closes a connection for only as text. A test holds these texts. */
const CLOSED_FOR: Readonly<Record<string, Refusal>> = {
  "connect did not arrive in time": "connect-deadline",
  "keep alive timeout": "keepalive",
  "drain timeout": "frozen",
};
/** Not a fault of the client: it left while something for it was under way. */
const LEFT = "connection closed";

/**
 * Starts Aedes with every hook of ours in place. No hook throws. The settings are those that held in
 * measurements: with `concurrency` above 0 a slow subscriber can overflow the stack (mqemitter#204), and
 * a keepalive is required, because it is what bounds a dead connection.
 */
export async function startAedes(parts: HookParts): Promise<Aedes> {
  const { connections, auth, refusals, limits, log } = parts;

  const authorizeSubscribe: AedesOptions["authorizeSubscribe"] = (client, subscription, done) => {
    const connection = connections.of(client);
    const principal = connection && rightsOf(connection, auth);
    const { topic } = subscription;
    const known = connection?.subscriptions.has(topic) ?? false;
    const room = known || (connection?.subscriptions.size ?? 0) < SUBSCRIPTIONS_PER_CLIENT;
    if (!connection || !principal || !room || !maySubscribe(topic, principal)) {
      refusals.count("subscription");
      done(null, null);
      return;
    }
    connection.subscriptions.add(topic);
    done(null, subscription);
  };

  const authorizeForward: AedesOptions["authorizeForward"] = (client, packet) => {
    const connection = connections.of(client);
    const principal = connection && rightsOf(connection, auth);
    if (principal && mayReceive(packet.topic, principal)) return packet;
    refusals.count("forward");
    return null;
  };

  const aedes = new Aedes({
    concurrency: 0,
    drainTimeout: limits.drainTimeout,
    connectTimeout: limits.connectDeadline,
    keepaliveLimit: 120,
    queueLimit: 200,
    maxInflightInbound: 256,
    maxTopicLevels: 12,
    maxClientsIdLength: 128,
    heartbeatInterval: 15_000,
    persistence: parts.persistence,
    preConnect: guarded(parts.authenticating.preConnect, log),
    authenticate: parts.authenticating.authenticate,
    authorizePublish: parts.publishing.authorizePublish,
    authorizeSubscribe: guarded(authorizeSubscribe, log),
    authorizeForward(client, packet) {
      try {
        return authorizeForward(client, packet);
      } catch (error) {
        log.error({ err: error }, "a broker hook failed");
        return null;
      }
    },
  });

  aedes.on("clientReady", (client) => connections.of(client)?.gate.open());
  aedes.on("keepaliveTimeout", (client) => {
    const connection = connections.of(client);
    if (connection && (connection.gate.inFlight() > 0 || parts.holdsUp())) connection.silence ??= "held-up";
  });
  for (const event of ["clientError", "connectionError"] as const) {
    aedes.on(event, (client, error) => {
      const connection = connections.of(client);
      if (!connection || connection.blamed || connection.silence !== undefined) return;
      if (error.message === LEFT) return;
      connection.blamed = true;
      const reason = CLOSED_FOR[error.message] ?? "malformed";
      refusals.count(reason);
      // A client that speaks wrongly is there all the same; one that is silent is not.
      if (reason === "malformed") connection.silence = "refused";
      log.info({ gateway: connection.principal?.gatewayId, reason: error.message }, "connection closed");
    });
  }
  aedes.on("error" as never, ((error: Error) => log.error({ err: error }, "broker fault")) as never);
  await aedes.listen();
  return aedes;
}

/** A throw in a hook would leave Aedes waiting, or end the process; it becomes a refusal. */
function guarded<A, B, R>(
  hook: ((client: A, subject: B, done: (error: Error | null, result: R) => void) => void) | undefined,
  log: Logger,
): (client: A, subject: B, done: (error: Error | null, result: R) => void) => void {
  return (client, subject, done) => {
    try {
      hook?.(client, subject, done);
    } catch (error) {
      log.error({ err: error }, "a broker hook failed");
      done(new Error("refused"), false as R);
    }
  };
}
