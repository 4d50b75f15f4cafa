import { z } from "zod";
import { backtestAnswer } from "./backtest-answer.ts";
import { comparisonAnswer } from "./comparison-answer.ts";

/** One call of the hub's API. */
export interface ApiCall<T extends z.ZodType = z.ZodType> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `{name}` is replaced by a parameter. */
  readonly path: string;
  readonly answer: T;
  /** Statuses beside 2xx that carry an answer of this shape. */
  readonly also?: readonly number[];
  /** The answer is a text as it is, and no JSON. */
  readonly isFile?: true;
  /** How long the answer may take, milliseconds; 30 s when absent. */
  readonly timeoutMs?: number;
}

const MINUTE = 60_000;

/** What a listing shows: fields by name, none of which the command line depends on. */
const row = z.record(z.string(), z.unknown());
const page = z.looseObject({ items: z.array(row), next: z.string().optional() });
const tally = z.looseObject({ type: z.string(), line: z.number(), rows: z.number() });

/** What is wrong with a rule, or with a file of rules. */
const ruleFault = z.looseObject({
  file: z.string(),
  line: z.number(),
  rule: z.string().optional(),
  field: z.string(),
  reason: z.string(),
});

/** What an import did, as the hub tells it. */
export const importAnswer = z.looseObject({
  stored: z.boolean(),
  rows: z.number(),
  accepted: z.number(),
  refusedRows: z.number(),
  inserted: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  encoding: z.string(),
  ignoredColumns: z.array(z.looseObject({ name: z.string(), personal: z.boolean() })),
  refused: z.array(z.looseObject({ line: z.number(), field: z.string(), reason: z.string() })).default([]),
  unknownTypes: z.array(tally).default([]),
  leftOut: z.array(tally).default([]),
  dateOnly: z.number().default(0),
});

/** How the test of a device ended. */
export const deviceTestAnswer = z.looseObject({
  outcome: z.enum(["confirmed", "unchanged", "ignored", "dead", "silent"]),
  event: row.optional(),
  heard: z.looseObject({
    events: z.number(),
    ignored: z.record(z.string(), z.number()),
    dead: z.record(z.string(), z.number()),
    others: z.number(),
    noProof: z.record(z.string(), z.number()),
  }),
  clock: z.looseObject({ deviceAt: z.string().optional(), skewMs: z.number().optional() }),
  tookMs: z.number(),
});

/** The mode of an estate, and what decides it. */
const modes = z.looseObject({
  mode: z.string(),
  order: z.looseObject({ by: z.string(), until: z.string().optional() }).optional(),
  plan: z.array(row),
  orders: z.array(row),
});

/** Households of an estate over time. */
const households = z.looseObject({ households: z.number(), changes: z.array(row) });

const text = z.looseObject({ zh: z.string(), en: z.string() });

/** How an incident came about. */
const explanationAnswer = z.looseObject({
  incident: z.looseObject({
    id: z.string(),
    severity: z.string(),
    type: z.string(),
    status: z.string(),
    estateId: z.string(),
  }),
  zone: z.string(),
  rules: z.array(z.looseObject({ id: z.string(), version: z.string(), definition: row })),
  basis: z.enum(["replayed", "partly", "history"]),
  steps: z.array(z.looseObject({ at: z.string(), condition: z.string().optional(), text })),
  gaps: z.array(text),
});

const call = <T extends z.ZodType>(
  method: ApiCall["method"],
  path: string,
  answer: T,
  more: Pick<ApiCall, "also" | "timeoutMs"> = {},
): ApiCall<T> => ({ method, path, answer, ...more });

/** A call whose answer is a file. */
const file = (path: string): ApiCall<z.ZodString> => ({
  ...call("GET", path, z.string(), { timeoutMs: 2 * MINUTE }),
  isFile: true,
});

/** Every call the command line makes. */
export const CALLS = {
  health: call(
    "GET",
    "/health",
    z.looseObject({
      status: z.enum(["ok", "degraded", "failing"]),
      faults: z.array(z.looseObject({ part: z.string(), message: z.string() })).default([]),
      figures: row.default({}),
    }),
    { also: [503] },
  ),
  listEstates: call("GET", "/v1/estates", page),
  showMode: call("GET", "/v1/estates/{estateId}/mode", modes),
  orderMode: call("POST", "/v1/estates/{estateId}/mode", modes),
  endMode: call("DELETE", "/v1/estates/{estateId}/mode", modes),
  showHouseholds: call("GET", "/v1/estates/{estateId}/households", households),
  putHouseholds: call("PUT", "/v1/estates/{estateId}/households/{day}", households),
  deleteHouseholds: call("DELETE", "/v1/estates/{estateId}/households/{day}", z.unknown()),
  compareRates: call("GET", "/v1/estates/{estateId}/rate-comparison", comparisonAnswer),
  listGateways: call("GET", "/v1/gateways", page),
  createGateway: call("POST", "/v1/gateways", z.looseObject({ gateway: row, secret: z.string() })),
  showGateway: call(
    "GET",
    "/v1/gateways/{gatewayId}",
    z.looseObject({ bindings: z.array(z.looseObject({ prefix: z.string() })) }),
  ),
  changeGateway: call("PATCH", "/v1/gateways/{gatewayId}", row),
  rotateGateway: call("POST", "/v1/gateways/{gatewayId}/secret", z.looseObject({ secret: z.string() })),
  revokeGateway: call("POST", "/v1/gateways/{gatewayId}/revoke", z.unknown()),
  removeGateway: call("DELETE", "/v1/gateways/{gatewayId}", z.unknown()),
  listTokens: call("GET", "/v1/tokens", page),
  createToken: call("POST", "/v1/tokens", z.looseObject({ token: row, secret: z.string() })),
  revokeToken: call("DELETE", "/v1/tokens/{tokenId}", z.unknown()),
  listDevices: call("GET", "/v1/devices", page),
  listAnomalies: call("GET", "/v1/anomalies", page),
  listClusters: call("GET", "/v1/clusters", page),
  listBadActors: call("GET", "/v1/devices/bad-actors", page),
  showDevice: call("GET", "/v1/estates/{estateId}/devices/{deviceId}", row),
  changeDevice: call("PATCH", "/v1/estates/{estateId}/devices/{deviceId}", row),
  enrolDevice: call("POST", "/v1/estates/{estateId}/devices/{deviceId}/enrol", row),
  testDevice: call("POST", "/v1/estates/{estateId}/devices/{deviceId}/test", deviceTestAnswer, {
    timeoutMs: 6 * MINUTE,
  }),
  listEvents: call("GET", "/v1/events", page),
  live: call("GET", "/v1/live", z.unknown()),
  listIncidents: call("GET", "/v1/incidents", page),
  showIncident: call(
    "GET",
    "/v1/incidents/{incidentId}",
    z.looseObject({ incident: row, history: z.array(row) }),
  ),
  acknowledgeIncident: call("POST", "/v1/incidents/{incidentId}/acknowledge", row),
  verifyIncident: call("POST", "/v1/incidents/{incidentId}/verify", row),
  closeIncident: call("POST", "/v1/incidents/{incidentId}/close", row),
  listRules: call("GET", "/v1/rules", page),
  startBacktest: call("POST", "/v1/rules/backtests", backtestAnswer),
  showBacktest: call("GET", "/v1/rules/backtests/{backtestId}", backtestAnswer),
  endBacktest: call("DELETE", "/v1/rules/backtests/{backtestId}", z.unknown()),
  explainIncident: call("GET", "/v1/incidents/{incidentId}/explanation", explanationAnswer, {
    timeoutMs: 2 * MINUTE,
  }),
  reloadRules: call(
    "POST",
    "/v1/rules/reload",
    z.looseObject({
      rules: z.number(),
      added: z.array(z.string()),
      changed: z.array(z.string()),
      removed: z.array(z.string()),
      kept: z.array(z.string()),
      faults: z.array(ruleFault),
    }),
  ),
  ruleLedger: call("GET", "/v1/rules/ledger", z.looseObject({ rules: z.array(row), devices: z.array(row) })),
  listRuleFaults: call("GET", "/v1/rules/faults", z.looseObject({ items: z.array(ruleFault).readonly() })),
  listRuleVersions: call("GET", "/v1/rules/{ruleId}/versions", page),
  showRuleVersion: call("GET", "/v1/rules/{ruleId}/versions/{version}", z.looseObject({ definition: row })),
  listDeadLetters: call("GET", "/v1/dead-letters", page),
  listLineDeadLetters: call("GET", "/v1/influx/dead-letters", page),
  replayLineDeadLetter: call("POST", "/v1/influx/dead-letters/{letterId}/replay", z.unknown()),
  rebuiltInflux: call("POST", "/v1/influx/rebuilt", z.unknown()),
  replayDeadLetter: call(
    "POST",
    "/v1/dead-letters/{deadLetterId}/replay",
    z.looseObject({ outcome: z.string(), events: z.number(), reason: z.string().optional() }),
  ),
  replayDeadLetters: call(
    "POST",
    "/v1/dead-letters/replay",
    z.looseObject({
      replayed: z.number(),
      events: z.number(),
      outcomes: z.record(z.string(), z.number()),
      failed: z.array(z.looseObject({ id: z.string(), reason: z.string() })),
      next: z.string().optional(),
    }),
    { timeoutMs: 5 * MINUTE },
  ),
  estateReport: file("/v1/reports/estate/{estateId}"),
  districtReport: file("/v1/reports/district"),
  importCases: call("POST", "/v1/cases/import", importAnswer, { timeoutMs: 10 * MINUTE }),
  importRegistry: call("POST", "/v1/registry/import", importAnswer, { timeoutMs: 10 * MINUTE }),
  backup: call("POST", "/v1/backup", row, { timeoutMs: 30 * MINUTE }),
} as const;
