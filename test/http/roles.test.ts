import { expect, test } from "vitest";
import { BACKTEST } from "./fake-trials.ts";
import { bearer, setStage } from "./stage.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** Status without a token, for a viewer of a, an officer of a, an admin; asked in this order, the public last. */
type Row = readonly [
  method: Method,
  url: string,
  body: object | string | undefined,
  none: number,
  viewer: number,
  officer: number,
  admin: number,
];

const ESTATE = { id: "c", name: "新村", households: 10 };
const RATES = "category=preventable_crime&unit=call";

const WHOLE_YEAR = `/v1/estates/a/incident-rates?${RATES}&from=2025-01-01&to=2026-01-01`;
const COMPARISON = `/v1/estates/a/rate-comparison?${RATES}`;
const GROUPS = { treated: ["a"], category: "preventable_crime", unit: "call" };
/** What the public may read, and what it gets; everything else that takes a token is 403. */
const PUBLIC: ReadonlyMap<string, number> = new Map([
  [WHOLE_YEAR, 200],
  [COMPARISON, 200],
  ["/v1/comparisons", 200],
  [`/v1/comparisons/${BACKTEST}`, 404],
]);

const PERIOD = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" };

const ROWS: readonly Row[] = [
  ["GET", "/health", undefined, 200, 200, 200, 200],
  ["GET", "/ready", undefined, 200, 200, 200, 200],
  ["GET", "/metrics", undefined, 200, 200, 200, 200],
  ["GET", "/openapi.json", undefined, 200, 200, 200, 200],
  ["GET", "/docs", undefined, 200, 200, 200, 200],
  ["GET", "/docs/static/index.css", undefined, 200, 200, 200, 200],
  ["GET", "/v1/estates", undefined, 401, 200, 200, 200],
  ["POST", "/v1/estates", ESTATE, 401, 403, 403, 201],
  ["GET", "/v1/estates/a", undefined, 401, 200, 200, 200],
  ["PATCH", "/v1/estates/a", { households: 9 }, 401, 403, 403, 200],
  ["DELETE", "/v1/estates/a", undefined, 401, 403, 403, 409],
  ["GET", "/v1/rules/ledger", undefined, 401, 200, 200, 200],
  ["GET", "/v1/estates/a/households", undefined, 401, 200, 200, 200],
  ["PUT", "/v1/estates/a/households/2026-01-01", { households: 9 }, 401, 403, 403, 200],
  ["DELETE", "/v1/estates/a/households/2026-01-01", undefined, 401, 403, 403, 404],
  ["GET", "/v1/estates/a/anomalies", undefined, 401, 200, 200, 200],
  ["GET", "/v1/anomalies", undefined, 401, 200, 200, 200],
  ["GET", "/v1/clusters", undefined, 401, 200, 200, 200],
  ["GET", "/v1/estates/a/mode", undefined, 401, 200, 200, 200],
  ["POST", "/v1/estates/a/mode", { mode: "armed" }, 401, 403, 200, 200],
  ["DELETE", "/v1/estates/a/mode", undefined, 401, 403, 200, 200],
  ["PUT", "/v1/estates/a/mode-plan", { plan: [] }, 401, 403, 403, 200],
  ["GET", "/v1/estates/a/places", undefined, 401, 200, 200, 200],
  ["POST", "/v1/estates/a/places", { id: "p", name: "1号楼", kind: "building" }, 401, 403, 403, 201],
  ["PATCH", "/v1/estates/a/places/gate", { name: "南门" }, 401, 403, 403, 200],
  ["DELETE", "/v1/estates/a/places/gate", undefined, 401, 403, 403, 204],
  ["GET", "/v1/gateways", undefined, 401, 200, 200, 200],
  ["POST", "/v1/gateways", { id: "gw-n", name: "新", estateIds: ["a"] }, 401, 403, 403, 201],
  ["GET", "/v1/gateways/gw-a", undefined, 401, 200, 200, 200],
  ["PATCH", "/v1/gateways/gw-a", { name: "改" }, 401, 403, 403, 200],
  ["POST", "/v1/gateways/gw-a/secret", undefined, 401, 403, 403, 200],
  ["POST", "/v1/gateways/gw-a/revoke", undefined, 401, 403, 403, 204],
  ["DELETE", "/v1/gateways/gw-a", undefined, 401, 403, 403, 409],
  ["GET", "/v1/devices", undefined, 401, 200, 200, 200],
  ["GET", "/v1/devices/bad-actors", undefined, 401, 200, 200, 200],
  ["POST", "/v1/estates/a/devices", { id: "d9", name: "门磁", kind: "sensor" }, 401, 403, 403, 201],
  ["GET", "/v1/estates/a/devices/door-1", undefined, 401, 200, 200, 200],
  ["POST", "/v1/estates/a/devices/new-1/enrol", undefined, 401, 403, 403, 200],
  ["POST", "/v1/estates/a/devices/door-1/test?wait=1", undefined, 401, 403, 200, 200],
  ["PATCH", "/v1/estates/a/devices/door-1", { name: "前门" }, 401, 403, 403, 200],
  ["DELETE", "/v1/estates/a/devices/door-1", undefined, 401, 403, 403, 204],
  ["GET", "/v1/events", undefined, 401, 200, 200, 200],
  ["GET", "/v1/events/ev-a", undefined, 401, 200, 200, 200],
  ["GET", "/v1/incidents", undefined, 401, 200, 200, 200],
  ["GET", "/v1/incidents/in-a", undefined, 401, 200, 200, 200],
  ["POST", "/v1/incidents/in-a/acknowledge", undefined, 401, 403, 200, 200],
  ["POST", "/v1/incidents/in-a/verify", { verification: 3 }, 401, 403, 200, 409],
  ["POST", "/v1/incidents/in-a/close", { reason: "false_alarm" }, 401, 403, 200, 409],
  ["GET", "/v1/dead-letters", undefined, 401, 200, 200, 200],
  ["GET", "/v1/dead-letters/dl-a", undefined, 401, 403, 403, 200],
  ["POST", "/v1/dead-letters/dl-a/replay", undefined, 401, 403, 403, 200],
  ["POST", "/v1/dead-letters/replay", undefined, 401, 403, 403, 200],
  ["GET", "/v1/influx/dead-letters", undefined, 401, 403, 403, 200],
  ["POST", "/v1/influx/dead-letters/1/replay", undefined, 401, 403, 403, 204],
  [
    "POST",
    "/v1/influx/rebuilt",
    { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
    401,
    403,
    403,
    204,
  ],
  ["GET", "/v1/cases", undefined, 401, 200, 200, 200],
  ["POST", "/v1/cases/import", "a,b\n1,2\n", 401, 403, 403, 200],
  ["POST", "/v1/registry/import?format=csv&kind=estate", "a,b\n1,2\n", 401, 403, 403, 200],
  [
    "GET",
    `/v1/estates/a/incident-rates?${RATES}&from=2025-01-01&to=2025-07-01`,
    undefined,
    401,
    200,
    200,
    200,
  ],
  ["GET", WHOLE_YEAR, undefined, 401, 200, 200, 200],
  ["GET", COMPARISON, undefined, 401, 200, 200, 200],
  ["POST", "/v1/comparisons", GROUPS, 401, 200, 200, 200],
  ["GET", `/v1/comparisons/${BACKTEST}`, undefined, 401, 404, 404, 404],
  ["GET", `/v1/estates/a/yoy?${RATES}&period=2025-06`, undefined, 401, 200, 200, 200],
  ["POST", "/v1/claim-check", { percentDecrease: 61.11 }, 401, 200, 200, 200],
  ["POST", "/v1/power", { beforeCount: 18 }, 401, 200, 200, 200],
  ["POST", "/v1/study-plan", { households: 1_000, rate: 18 }, 401, 200, 200, 200],
  ["GET", "/v1/reports/estate/a?month=2025-06", undefined, 401, 200, 200, 200],
  ["GET", "/v1/reports/district?month=2025-06", undefined, 401, 200, 200, 200],
  ["GET", "/v1/rules", undefined, 401, 200, 200, 200],
  ["GET", "/v1/rules/faults", undefined, 401, 200, 200, 200],
  ["POST", "/v1/rules/reload", undefined, 401, 403, 403, 200],
  ["POST", "/v1/rules/check", { files: { "a.yaml": "" } }, 401, 403, 403, 200],
  ["POST", "/v1/rules/backtests", PERIOD, 401, 403, 403, 202],
  ["GET", `/v1/rules/backtests/${BACKTEST}`, undefined, 401, 403, 403, 200],
  ["DELETE", `/v1/rules/backtests/${BACKTEST}`, undefined, 401, 403, 403, 204],
  ["GET", "/v1/incidents/in-a/explanation", undefined, 401, 200, 200, 200],
  ["GET", "/v1/rules/forced-open/versions", undefined, 401, 200, 200, 200],
  ["GET", "/v1/rules/forced-open/versions/1", undefined, 401, 200, 200, 200],
  ["POST", "/v1/backup", { file: "a.db" }, 401, 403, 403, 201],
  ["GET", "/v1/whoami", undefined, 401, 200, 200, 200],
  ["GET", "/v1/tokens", undefined, 401, 403, 403, 200],
  ["POST", "/v1/tokens", { name: "新", role: "viewer" }, 401, 403, 403, 201],
  ["DELETE", "/v1/tokens/t2", undefined, 401, 403, 403, 204],
];

test.each(ROWS)("%s %s", async (method, url, body, none, viewer, officer, admin) => {
  const stage = await setStage();
  const callers = [
    undefined,
    await stage.token("viewer", ["a"]),
    await stage.token("officer", ["a"]),
    await stage.token("admin"),
    await stage.token("public", ["a"]),
  ];
  const statuses: number[] = [];
  for (const secret of callers) {
    const answer = await stage.app.inject({
      method,
      url,
      headers: {
        ...(secret !== undefined && bearer(secret)),
        ...(typeof body === "string" && { "content-type": "text/csv" }),
      },
      ...(body !== undefined && { payload: body }),
    });
    statuses.push(answer.statusCode);
    expect(answer.statusCode).not.toBe(500);
    const problem = answer.headers["content-type"] === "application/problem+json";
    expect(problem).toBe(answer.statusCode >= 400);
  }
  const open = none === 401 ? 403 : none;
  expect(statuses).toEqual([none, viewer, officer, admin, PUBLIC.get(url) ?? open]);
  await stage.app.close();
});

test("the table holds every route, except the live feed and the intake, which have tests of their own", async () => {
  const { app, routes } = await setStage();
  const patterns = ROWS.map(([method, url]) => ({ method, path: url.split("?", 1)[0] ?? "" }));
  const untested = routes.filter(({ method, url }) => {
    const pattern = new RegExp(`^${url.replaceAll(/:\w+/g, "[^/]+").replaceAll("*", ".+")}$`);
    return !patterns.some((row) => row.method === method && pattern.test(row.path));
  });
  expect(untested.map(({ url }) => url)).toEqual(["/v1/live", "/intake/:estateId/:gatewayId/*"]);
  await app.close();
});

test("HEAD asks for the same rights as GET", async () => {
  const stage = await setStage();
  const head = (headers: Record<string, string>) =>
    stage.app.inject({ method: "HEAD", url: "/v1/tokens", headers });
  expect((await head({})).statusCode).toBe(401);
  expect((await head(bearer(await stage.token("viewer")))).statusCode).toBe(403);
  expect((await head(bearer(await stage.token("admin")))).statusCode).toBe(200);
  await stage.app.close();
});
