import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import pino from "pino";
import { Registry } from "prom-client";
import { hashToken, newToken } from "../../src/http/auth.ts";
import type { HealthReport, HttpLimits, HttpOptions, HttpParts } from "../../src/http/index.ts";
import { buildServer, type HttpServer } from "../../src/http/server.ts";
import type {
  Acceptance,
  CaseImportOutcome,
  CaseImportRequest,
  Commissioning,
  ComparisonDesk,
  DeviceTest,
  GatewayPrincipal,
  ImportOutcome,
  InboundMessage,
  JournalHealth,
  LiveItem,
  LiveListener,
  RegistryImportRequest,
  Role,
} from "../../src/ports.ts";
import { createBulletins } from "../../src/report/bulletins.ts";
import { compareGroups } from "../../src/statistics/comparison/compare-groups.ts";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { createPeriodStatistics } from "../../src/statistics/period-statistics.ts";
import { createFakeTrials } from "./fake-trials.ts";
import { createFakeStore, type FakeStore } from "./fake-store.ts";
import { furnish, NOW } from "./furniture.ts";

type DeviceTestRequest = Parameters<Commissioning["test"]>[0];

/** A server with everything around it under the test's hand. */
export interface Stage extends HttpServer {
  readonly parts: HttpParts;
  readonly store: FakeStore;
  readonly log: () => string;
  /** What happened, in order; tests read and change it. */
  readonly seen: {
    now: number;
    accepted: InboundMessage[];
    accept: (message: InboundMessage) => Promise<Acceptance>;
    journalFault: { since: number; message: string } | undefined;
    health: () => Promise<HealthReport>;
    registryChanges: number;
    revoked: string[];
    replayed: string[];
    replay: (id: string) => Promise<Acceptance>;
    cases: { bytes: Uint8Array; request: CaseImportRequest }[];
    registry: { bytes: Uint8Array; request: RegistryImportRequest }[];
    outcome: CaseImportOutcome;
    verifications: number;
    tests: DeviceTestRequest[];
    test: (request: DeviceTestRequest) => Promise<DeviceTest>;
    compare: ComparisonDesk["compare"];
    /** Gateways that gave a sign of life at the intake. */
    gateways: string[];
  };
  /** Gateway secrets in force. */
  readonly gatewaySecrets: Map<string, { secret: string; principal: GatewayPrincipal }>;
  readonly listeners: Set<LiveListener>;
  publish(...items: LiveItem[]): void;
  /** A fresh token; returns its secret. */
  token(role: Role, estateIds?: readonly string[], name?: string): Promise<string>;
}

const NO_FAULTS: CaseImportOutcome = {
  stored: true,
  rows: 2,
  accepted: 2,
  refusedRows: 0,
  inserted: 2,
  updated: 0,
  unchanged: 0,
  refused: [],
  encoding: "utf-8",
  ignoredColumns: [],
  unknownTypes: [],
  leftOut: [],
  dateOnly: 0,
};

const SILENT: DeviceTest = {
  outcome: "silent",
  heard: { events: 0, ignored: {}, dead: {}, others: 0, noProof: {} },
  clock: {},
  tookMs: 1_000,
};

/** Builds a server around two estates with one of everything each. Close `app` after the test. */
export async function setStage(
  limits: Partial<HttpLimits> = {},
  options: Partial<HttpOptions> = {},
  store: FakeStore = createFakeStore(),
): Promise<Stage> {
  furnish(store);
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const listeners = new Set<LiveListener>();
  const gatewaySecrets: Stage["gatewaySecrets"] = new Map(
    ["a", "b"].map((estateId) => [
      `gw-${estateId}`,
      {
        secret: `secret-${estateId}`,
        principal: { gatewayId: `gw-${estateId}`, estateIds: new Set([estateId]) },
      },
    ]),
  );
  const seen: Stage["seen"] = {
    now: NOW,
    accepted: [],
    accept: async () => ({ outcome: "events", events: 1 }),
    journalFault: undefined,
    health: async () => ({ status: "ok", ready: true, faults: [], figures: { events: 3 } }),
    registryChanges: 0,
    revoked: [],
    replayed: [],
    replay: async () => ({ outcome: "events", events: 2 }),
    cases: [],
    registry: [],
    outcome: NO_FAULTS,
    verifications: 0,
    tests: [],
    test: async () => SILENT,
    compare: async (input) => compareGroups(input),
    gateways: [],
  };
  const parts: HttpParts = {
    store,
    async accept(message) {
      seen.accepted.push(message);
      return seen.accept(message);
    },
    auth: {
      async verify(gatewayId, secret) {
        seen.verifications++;
        const known = gatewaySecrets.get(gatewayId);
        return known?.secret === secret ? known.principal : undefined;
      },
      byCertificate: () => undefined,
      principal: (gatewayId) => gatewaySecrets.get(gatewayId)?.principal,
    },
    gatewayAdmin: {
      async issueSecret(gatewayId) {
        const { estateIds } = await store.gateway(gatewayId);
        const secret = `issued-${gatewayId}-${newToken()}`;
        gatewaySecrets.set(gatewayId, { secret, principal: { gatewayId, estateIds: new Set(estateIds) } });
        return secret;
      },
      async revoke(gatewayId) {
        await store.revokeGateway(gatewayId, seen.now);
        gatewaySecrets.delete(gatewayId);
        seen.revoked.push(gatewayId);
      },
    },
    seenGateway: ({ gatewayId }) => void seen.gateways.push(gatewayId),
    bindableProfiles: new Set(["zigbee2mqtt", "frigate"]),
    registryChanged: async () => void seen.registryChanges++,
    statistics: createRateStatistics(),
    comparisons: { compare: (input) => seen.compare(input) },
    studies: createPeriodStatistics(),
    bulletins: createBulletins({
      store,
      statistics: { ...createRateStatistics(), ...createPeriodStatistics() },
      comparisons: { compare: (input) => seen.compare(input) },
      clock: { now: () => seen.now },
    }),
    importer: {
      async importCases(bytes, request) {
        seen.cases.push({ bytes, request });
        return seen.outcome;
      },
      async importRegistry(bytes, request) {
        seen.registry.push({ bytes, request });
        const { unknownTypes: _types, leftOut: _left, dateOnly: _days, ...outcome } = seen.outcome;
        return outcome satisfies ImportOutcome;
      },
    },
    async replay(id) {
      seen.replayed.push(id);
      return seen.replay(id);
    },
    ruleTrials: createFakeTrials(),
    live: {
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    commissioning: {
      test(request) {
        seen.tests.push(request);
        return seen.test(request);
      },
    },
    backupsDir: mkdtempSync(join(tmpdir(), "zhian-backups-")),
    journalHealth: (): JournalHealth => ({
      pendingEntries: 0,
      pendingBytes: 0,
      durable: { segment: 1, offset: 0 },
      ...(seen.journalFault && { fault: seen.journalFault }),
    }),
    health: () => seen.health(),
    metrics: new Registry(),
    clock: { now: () => seen.now },
    log: pino({ level: "trace" }, sink),
    options: {
      host: "127.0.0.1",
      port: 0,
      rateLimit: 100_000,
      bodyLimit: 256 * 1024,
      trustProxy: [],
      ...options,
      limits: { authFailures: 1_000, ...limits },
    },
  };
  const server = await buildServer(parts);
  let tokens = 0;
  return {
    ...server,
    parts,
    store,
    seen,
    gatewaySecrets,
    listeners,
    log: () => lines.join(""),
    publish(...items) {
      for (const listener of listeners) listener(items);
    },
    async token(role, estateIds = [], name = `${role} ${++tokens}`) {
      const secret = newToken();
      await store.addToken({ id: `t${++tokens}`, name, role, estateIds, createdAt: NOW }, hashToken(secret));
      return secret;
    },
  };
}

/** The header of a token. */
export function bearer(secret: string): { authorization: string } {
  return { authorization: `Bearer ${secret}` };
}

/** The header of a gateway. */
export function basic(gatewayId: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${gatewayId}:${secret}`).toString("base64")}` };
}
