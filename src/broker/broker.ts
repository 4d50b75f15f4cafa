import type { EpochMs } from "../domain/time.ts";
import type { Accept, AcceptPresence, Authenticator, Clock, JournalHealth } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { maySubscribe } from "./acl.ts";
import { createAdmission } from "./admission.ts";
import { createAuthenticating } from "./authenticate.ts";
import { createCommands, type SendCommand, type SendToProgram } from "./commands.ts";
import { createConnections, newConnection, rightsOf, type Arrival, type Silence } from "./connections.ts";
import { createGate } from "./gate.ts";
import { startAedes } from "./hooks.ts";
import { createListeners, type Ports } from "./listeners.ts";
import { checkAnonymous, DEFAULT_LIMITS, PACKET_BYTES, type BrokerOptions } from "./options.ts";
import { createPacketGuard } from "./packet-guard.ts";
import { createPresence } from "./presence.ts";
import { createPressure } from "./pressure.ts";
import { createPublishing } from "./publish.ts";
import { createRefusals, type Refusal } from "./refusals.ts";
import { openSessions } from "./sessions.ts";
import { endConnections } from "./shutdown.ts";
import { createThrottle } from "./throttle.ts";
import { watchOnce } from "./watch.ts";

export interface BrokerParts {
  readonly accept: Accept;
  readonly acceptPresence: AcceptPresence;
  readonly auth: Authenticator;
  readonly journalHealth: () => JournalHealth;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: BrokerOptions;
  /** Directory for sessions that outlive the process; its own, created when missing. */
  readonly persistenceDir: string;
}

/** State and counts of the broker since it was made. */
export interface BrokerFigures {
  readonly state: "closed" | "listening" | "suspended";
  /** Set while suspended: since when and why. */
  readonly suspension?: { readonly since: EpochMs; readonly reason: string };
  /** Open sockets, handshakes included. */
  readonly sockets: number;
  readonly connections: number;
  /** Messages and changes of presence that are not on disk yet. */
  readonly pending: number;
  readonly refused: Readonly<Record<Refusal, number>>;
}

/** The MQTT side of the hub. PUBACK and PUBREC mean the message is on disk. */
export interface Broker {
  /** Opens the configured listeners; resolves with the ports taken. Throws ZhianError and then listens on none. */
  listen(): Promise<Ports>;
  readonly figures: () => BrokerFigures;
  readonly command: SendCommand;
  readonly toProgram: SendToProgram;
  /** Stops listening and cuts every client off, without wills and without calling anyone offline. */
  suspend(reason: string): void;
  /** Listens again on the same ports. */
  resume(): Promise<void>;
  /** Ordered end: nothing new, everything that was taken on goes to disk, then clients, then sessions. */
  close(): Promise<void>;
}

/**
 * Makes the broker, not listening yet.
 *
 *   socket ─▶ admission ─▶ gate (packet guard, back-pressure) ─▶ Aedes ─▶ authenticate ─▶ publish ─▶ accept
 *
 * Throws ZhianError VALIDATION when anonymous access is asked for beyond loopback.
 */
export async function createBroker(parts: BrokerParts): Promise<Broker> {
  const { accept, acceptPresence, auth, journalHealth, clock, log, options } = parts;
  checkAnonymous(options);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const refusals = createRefusals();
  const presence = createPresence({ acceptPresence, clock, log, returnGrace: limits.returnGrace });
  const connections = createConnections(presence.left);
  const throttle = createThrottle({ clock, ...limits });
  const publishing = createPublishing({ connections, accept, presence, auth, clock, log, refusals });
  const authenticating = createAuthenticating({
    connections,
    auth,
    presence,
    throttle,
    refusals,
    log,
    anonymous: options.anonymous,
    ...limits,
  });
  const sessions = await openSessions({
    dir: parts.persistenceDir,
    clock,
    log,
    maySubscribe: (client, filter) => {
      const connection = connections.of(client as Parameters<typeof connections.of>[0]);
      const principal = connection && rightsOf(connection, auth);
      return principal !== undefined && maySubscribe(filter, principal);
    },
  });
  const pressure = createPressure({
    journalHealth,
    maxPendingBytes: options.maxPendingBytes,
    onRelief: () => {
      for (const { gate } of connections.all()) gate.kick();
    },
  });
  const aedes = await startAedes({
    connections,
    authenticating,
    publishing,
    auth,
    refusals,
    limits,
    log,
    persistence: sessions.persistence,
    holdsUp: () => journalHealth().fault !== undefined || !pressure.mayRead(),
  });
  const admission = createAdmission({ maxConnections: options.maxConnections, ...limits, refusals });
  const listeners = createListeners({
    options,
    admission,
    refusals,
    handshakeDeadline: limits.connectDeadline,
    onArrival: arrive,
  });

  let state: BrokerFigures["state"] = "closed";
  let suspension: (NonNullable<BrokerFigures["suspension"]> & { readonly byJournal: boolean }) | undefined;
  let resuming = false;
  let ended: Promise<void> | undefined;
  let watch: NodeJS.Timeout | undefined;

  function arrive({ source, lease, certificateName, fromBrowser = false }: Arrival): void {
    const guard = createPacketGuard({ ...PACKET_BYTES, publish: options.maxPacketBytes });
    const { mayRead } = pressure;
    const gate = createGate({ source, guard, clock, ...limits, mayRead, onFault: refuse, onCut });
    const connection = newConnection({ gate, lease, certificateName, fromBrowser });
    connections.add(connection);
    connections.bind(connection, aedes.handle(gate.stream));

    function refuse(reason: Refusal): void {
      refusals.count(reason);
      connection.silence ??= "refused";
      log.info(
        { address: lease.address, gateway: connection.principal?.gatewayId, reason },
        "client cut off",
      );
      gate.abort();
    }

    function onCut(): void {
      refusals.count("cut");
      log.warn({ gateway: connection.principal?.gatewayId }, "a message was too large and was cut");
    }
  }

  function cutOff(silence: Silence): void {
    for (const connection of connections.all()) {
      connection.silence ??= silence;
      connection.gate.abort();
    }
  }

  function suspend(reason: string, byJournal: boolean): void {
    if (state !== "listening") return;
    state = "suspended";
    suspension = { since: clock.now(), reason, byJournal };
    log.error({ reason }, "MQTT is suspended");
    listeners.close();
    cutOff("suspended");
  }

  async function resume(): Promise<void> {
    if (state !== "suspended" || resuming) return;
    resuming = true;
    try {
      await listeners.open();
      if (ended) listeners.close();
      else state = "listening";
      suspension = undefined;
      presence.restartGrace();
      log.info("MQTT listens again");
    } finally {
      resuming = false;
    }
  }

  function pending(): number {
    let inFlight = 0;
    for (const { gate } of connections.all()) inFlight += gate.inFlight();
    return Math.max(inFlight, publishing.pending()) + presence.pending();
  }

  async function end(): Promise<void> {
    state = "closed";
    clearInterval(watch);
    listeners.close();
    await endConnections({ connections, aedes, log, pending, openSockets: admission.open, ...limits });
    cutOff("closing");
    pressure.close();
    await sessions.close();
  }

  function look(): void {
    try {
      watchOnce({ connections, presence, auth, journalHealth, clock, refusals, limits, ...watched });
    } catch (error) {
      log.error({ err: error }, "the broker's watch failed");
    }
  }

  const watched = {
    isSuspended: () => state === "suspended",
    onTrouble: (message: string) => suspend(`journal: ${message}`, true),
    onHealthy: () => {
      if (!suspension?.byJournal) return;
      resume().catch((error: unknown) => log.warn({ err: error }, "MQTT cannot listen again yet"));
    },
  };

  return {
    async listen() {
      const ports = await listeners.open();
      state = "listening";
      watch = setInterval(look, limits.watchInterval);
      return ports;
    },
    figures: () => ({
      state,
      ...(suspension && { suspension: { since: suspension.since, reason: suspension.reason } }),
      sockets: admission.open(),
      connections: connections.count(),
      pending: pending(),
      refused: refusals.figures(),
    }),
    ...createCommands({ aedes, sessions, auth, ...limits }),
    suspend: (reason) => suspend(reason, false),
    resume,
    close: () => (ended ??= end()),
  };
}
