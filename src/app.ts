/** The composition root: the only place where the parts of the main thread meet. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createBroker } from "./broker/broker.ts";
import { profiles } from "../devices/index.ts";
import { bindableProfiles } from "./app/bindable-profiles.ts";
import { createCaughtUp } from "./app/caught-up.ts";
import { backupsFolder, databaseFile, journalFolder, sessionsFolder } from "./app/data-folder.ts";
import { answerBridges } from "./app/bridge-answers.ts";
import { publishFigures } from "./app/figures.ts";
import { askSecondThread, reportHealth } from "./app/health.ts";
import { influxParts } from "./app/influx-parts.ts";
import { createComparisons } from "./app/comparisons.ts";
import { createGatewayPresence } from "./app/gateway-presence.ts";
import { scheduleRetention, sweepPresence } from "./app/housekeeping.ts";
import { inThread } from "./app/in-thread.ts";
import { NOTHING_PULLED, startPulling } from "./app/pull.ts";
import { createRuleTrials } from "./app/rule-trials.ts";
import { startSecondThread } from "./app/second-thread.ts";
import { createSia, listenForSia } from "./app/sia.ts";
import { scheduleSurveillance } from "./app/surveillance/schedule.ts";
import { collectSightings } from "./app/sightings.ts";
import { createCommissioning } from "./commissioning/commissioning.ts";
import type { Config } from "./config/schema.ts";
import { loadOrCreateSecret, SECRETS } from "./config/secrets.ts";
import { SECOND } from "./domain/time.ts";
import { createHttp } from "./http/index.ts";
import { createAccept, createAcceptPresence } from "./hub.ts";
import { createReplay } from "./hub/replay.ts";
import { createImporter } from "./import/importer.ts";
import { openJournal } from "./journal/writer.ts";
import type { Backroom, Clock, GatewayPrincipal } from "./ports.ts";
import { createDecoder } from "./registry/decoder.ts";
import { createLessons } from "./registry/lessons.ts";
import { createRegistry } from "./registry/registry.ts";
import { systemClock } from "./runtime/clock.ts";
import { lockData } from "./runtime/data-lock.ts";
import type { Logger } from "./runtime/log.ts";
import { createMetrics } from "./runtime/metrics.ts";
import { createBulletins } from "./report/bulletins.ts";
import { createRateStatistics } from "./statistics/index.ts";
import { createPeriodStatistics } from "./statistics/period-statistics.ts";

/** A running hub. */
export interface App {
  readonly ports: Readonly<Record<string, number>>;
  /** The administrator's token of this machine, as kept in the data folder. */
  readonly adminToken: string;
  readonly store: Backroom;
  /** Stops everything in reverse order; what was acknowledged is on disk. */
  close(): Promise<void>;
}

/** What a start may add to the configuration. */
export interface AppExtras {
  /** Lets clients without credentials in; the demo only, on loopback only. */
  readonly anonymous?: (remoteAddress: string) => GatewayPrincipal | undefined;
  /** Told when the hub cannot go on. */
  readonly onFatal: (error: Error) => void;
}

/** Starts a hub: journal first, then the database thread, then the doors. */
export async function startApp(config: Config, log: Logger, extras: AppExtras): Promise<App> {
  const clock = systemClock;
  await using stack = new AsyncDisposableStack();
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const lock = lockData(config.dataDir);
  stack.defer(() => lock.release());

  const pseudonymKey = loadOrCreateSecret(config.dataDir, SECRETS.pseudonymKey).value;
  const adminToken = loadOrCreateSecret(config.dataDir, SECRETS.adminToken).value;
  const metrics = createMetrics();

  const journalDir = journalFolder(config.dataDir);
  const journal = openJournal({
    dir: journalDir,
    clock,
    log: log.child({ part: "journal" }),
    onDurable: (position) => thread.journalGrew(position),
  });
  stack.defer(() => journal.close());

  const thread = await startSecondThread(
    {
      database: databaseFile(config.dataDir),
      journalDir,
      journalEnd: journal.health().durable,
      rulesDir: config.rulesDir,
      lateAfterMs: config.ingest.lateAfter * SECOND,
      zone: config.zone,
      maxDeadLettersPerGateway: config.ingest.maxDeadLettersPerGateway,
      logLevel: config.log.level,
      ...influxParts(config.influx, process.env),
    },
    log,
    extras.onFatal,
  );
  stack.defer(() => thread.stop());
  const store = thread.backroom;
  await keepAdminToken(store, adminToken, clock);

  const registry = createRegistry(store, config.zone);
  await registry.reload();
  const lessons = createLessons(store);
  await lessons.load();
  const decoder = createDecoder({
    profiles,
    configOf: registry.configOf,
    bindingsOf: registry.bindingsOf,
    pseudonymKey: Buffer.from(pseudonymKey),
    zoneOf: registry.zoneOf,
    recall: lessons.recall,
  });
  const sightings = collectSightings(store, log);
  stack.defer(() => sightings.close());
  // Who needs no credentials is in the demo, where nothing is real.
  const isSimulated = (gatewayId: string): boolean =>
    extras.anonymous !== undefined || registry.isSimulated(gatewayId);
  const commissioning = createCommissioning({
    live: thread.live,
    store,
    isSimulated,
    caughtUp: createCaughtUp(journal.health, store),
    clock,
  });
  const accept = createAccept({
    decoder,
    journal,
    isSimulated,
    seen: sightings.note,
    learn: lessons.learn,
    sendBack: answerBridges({ toProgram: (...to) => broker.toProgram(...to), clock, log }),
    heard: commissioning.heard,
    count: metrics.message,
  });
  const keepPresence = createAcceptPresence(journal, isSimulated, clock);
  const presence = createGatewayPresence({
    // The demo's visitors are nobody's gateway.
    acceptPresence: async (principal, ...change) => {
      if (registry.principal(principal.gatewayId)) await keepPresence(principal, ...change);
    },
    clock,
    log,
  });
  stack.defer(() => presence.close());

  const broker = await createBroker({
    accept,
    acceptPresence: presence.byMqtt,
    auth: registry,
    clock,
    log: log.child({ part: "broker" }),
    journalHealth: journal.health,
    options: {
      ...config.mqtt,
      maxPendingBytes: config.ingest.maxPendingBytes,
      anonymous: extras.anonymous,
    },
    persistenceDir: sessionsFolder(config.dataDir),
  });
  stack.defer(() => broker.close());

  const sia = await createSia(config.sia, { accept, auth: registry, clock, log: log.child({ part: "sia" }) });
  stack.defer(() => sia?.close());

  publishFigures(metrics, {
    journal: journal.health,
    broker: broker.figures,
    sia: sia?.figures,
    lessonsRefused: lessons.refused,
    store,
  });

  const ruleTrials = createRuleTrials({
    database: databaseFile(config.dataDir),
    zone: config.zone,
    clock,
    log: log.child({ part: "trials" }),
  });

  const statistics = createRateStatistics();
  const studies = createPeriodStatistics();
  const comparisons = createComparisons();
  stack.defer(() => comparisons.close());

  let ready = false;
  let pull = NOTHING_PULLED;
  const http = createHttp({
    store,
    accept,
    auth: registry,
    gatewayAdmin: {
      issueSecret: (gatewayId) => registry.issueSecret(gatewayId),
      revoke: (gatewayId) => store.revokeGateway(gatewayId, clock.now()),
    },
    bindableProfiles,
    registryChanged: registry.reload,
    statistics,
    comparisons,
    studies,
    bulletins: createBulletins({ store, statistics: { ...statistics, ...studies }, comparisons, clock }),
    importer: createImporter({ store, clock, zone: config.zone, bindableProfiles }),
    replay: createReplay({
      decoder,
      journal,
      store,
      isSimulated,
      learn: lessons.learn,
      recall: lessons.recall,
      clock,
    }),
    ruleTrials,
    live: thread.live,
    commissioning,
    seenGateway: presence.seenByHttp,
    backupsDir: backupsFolder(config.dataDir),
    journalHealth: journal.health,
    health: async () =>
      reportHealth({
        ...(await askSecondThread(store)),
        ready,
        journal: journal.health(),
        broker: broker.figures(),
        sia: sia?.figures(),
        pull: pull.states(),
      }),
    metrics: metrics.registry,
    clock,
    log: log.child({ part: "http" }),
    options: config.http,
  });
  stack.defer(() => http.close());
  // Before the server closes: it waits for those who wait for these.
  stack.defer(() => ruleTrials.close());

  const mqttPorts = await broker.listen();
  const siaPorts = await listenForSia(sia);
  const { port } = await http.listen();
  pull = await startPulling(config.pull, { accept, auth: registry, clock, log, metrics });
  stack.defer(() => pull.close());
  const stopRetention = scheduleRetention(store, clock, log, { ...config.retention, zone: config.zone });
  stack.defer(stopRetention);
  if (config.surveillance.enabled) {
    const where = { database: databaseFile(config.dataDir), zone: config.zone };
    const stopSurveillance = scheduleSurveillance({
      store,
      find: (period, signal) => inThread({ kind: "surveillance", ...where, ...period }, signal),
      clock,
      log: log.child({ part: "surveillance" }),
      zone: config.zone,
    });
    stack.defer(stopSurveillance);
  }
  const callOffSweep = sweepPresence(
    { store, auth: registry, isPresent: presence.isPresent, acceptPresence: presence.byMqtt, log },
    config.ingest.gatewayGrace,
  );
  stack.defer(callOffSweep);
  stack.defer(() => {
    ready = false;
  });
  ready = true;

  const running = stack.move();
  const ports = { ...mqttPorts, ...siaPorts, http: port };
  return { ports, adminToken, store, close: () => running.disposeAsync() };
}

/**
 * Makes the token of this data folder known to the database. Once revoked it stays so; that of another
 * folder, whose backup was restored here, is revoked.
 */
async function keepAdminToken(store: Backroom, token: string, clock: Clock): Promise<void> {
  const hash = createHash("sha256").update(token).digest("hex");
  const id = `local-${hash.slice(0, 12)}`;
  const local = (await store.tokens()).filter((each) => each.id.startsWith("local-"));
  for (const other of local) {
    if (other.id !== id && other.revokedAt === undefined) await store.revokeToken(other.id, clock.now());
  }
  if (local.some((each) => each.id === id)) return;
  await store.addToken(
    { id, name: "local administrator", role: "admin", estateIds: [], createdAt: clock.now() },
    hash,
  );
}
