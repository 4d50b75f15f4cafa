import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Comparison } from "../../src/domain/comparison.ts";
import type { RateRow } from "../../src/domain/rates.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("admin"));
});
afterEach(() => stage.app.close());

const call = async (method: "GET" | "PUT" | "DELETE", path: string, payload?: object) =>
  stage.app.inject({ method, url: `/v1/estates/a/${path}`, headers, ...(payload && { payload }) });

interface Rates extends Pick<Comparison, "caveats" | "methods"> {
  readonly rows: readonly RateRow[];
  readonly total: RateRow;
  readonly spec: object;
}
const rates = async (query: string): Promise<Rates> => {
  const answer = await call("GET", `incident-rates?types=theft.ebike&from=2025-03-01&to=2025-05-01&${query}`);
  expect(answer.statusCode).toBe(200);
  return answer.json<Rates>();
};

describe("households over time", () => {
  test("are told with what holds before the first change; a change is put, replaced and taken back", async () => {
    expect((await call("GET", "households")).json()).toEqual({ households: 1000, changes: [] });
    await call("PUT", "households/2025-04-01", { households: 1300 });
    await call("PUT", "households/2024-07-01", { households: 900 });
    const put = await call("PUT", "households/2025-04-01", { households: 1200 });
    const changes = [
      { fromDay: "2024-07-01", households: 900 },
      { fromDay: "2025-04-01", households: 1200 },
    ];
    expect(put.json()).toEqual({ households: 1000, changes });
    expect((await call("DELETE", "households/2024-07-01")).statusCode).toBe(204);
    expect((await call("GET", "households")).json()).toEqual({ households: 1000, changes: changes.slice(1) });
    expect((await call("DELETE", "households/2024-07-01")).statusCode).toBe(404);
  });

  test.each<readonly [string, object, string]>([
    ["2025-02-30", { households: 1 }, "path.day"],
    ["2025-02-01", { households: -1 }, "households"],
    ["2025-02-01", { households: 1.5 }, "households"],
    ["2025-02-01", {}, "households"],
    ["2025-02-01", { households: 1, until: "2026-01-01" }, "until"],
  ])("%s %o is refused", async (day, body, field) => {
    const answer = await call("PUT", `households/${day}`, body);
    expect(answer.json()).toMatchObject({ status: 400, code: "VALIDATION", faults: [{ field }] });
    expect((await call("GET", "households")).json()).toMatchObject({ changes: [] });
  });

  test("of another estate are not there", async () => {
    headers = bearer(await stage.token("officer", ["b"]));
    expect((await call("GET", "households")).statusCode).toBe(404);
  });
});

describe("incident rates", () => {
  beforeEach(() => stage.store.shelves.coverage.splice(0, Infinity, 0.75, 0.9, 0.6));

  test("recorded: the households of each day, coverage told and not applied", async () => {
    await call("PUT", "households/2025-04-16", { households: 2000 });
    const { rows, total, caveats, spec, methods } = await rates("unit=call");
    expect(rows.map(({ households, coverage }) => [households, coverage])).toEqual([
      [1000, 0.9],
      [1500, 0.6],
    ]);
    expect(rows[1]?.householdYears).toBeCloseTo((15 * 1000 + 15 * 2000) / 365.25, 9);
    expect(total).toMatchObject({ coverage: 0.75 });
    expect(total.householdYears).toBeCloseTo((31 * 1000 + 30 * 1500) / 365.25, 9);
    expect(spec).toMatchObject({ coverage: "raw" });
    expect(methods["exposure"]).not.toContain("coverage");
    expect(caveats.map(({ code }) => code)).toContain("POPULATION_CHANGE");
    expect(caveats.map(({ code }) => code)).not.toContain("COVERAGE_GAP");
  });

  test("sensor: adjusted unless told otherwise, with the gap in the data", async () => {
    const { rows, total, caveats, spec, methods } = await rates("series=sensor");
    expect(rows[1]?.householdYears).toBeCloseTo((30 * 1000 * 0.6) / 365.25, 9);
    expect(total.householdYears).toBeCloseTo(((31 * 0.9 + 30 * 0.6) * 1000) / 365.25, 9);
    expect(spec).toMatchObject({ coverage: "adjusted" });
    expect(methods["exposure"]).toContain("coverage");
    expect(caveats).toMatchObject([
      { code: "DETECTION_BIAS" },
      { code: "COVERAGE_GAP", evidence: { spans: 2, of: 2, least: 0.6, coverage: 0.75 } },
    ]);
    const raw = await rates("series=sensor&coverage=raw");
    expect(raw.rows[1]?.householdYears).toBeCloseTo((30 * 1000) / 365.25, 9);
    expect(raw.caveats.map(({ code }) => code)).toEqual(["DETECTION_BIAS", "COVERAGE_GAP"]);
  });

  test("what nothing observed has no rate; where it is unknown nothing is adjusted", async () => {
    stage.store.shelves.coverage.splice(0, Infinity, null, 0, null);
    const { rows, caveats } = await rates("series=sensor");
    expect(rows[0]).toMatchObject({ coverage: 0, householdYears: 0, rate: null, ci: null });
    expect(rows[1]?.householdYears).toBeCloseTo((30 * 1000) / 365.25, 9);
    expect(rows[1]?.coverage).toBeNull();
    expect(caveats.map(({ code }) => code)).toEqual(["DETECTION_BIAS", "COVERAGE_GAP", "COVERAGE_UNKNOWN"]);
  });

  test("coverage is asked for days of the estate's zone; an unknown word is refused", async () => {
    await rates("series=sensor");
    expect(stage.store.shelves.coverageAsked).toEqual([
      { from: Date.parse("2025-03-01T00:00+08:00"), to: Date.parse("2025-05-01T00:00+08:00") },
      { from: Date.parse("2025-03-01T00:00+08:00"), to: Date.parse("2025-04-01T00:00+08:00") },
      { from: Date.parse("2025-04-01T00:00+08:00"), to: Date.parse("2025-05-01T00:00+08:00") },
    ]);
    const answer = await call(
      "GET",
      "incident-rates?series=sensor&types=theft.ebike&from=2025-03-01&to=2025-05-01&coverage=full",
    );
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field: "query.coverage" }] });
  });
});

test("a comparison has the households and the coverage of each window, and says what they leave open", async () => {
  stage.store.shelves.coverage.splice(0, Infinity, 0, 0.8);
  await call("PUT", "households/2025-01-10", { households: 1300 });
  const answer = await call("GET", "rate-comparison?types=theft.ebike&unit=call");
  const body = answer.json<Comparison>();
  expect(body.before).toMatchObject({ households: 1000, coverage: 0 });
  expect(body.after).toMatchObject({ households: 1300, coverage: 0.8 });
  expect(body.caveats).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ code: "POPULATION_CHANGE", evidence: { before: 1000, after: 1300 } }),
      expect.objectContaining({ code: "COVERAGE_GAP", evidence: { coverage: 0.8 } }),
    ]),
  );
});
