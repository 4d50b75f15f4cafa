import { writeFile } from "node:fs/promises";
import type { Device, Estate, Gateway, Place } from "../../src/domain/estate.ts";
import type { EstateModes } from "../../src/domain/estate-mode.ts";
import type { HouseholdChange, TimeSpan } from "../../src/domain/exposure.ts";
import type { SecurityEvent } from "../../src/domain/event.ts";
import type { Incident, IncidentTransition } from "../../src/domain/incident.ts";
import type { RecordedCase } from "../../src/domain/recorded-case.ts";
import type { AnomalyRecord, Cluster } from "../../src/domain/surveillance.ts";
import { ZhianError } from "../../src/errors.ts";
import type {
  ApiToken,
  Backroom,
  DeadLetter,
  Page,
  PageRequest,
  RuleReload,
  RuleSummary,
  RuleVersion,
  Scope,
} from "../../src/ports.ts";

/** What a test may look at and put in place. */
interface Shelves {
  readonly estates: Map<string, Estate>;
  readonly modes: Map<string, EstateModes>;
  readonly anomalies: AnomalyRecord[];
  readonly clusters: Cluster[];
  readonly households: Map<string, readonly HouseholdChange[]>;
  /** What `coverage` answers, over and over. */
  readonly coverage: (number | null)[];
  /** The spans it was asked about. */
  readonly coverageAsked: TimeSpan[];
  readonly places: Map<string, Place>;
  readonly gateways: Map<string, Gateway>;
  readonly secrets: Map<string, string>;
  readonly devices: Map<string, Device>;
  readonly events: SecurityEvent[];
  readonly letters: Map<string, DeadLetter>;
  readonly incidents: Map<string, { incident: Incident; history: IncidentTransition[] }>;
  readonly cases: RecordedCase[];
  readonly tokens: Map<string, ApiToken & { hash: string }>;
  readonly rules: RuleSummary[];
  readonly ruleVersions: RuleVersion[];
  /** What reading the rules again answers. */
  reload: RuleReload;
  /** How often `tokenByHash` was asked. */
  tokenLookUps: number;
}

export interface FakeStore extends Backroom {
  readonly shelves: Shelves;
}

function missing(what: string): ZhianError {
  return new ZhianError("NOT_FOUND", `the store has no ${what}`);
}

function need<T>(map: ReadonlyMap<string, T>, key: string, what: string): T {
  const found = map.get(key);
  if (found === undefined) throw missing(`${what} ${key}`);
  return found;
}

const within = (scope: Scope, estateId: string): boolean => scope === undefined || scope.includes(estateId);

function page<T>(all: readonly T[], { limit, after }: PageRequest): Page<T> {
  const start = after === undefined ? 0 : Number(after.replace("c", ""));
  if (!Number.isInteger(start)) {
    throw new ZhianError("VALIDATION", "not a cursor of this listing", {
      faults: [{ field: "after", reason: "is not a `next` of this listing" }],
    });
  }
  const items = all.slice(start, start + limit);
  return { items, ...(start + limit < all.length && { next: `c${start + limit}` }) };
}

/**
 * A store in memory, as small as the API allows. Counting cases ignores zones: tests use noon UTC.
 * The span of records is that of all sources.
 */
export function createFakeStore(): FakeStore {
  const shelves: Shelves = {
    estates: new Map(),
    modes: new Map(),
    households: new Map(),
    anomalies: [],
    clusters: [],
    coverage: [1],
    coverageAsked: [],
    places: new Map(),
    gateways: new Map(),
    secrets: new Map(),
    devices: new Map(),
    events: [],
    letters: new Map(),
    incidents: new Map(),
    cases: [],
    tokens: new Map(),
    rules: [],
    ruleVersions: [],
    reload: { rules: 1, added: [], changed: [], removed: [], kept: [], faults: [] },
    tokenLookUps: 0,
  };
  const unused = async (): Promise<never> => {
    throw new Error("the API does not ask for this");
  };
  const key = (estateId: string, id: string): string => `${estateId}/${id}`;

  return {
    shelves,
    estates: async (request) =>
      page(
        [...shelves.estates.values()].filter(({ id }) => within(request.scope, id)),
        request,
      ),
    estate: async (id) => need(shelves.estates, id, "estate"),
    closings: async ({ scope, estateId, from, to }) =>
      [...shelves.incidents.values()]
        .map(({ incident }) => incident)
        .filter((one) => within(scope, one.estateId) && (estateId ?? one.estateId) === one.estateId)
        .flatMap(({ rule, estateId: at, deviceId, closeReason: reason, closedAt: lastAt = 0 }) =>
          reason !== undefined && lastAt >= from && lastAt < to
            ? [{ rule: rule.id, estateId: at, deviceId, reason, count: 1, lastAt }]
            : [],
        ),
    badActors: async ({ scope, estateId, from, limit }) =>
      [...shelves.incidents.values()]
        .map(({ incident }) => incident)
        .filter((one) => within(scope, one.estateId) && (estateId ?? one.estateId) === one.estateId)
        .filter(({ chattering, openedAt }) => chattering && openedAt >= from)
        .slice(0, limit)
        .map(({ estateId: at, deviceId, openedAt }) => ({
          estateId: at,
          deviceId,
          incidents: 1,
          lastAt: openedAt,
        })),
    anomalies: async ({ scope, estateId, detectors, status, ...request }) =>
      page(
        shelves.anomalies.filter(
          (one) =>
            within(scope, one.estateId) &&
            (estateId ?? one.estateId) === one.estateId &&
            detectors.includes(one.detector) &&
            (status === undefined || one.status === status),
        ),
        request,
      ),
    clusters: async ({ scope, kind, ...request }) =>
      page(
        shelves.clusters.filter(
          (one) =>
            (kind === undefined || one.kind === kind) &&
            one.estateIds.every((estate) => within(scope, estate)),
        ),
        request,
      ),
    surveillanceMark: unused,
    putSurveillanceRun: unused,
    estateModes: async (id) => shelves.modes.get(id) ?? { plan: [], orders: [] },
    putModePlan: async (id, plan) =>
      void shelves.modes.set(id, { orders: [], ...shelves.modes.get(id), plan }),
    orderMode: async (order) => {
      const { plan, orders } = shelves.modes.get(order.estateId) ?? { plan: [], orders: [] };
      shelves.modes.set(order.estateId, { plan, orders: [order, ...orders] });
      return order;
    },
    endModeOrder: async (id, until) => {
      const { plan, orders } = shelves.modes.get(id) ?? { plan: [], orders: [] };
      shelves.modes.set(id, {
        plan,
        orders: orders.slice(0, 1).map((order) => Object.assign({}, order, { until })),
      });
    },
    householdChanges: async (id) => shelves.households.get(id) ?? [],
    async putHouseholdChange(id, change) {
      const others = (shelves.households.get(id) ?? []).filter(({ fromDay }) => fromDay !== change.fromDay);
      shelves.households.set(
        id,
        [...others, change].toSorted((a, b) => (a.fromDay < b.fromDay ? -1 : 1)),
      );
    },
    async deleteHouseholdChange(id, day) {
      const before = shelves.households.get(id) ?? [];
      const left = before.filter(({ fromDay }) => fromDay !== day);
      if (left.length === before.length) throw missing(`change on ${day}`);
      shelves.households.set(id, left);
    },
    coverage: async (_id, spans) => {
      shelves.coverageAsked.push(...spans);
      return spans.map((_span, index) => shelves.coverage[index % shelves.coverage.length] ?? null);
    },
    coverageBins: unused,
    coverageOf: async (estateIds, span) => {
      const turn = shelves.coverageAsked.push(span) - 1;
      const coverage = shelves.coverage[turn % shelves.coverage.length] ?? null;
      return estateIds.map((estateId) => ({ estateId, coverage }));
    },
    putEstate: async (estate) => void shelves.estates.set(estate.id, estate),
    async deleteEstate(id) {
      if (shelves.events.some(({ estateId }) => estateId === id)) {
        throw new ZhianError("CONFLICT", `events refer to estate ${id}`);
      }
      shelves.estates.delete(id);
    },
    places: async (estateId) => [...shelves.places.values()].filter((place) => place.estateId === estateId),
    putPlace: async (place) => void shelves.places.set(key(place.estateId, place.id), place),
    async deletePlace(estateId, id) {
      if (!shelves.places.delete(key(estateId, id))) throw missing(`place ${id}`);
    },
    gateways: async (request) =>
      page(
        [...shelves.gateways.values()].filter(({ estateIds }) =>
          estateIds.some((id) => within(request.scope, id)),
        ),
        request,
      ),
    gateway: async (id) => need(shelves.gateways, id, "gateway"),
    async putGateway(gateway) {
      const before = shelves.gateways.get(gateway.id);
      shelves.gateways.set(gateway.id, { presence: "unknown", createdAt: 0, ...before, ...gateway });
    },
    setGatewaySecret: async (id, hash) => void shelves.secrets.set(id, hash),
    async revokeGateway(id, at) {
      shelves.gateways.set(id, { ...need(shelves.gateways, id, "gateway"), revokedAt: at });
    },
    async deleteGateway(id) {
      const { revokedAt } = need(shelves.gateways, id, "gateway");
      if (revokedAt === undefined) throw new ZhianError("CONFLICT", `gateway ${id} is not revoked`);
      shelves.gateways.delete(id);
    },
    gatewayCredentials: unused,
    devices: async (query) =>
      page(
        [...shelves.devices.values()].filter(
          ({ estateId, status }) =>
            within(query.scope, estateId) &&
            (query.estateId === undefined || query.estateId === estateId) &&
            (query.status === undefined || query.status === status),
        ),
        query,
      ),
    device: async (estateId, id) => need(shelves.devices, key(estateId, id), "device"),
    async putDevice(device) {
      const at = key(device.estateId, device.id);
      const { placeId: _old, ...before } = shelves.devices.get(at) ?? {};
      shelves.devices.set(at, { ...before, ...device });
    },
    async deleteDevice(estateId, id) {
      if (!shelves.devices.delete(key(estateId, id))) throw missing(`device ${id}`);
    },
    configuredDevices: unused,
    touchDevices: unused,
    events: async (query) =>
      page(
        shelves.events.filter(
          ({ estateId, deviceId, code, occurredAt }) =>
            within(query.scope, estateId) &&
            (query.estateId === undefined || query.estateId === estateId) &&
            (query.deviceId === undefined || query.deviceId === deviceId) &&
            (query.code === undefined || query.code === code) &&
            (query.from === undefined || occurredAt >= query.from) &&
            (query.to === undefined || occurredAt < query.to),
        ),
        query,
      ),
    async event(id) {
      const found = shelves.events.find((event) => event.id === id);
      if (!found) throw missing(`event ${id}`);
      return found;
    },
    deadLetters: async (request) =>
      page(
        [...shelves.letters.values()].filter(
          ({ estateId, replayedAt }) =>
            within(request.scope, estateId) && !(request.pendingOnly === true && replayedAt !== undefined),
        ),
        request,
      ),
    deadLetter: async (id) => need(shelves.letters, id, "dead letter"),
    async markReplayed(id, at, outcome) {
      const letter = need(shelves.letters, id, "dead letter");
      shelves.letters.set(id, { ...letter, replayedAt: at, replayOutcome: outcome });
    },
    incidents: async (query) =>
      page(
        [...shelves.incidents.values()]
          .map(({ incident }) => incident)
          .filter(
            ({ estateId, status, type, severity, verification }) =>
              within(query.scope, estateId) &&
              (query.estateId === undefined || query.estateId === estateId) &&
              (query.status === undefined || query.status === status) &&
              (query.type === undefined || query.type === type) &&
              (query.severity === undefined || query.severity === severity) &&
              verification >= (query.minVerification ?? 0),
          ),
        query,
      ),
    incident: async (id) => need(shelves.incidents, id, "incident"),
    async commandIncident(id, command, by, now) {
      const { incident, history } = need(shelves.incidents, id, "incident");
      if (incident.status === "closed") throw new ZhianError("CONFLICT", `incident ${id} is closed already`);
      if (command.kind === "verify" && incident.verification >= command.verification)
        throw new ZhianError("CONFLICT", `incident ${id} is as sure already`);
      const kinds = { acknowledge: "acknowledged", verify: "verified", close: "closed" } as const;
      const changed: Incident = {
        ...incident,
        updatedAt: now,
        ...(command.kind === "acknowledge" && { status: "acknowledged", acknowledgedAt: now }),
        ...(command.kind === "verify" && { verification: command.verification }),
        ...(command.kind === "close" && { status: "closed", closedAt: now, closeReason: command.reason }),
      };
      const { note, kind } = command;
      history.push({
        incidentId: id,
        kind: kinds[kind],
        at: now,
        by,
        ...(note !== undefined && { note }),
      });
      shelves.incidents.set(id, { incident: changed, history });
      return changed;
    },
    cases: async (request) =>
      page(
        shelves.cases.filter(
          ({ estateId, unit }) =>
            within(request.scope, estateId) &&
            (request.estateId === undefined || request.estateId === estateId) &&
            (request.unit === undefined || request.unit === unit),
        ),
        request,
      ),
    importCases: unused,
    importRegistry: unused,
    async caseCounts({ estateId, series, unit, types, from, to, bucket }) {
      const starts: string[] = [];
      for (let day = from; day < to; day = dayAfter(day)) {
        const start = bucket === "month" ? `${day.slice(0, 7)}-01` : bucket === "week" ? monday(day) : day;
        if (starts.at(-1) !== start) starts.push(start);
      }
      const relevant = shelves.cases.filter(
        (each) =>
          series === "recorded" &&
          each.estateId === estateId &&
          each.unit === unit &&
          types.includes(each.type),
      );
      return starts.map((start, index) => {
        const found = relevant.filter(({ occurredAt }) => {
          const day = utcDay(occurredAt);
          return day >= from && day < to && day >= start && day < (starts[index + 1] ?? to);
        });
        return {
          bucket: start,
          count: found.length,
          simulated: found.filter(({ simulated }) => simulated).length,
        };
      });
    },
    async groupCounts({ estateIds, unit, types, cuts }) {
      const all = shelves.cases.filter((each) => each.unit === unit);
      const days = all.map(({ occurredAt }) => utcDay(occurredAt)).toSorted();
      const [first] = days;
      const last = days.at(-1);
      return {
        estates: estateIds.map((estateId) => {
          const own = all.filter((each) => each.estateId === estateId && types.includes(each.type));
          const perGap = (only: typeof own) =>
            cuts.slice(1).map((end, index) => {
              const start = cuts[index] ?? end;
              return only.filter(({ occurredAt }) => {
                const day = utcDay(occurredAt);
                return day >= start && day < end;
              }).length;
            });
          return {
            estateId,
            households: need(shelves.estates, estateId, "estate").households,
            changes: shelves.households.get(estateId) ?? [],
            counts: perGap(own),
            simulated: perGap(own.filter(({ simulated }) => simulated)),
          };
        }),
        records:
          first === undefined || last === undefined ? null : { first, last, cases: all.length, simulated: 0 },
      };
    },
    async recordedSpan({ unit }) {
      const all = shelves.cases
        .filter((each) => each.unit === unit)
        .toSorted((a, b) => a.occurredAt - b.occurredAt);
      const [first] = all;
      const last = all.at(-1);
      if (!first || !last) return undefined;
      return {
        first: utcDay(first.occurredAt),
        last: utcDay(last.occurredAt),
        cases: all.length,
        simulated: all.filter(({ simulated }) => simulated).length,
        lastImportAt: last.occurredAt,
      };
    },
    hourlyCounts: unused,
    async tokenByHash(hash) {
      shelves.tokenLookUps++;
      return [...shelves.tokens.values()].find(
        (token) => token.hash === hash && token.revokedAt === undefined,
      );
    },
    lessons: unused,
    putLessons: unused,
    confirmDevice: async (estateId, id, at) => {
      const device = need(shelves.devices, key(estateId, id), "device");
      shelves.devices.set(key(estateId, id), { ...device, confirmedAt: at });
    },
    tokens: async () => [...shelves.tokens.values()].map(({ hash: _hash, ...token }) => token),
    addToken: async (token, hash) => void shelves.tokens.set(token.id, { ...token, hash }),
    async revokeToken(id, at) {
      shelves.tokens.set(id, { ...need(shelves.tokens, id, "token"), revokedAt: at });
    },
    backup: (file) => writeFile(file, "a copy"),
    verify: unused,
    deleteEventsBefore: unused,
    deleteDeadLettersBefore: unused,
    deleteOutagesBefore: unused,
    deleteSignsBefore: unused,
    figures: unused,
    journalGrew: unused,
    reactHealth: unused,
    timeSeries: async () => null,
    outbox: unused,
    lineLetters: async () => ({ items: [] }),
    replayLineLetter: async () => undefined,
    forgetDropped: async () => undefined,
    rules: async () => shelves.rules,
    openAnomaly: unused,
    reloadRules: async () => shelves.reload,
    ruleFaults: async () => shelves.reload.faults,
    putRulesInForce: unused,
    rulesInForce: unused,
    async ruleVersions(id) {
      const found = shelves.ruleVersions.filter((each) => each.id === id);
      if (found.length === 0) throw missing(`rule ${id}`);
      return found;
    },
    async ruleVersion(id, version) {
      const found = shelves.ruleVersions.find((each) => each.id === id && each.version === version);
      if (!found) throw missing(`rule ${id} ${version}`);
      return found;
    },
    follow: unused,
    stop: unused,
  };
}

const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

function monday(day: string): string {
  const date = new Date(day);
  const back = (date.getUTCDay() + 6) % 7;
  return new Date(date.getTime() - back * 86_400_000).toISOString().slice(0, 10);
}
