import { CamelCasePlugin, Kysely, type Transaction } from "kysely";
import type { EstateMode } from "../domain/estate-mode.ts";
import type { Device, Gateway, Place } from "../domain/estate.ts";
import type { CloseReason, IncidentStatus, TransitionKind, Verification } from "../domain/incident.ts";
import type { DeadEntry } from "../domain/journal.ts";
import type { CaseUnit } from "../domain/recorded-case.ts";
import type { Severity } from "../domain/taxonomy.ts";
import type { ApiToken } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { nodeSqliteDialect } from "./sqlite-dialect.ts";

/** 0 or 1. */
type Flag = number;
/** A list or an object as JSON text. */
type Json = string;

/** A row of an estate. */
export interface EstateRow {
  id: string;
  name: string;
  zone: string;
  households: number;
  buildings: number | null;
  policeGrid: string | null;
  communityGrid: string | null;
  latitude: number | null;
  longitude: number | null;
  installedOn: string | null;
  commissionedOn: string | null;
  simulated: Flag;
}

/** A row of a place. */
export interface PlaceRow {
  estateId: string;
  id: string;
  name: string;
  kind: Place["kind"];
  parentId: string | null;
}

/** A row of a gateway, without its estates. */
export interface GatewayRow {
  id: string;
  name: string;
  bindings: Json;
  simulated: Flag;
  presence: Gateway["presence"];
  presenceSince: number | null;
  lastSeen: number | null;
  createdAt: number;
  revokedAt: number | null;
  secretHash: string | null;
}

/** A row of a device. */
export interface DeviceRow {
  estateId: string;
  id: string;
  gatewayId: string | null;
  profile: string;
  name: string;
  kind: Device["kind"];
  placeId: string | null;
  status: Device["status"];
  config: Json;
  simulated: Flag;
  firstSeen: number | null;
  lastSeen: number | null;
  skewMs: number | null;
  confirmedAt: number | null;
}

/** A row of what a bridge taught. */
export interface LessonRow {
  estateId: string;
  gatewayId: string;
  profile: string;
  key: string;
  value: Json;
}

/** A row of an API token. */
export interface TokenRow {
  id: string;
  name: string;
  role: ApiToken["role"];
  estateIds: Json;
  secretHash: string;
  createdAt: number;
  revokedAt: number | null;
}

/** A row of a dead letter. */
export interface DeadLetterRow {
  id: string;
  receivedAt: number;
  estateId: string;
  gatewayId: string;
  transport: DeadEntry["transport"];
  path: string;
  contentType: string | null;
  retained: Flag;
  reason: DeadEntry["reason"];
  detail: string;
  payload: string;
  truncated: Flag;
  count: number;
  lastAt: number;
  replayedAt: number | null;
  replayOutcome: string | null;
}

/** A row of an incident. */
export interface IncidentRow {
  id: string;
  estateId: string;
  type: string;
  severity: Severity;
  status: IncidentStatus;
  key: string;
  placeId: string | null;
  deviceId: string;
  ruleId: string;
  ruleVersion: string;
  openedAt: number;
  detectedAt: number;
  endedAt: number | null;
  acknowledgedAt: number | null;
  acknowledgedBy: string | null;
  closedAt: number | null;
  closedBy: string | null;
  closeReason: CloseReason | null;
  late: Flag;
  test: Flag;
  simulated: Flag;
  eventCount: number;
  episodeCount: number;
  updatedAt: number;
  verification: Verification;
  chattering: Flag;
}

/** A row of a mode that somebody ordered. */
export interface ModeOrderRow {
  estateId: string;
  fromAt: number;
  untilAt: number | null;
  mode: EstateMode;
  by: string;
  note: string | null;
}

/** A row of a rule's version. */
export interface RuleVersionRow {
  ruleId: string;
  version: string;
  firstAt: number;
  definition: Json;
  file: string | null;
}

interface TransitionRow {
  seq: number;
  incidentId: string;
  kind: TransitionKind;
  at: number;
  by: string;
  note: string | null;
  eventId: string | null;
}

/** A row of a recorded case. */
export interface CaseRow {
  source: string;
  id: string;
  estateId: string;
  unit: CaseUnit;
  type: string;
  sourceType: string;
  occurredAt: number;
  simulated: Flag;
}

/** The tables that are asked by way of the query builder; `react-statements.ts` has the hot path's. */
interface Tables {
  estates: EstateRow;
  places: PlaceRow;
  gateways: GatewayRow;
  gatewayEstates: { gatewayId: string; position: number; estateId: string };
  devices: DeviceRow;
  lessons: LessonRow;
  tokens: TokenRow;
  estateKeys: { key: number; estateId: string };
  deviceKeys: { key: number; estate: number; deviceId: string };
  deviceMemories: { device: number; json: Json };
  codeKeys: { key: number; code: string };
  eventBlocks: { block: number; late: Flag; events: number; minAt: number; maxAt: number };
  hourlyCounts: {
    estate: number;
    hour: number;
    code: number;
    deviceKind: Device["kind"];
    phase: string;
    count: number;
  };
  deadLetters: DeadLetterRow;
  ruleStates: { ruleId: string; key: string; state: Json };
  ruleVersions: RuleVersionRow;
  modePlans: { estateId: string; plan: Json };
  modeOrders: ModeOrderRow;
  householdChanges: { estateId: string; fromDay: string; households: number };
  outages: { estateId: string; subject: string; fromAt: number; untilAt: number | null };
  anomalies: { estateId: string; at: number; detector: string; subject: string };
  incidents: IncidentRow;
  incidentTransitions: TransitionRow;
  cases: CaseRow;
  caseSources: {
    source: string;
    unit: CaseUnit;
    cases: number;
    simulated: number;
    firstAt: number;
    lastAt: number;
    importedAt: number;
  };
}

/** Typed queries outside the hot path. */
export type Queries = Kysely<Tables>;
/** The same within a transaction. */
export type Atomic = Transaction<Tables>;

/** Makes the query builder over the connection. */
export function createQueries(connection: Connection): Queries {
  return new Kysely<Tables>({ dialect: nodeSqliteDialect(connection), plugins: [new CamelCasePlugin()] });
}
