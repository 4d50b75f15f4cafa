import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Comparison } from "../../src/domain/comparison.ts";
import { hashToken } from "../../src/http/auth.ts";
import { buildServer, type HttpServer } from "../../src/http/server.ts";
import { createImporter } from "../../src/import/importer.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import type { Backroom, InboundMessage } from "../../src/ports.ts";
import { createRegistry } from "../../src/registry/registry.ts";
import { openStore, type EmbeddedStore } from "../../src/store/store.ts";
import { event, incident, NOW } from "./furniture.ts";
import { basic, bearer, setStage } from "./stage.ts";

const dir = mkdtempSync(join(tmpdir(), "zhian-http-store-"));
const clock = { now: () => NOW };
const accepted: InboundMessage[] = [];
let store: EmbeddedStore;
let server: HttpServer;

beforeAll(async () => {
  store = openStore({ path: join(dir, "zhian.db"), clock, lifeCycle: createIncidentLifeCycle() });
  await store.addToken(
    { id: "root", name: "root", role: "admin", estateIds: [], createdAt: NOW },
    hashToken("root"),
  );
  const backroom: Backroom = {
    ...store,
    journalGrew: async () => undefined,
    reactHealth: () => Promise.reject(new Error("not asked for")),
    timeSeries: () => Promise.resolve(null),
    rules: async () => [],
    openAnomaly: () => Promise.reject(new Error("not asked for")),
    reloadRules: () => Promise.reject(new Error("not asked for")),
    ruleFaults: async () => [],
    follow: async () => undefined,
    stop: async () => undefined,
  };
  const registry = createRegistry(backroom, "Asia/Shanghai");
  const { parts, app } = await setStage();
  await app.close();
  server = await buildServer({
    ...parts,
    store: backroom,
    async accept(message) {
      accepted.push(message);
      return { outcome: "events", events: 1 };
    },
    auth: registry,
    gatewayAdmin: {
      issueSecret: (gatewayId) => registry.issueSecret(gatewayId),
      revoke: (gatewayId) => backroom.revokeGateway(gatewayId, NOW),
    },
    registryChanged: () => registry.reload(),
    importer: createImporter({
      store: backroom,
      clock,
      zone: "Asia/Shanghai",
      bindableProfiles: parts.bindableProfiles,
    }),
    metrics: new Registry(),
  });
});
afterAll(async () => {
  await server.app.close();
  store.close();
  rmSync(dir, { recursive: true });
});

type Method = "GET" | "POST" | "PATCH" | "DELETE";

async function call(
  method: Method,
  url: string,
  payload?: object | string,
  headers: Record<string, string> = {},
) {
  return server.app.inject({
    method,
    url,
    headers: { ...bearer("root"), ...headers },
    ...(payload !== undefined && { payload }),
  });
}

test("from an empty store to a comparison, an enrolled device and a closed incident", async () => {
  // Two estates, one from the API, one from a file.
  const estate = { id: "xf", name: "幸福里", households: 1000, installedOn: "2025-01-01" };
  expect((await call("POST", "/v1/estates", estate)).statusCode).toBe(201);
  const yaml = "estates:\n  - id: hp\n    name: 和平苑\n    households: 500\n";
  const registry = await call("POST", "/v1/registry/import?format=yaml", yaml, {
    "content-type": "application/yaml",
  });
  expect(registry.json()).toMatchObject({ stored: true, inserted: 1 });
  expect((await call("POST", "/v1/estates", estate)).statusCode).toBe(409);
  const first = (await call("GET", "/v1/estates?limit=1")).json<{ items: object[]; next: string }>();
  const second = (await call("GET", `/v1/estates?limit=1&after=${encodeURIComponent(first.next)}`)).json<{
    items: object[];
  }>();
  expect([...first.items, ...second.items]).toMatchObject([{ id: "hp" }, { id: "xf" }]);
  expect((await call("GET", "/v1/estates?after=rubbish")).json()).toMatchObject({
    status: 400,
    faults: [{ field: "query.after" }],
  });

  // A gateway pushes with the secret it was given, until it is revoked.
  const made = await call("POST", "/v1/gateways", { id: "gw-1", name: "网关", estateIds: ["xf"] });
  const { secret } = made.json<{ secret: string }>();
  const push = () => call("POST", "/intake/xf/gw-1/devices/door-1/events", "{}", basic("gw-1", secret));
  expect((await push()).statusCode).toBe(202);
  expect(accepted[0]?.route).toEqual({ kind: "native", estateId: "xf", deviceId: "door-1" });
  expect((await call("POST", "/v1/gateways/gw-1/revoke")).statusCode).toBe(204);
  expect((await push()).statusCode).toBe(401);

  // What react leaves in the store: a device nobody knew, an event, an incident.
  await store.react(async (tx) => {
    await tx.seeDevices([
      { estateId: "xf", deviceId: "door-1", gatewayId: "gw-1", profile: "native", at: NOW, simulated: false },
    ]);
    await tx.insertEvents([event("0123456789ab0123456789abcdef0123", "xf", { gatewayId: "gw-1" })]);
    await tx.saveIncidents([
      {
        incident: incident("abcdef", "xf"),
        transitions: [{ incidentId: "abcdef", kind: "opened", at: NOW, by: "rule:forced-open" }],
      },
    ]);
  });
  expect((await call("GET", "/v1/devices?status=pending")).json()).toMatchObject({
    items: [{ id: "door-1" }],
  });
  const enrolled = await call("POST", "/v1/estates/xf/devices/door-1/enrol", { name: "前门" });
  expect(enrolled.json()).toMatchObject({
    status: "enrolled",
    name: "前门",
    lastSeen: "2026-03-10T04:00:00.000Z",
  });
  const events = (await call("GET", "/v1/events?estateId=xf")).json<{ items: { id: string }[] }>();
  expect((await call("GET", `/v1/events/${events.items[0]?.id}`)).json()).toMatchObject({
    code: "access.forced_open",
  });

  // An officer of the estate closes the incident; one of another estate does not find it.
  const token = async (estateId: string) => {
    const answer = await call("POST", "/v1/tokens", {
      name: `officer ${estateId}`,
      role: "officer",
      estateIds: [estateId],
    });
    return bearer(answer.json<{ secret: string }>().secret);
  };
  const [own, foreign] = [await token("xf"), await token("hp")];
  const close = (headers: Record<string, string>) =>
    call("POST", "/v1/incidents/abcdef/close", { reason: "false_alarm", note: "试门" }, headers);
  expect((await close(foreign)).statusCode).toBe(404);
  expect((await close(own)).json()).toMatchObject({ status: "closed", closeReason: "false_alarm" });
  expect((await close(own)).statusCode).toBe(409);
  const detail = await call("GET", "/v1/incidents/abcdef", undefined, own);
  expect(detail.json()).toMatchObject({
    history: [
      { kind: "opened" },
      { kind: "closed", by: "officer xf", note: expect.stringContaining("试门") },
    ],
  });
  expect((await call("GET", "/v1/estates", undefined, foreign)).json()).toMatchObject({
    items: [{ id: "hp" }],
  });

  // Recorded cases, twice; a faulty row keeps the whole file out.
  const row = (id: string, day: string) => `${id},xf,${day} 12:00:00,盗窃电动自行车`;
  const header = "编号,小区编号,发生时间,类型";
  const rows = [
    ...Array.from({ length: 18 }, (_, i) => row(`b${i}`, `2024-${String((i % 12) + 1).padStart(2, "0")}-11`)),
    ...Array.from({ length: 7 }, (_, i) => row(`a${i}`, `2025-0${i + 3}-11`)),
  ];
  const send = (lines: readonly string[]) =>
    call("POST", "/v1/cases/import?unit=call&source=110", [header, ...lines, ""].join("\n"), {
      "content-type": "text/csv",
    });
  const faulty = await send([...rows, row("x", "2024-13-11")]);
  expect(faulty.json()).toMatchObject({
    status: 422,
    code: "IMPORT_REFUSED",
    faults: [{ field: expect.stringContaining("line 27") }],
  });
  expect((await call("GET", "/v1/cases")).json()).toEqual({ items: [] });
  expect((await send(rows)).json()).toMatchObject({ stored: true, inserted: 25 });
  expect((await send(rows)).json()).toMatchObject({ inserted: 0, unchanged: 25 });

  const comparison = await call(
    "GET",
    "/v1/estates/xf/rate-comparison?types=theft.ebike&unit=call",
    undefined,
    own,
  );
  const body = comparison.json<Comparison>();
  expect([body.before.count, body.after.count, body.verdict]).toEqual([18, 7, "decrease_uncontrolled"]);
  // The file ends in September, the window in January.
  expect(body).toMatchObject({
    simulated: "none",
    records: { first: "2024-01-11", last: "2025-09-11", lastImportAt: new Date(NOW).toISOString() },
    dataAsOf: "2025-09-11",
    answeredAt: new Date(NOW).toISOString(),
  });
  expect(body.caveats[0]).toMatchObject({ code: "NO_RECORDS_AFTER", evidence: { last: "2025-09-11" } });
  const rates = await call(
    "GET",
    "/v1/estates/xf/incident-rates?category=preventable_crime&unit=call&from=2024-01-05&to=2024-07-01",
  );
  expect(rates.json()).toMatchObject({
    total: { count: 12 },
    rows: { length: 6, 0: { from: "2024-01-05", to: "2024-02-01", count: 2 } },
  });
  const sensor = await call(
    "GET",
    "/v1/estates/xf/incident-rates?series=sensor&types=access.forced_open&from=2026-02-01&to=2026-03-10",
  );
  expect(sensor.statusCode).toBe(200);
});
