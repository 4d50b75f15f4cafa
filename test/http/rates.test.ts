import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Comparison } from "../../src/domain/comparison.ts";
import type { RateRow } from "../../src/domain/rates.ts";
import { localDay } from "../../src/http/local-day.ts";
import { recorded } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("officer", ["a"]));
  const { cases } = stage.store.shelves;
  cases.length = 0;
  // 18 e-bike thefts before the installation on 2025-01-01, 7 in the year after the washout.
  for (let i = 0; i < 18; i++)
    cases.push(recorded(`b${i}`, `2024-${String((i % 12) + 1).padStart(2, "0")}-11`));
  for (let i = 0; i < 7; i++) cases.push(recorded(`a${i}`, `2025-0${i + 2}-11`));
  cases.push(
    recorded("washout", "2025-01-15"),
    recorded("another unit", "2024-05-05", { unit: "case" }),
    recorded("another estate", "2024-05-05", { estateId: "b" }),
    recorded("another type", "2024-05-05", { type: "fraud.telecom" }),
    recorded("today", "2026-03-10"),
  );
});
afterEach(() => stage.app.close());

interface Answer extends Comparison {
  readonly spec: Readonly<Record<string, string | number>>;
  readonly dataAsOf: string | null;
  readonly rows: readonly RateRow[];
  readonly total: RateRow;
}

async function compare(query: string, estate = "a") {
  return stage.app.inject({ url: `/v1/estates/${estate}/rate-comparison?${query}`, headers });
}

async function rates(query: string, estate = "a") {
  return stage.app.inject({ url: `/v1/estates/${estate}/incident-rates?${query}`, headers });
}

describe("rate-comparison", () => {
  test("18 before and 7 after: counts, exposure, ratio, exact interval, verdict, caveats, methods", async () => {
    const answer = await compare("types=theft.ebike&unit=call");
    expect(answer.statusCode).toBe(200);
    const body = answer.json<Answer>();
    expect(body).toMatchObject({
      estateId: "a",
      series: "recorded",
      unit: "call",
      types: ["theft.ebike"],
      installedOn: "2025-01-01",
      windows: {
        before: { from: "2024-01-01", to: "2025-01-01" },
        washout: { from: "2025-01-01", to: "2025-01-31" },
        after: { from: "2025-01-31", to: "2026-01-31" },
      },
      before: { count: 18, households: 1000 },
      after: { count: 7, households: 1000 },
      minDetectable: 7,
      verdict: "decrease_uncontrolled",
      spec: {
        series: "recorded",
        unit: "call",
        types: "theft.ebike",
        before: "P12M",
        after: "P12M",
        washout: "P30D",
        conf: 0.95,
        zone: "Asia/Shanghai",
      },
      simulated: "all",
      records: { first: "2024-01-11", last: "2026-03-10", lastImportAt: "2026-03-10T04:00:00.000Z" },
      dataAsOf: "2026-03-10",
      answeredAt: "2026-03-10T04:00:00.000Z",
    });
    expect(body).not.toHaveProperty("records.cases");
    expect(body.before.householdYears).toBeCloseTo((366 * 1000) / 365.25, 6);
    expect(body.effect.rateRatio).toBeCloseTo((7 / 365 / (18 / 366)) * 1, 9);
    expect(body.effect.exact?.ci.lo).toBeCloseTo(0.137, 2);
    expect(body.effect.exact?.ci.hi).toBeCloseTo(0.979, 2);
    expect(body.effect.exact?.pCentral).toBeGreaterThan(0.04);
    expect(body.before.ci.method).toBe("garwood");
    expect(Object.keys(body.methods)).toContain("rateRatio");
    expect(body.caveats.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["SMALL_COUNTS", "NO_CONTROL"]),
    );
  });

  test("a category stands for its codes, and other units, types and estates stay out", async () => {
    const body = (await compare("category=preventable_crime&unit=call")).json<Answer>();
    expect(body.types).toContain("theft.home_robbery");
    expect(body.types).not.toContain("fraud.telecom");
    expect([body.before.count, body.after.count]).toEqual([18, 7]);
    const cases = (await compare("category=preventable_crime&unit=case")).json<Answer>();
    expect([cases.before.count, cases.after.count]).toEqual([1, 0]);
  });

  test("windows, washout and confidence follow the question; aliases are understood", async () => {
    const body = (
      await compare(
        "types=theft.ebike,ebike.elevator,theft.ebike&unit=call&before=P6M&after=P1Y&washout=P0D&conf=0.9",
      )
    ).json<Answer>();
    expect(body.windows).toEqual({
      before: { from: "2024-07-01", to: "2025-01-01" },
      washout: { from: "2025-01-01", to: "2025-01-01" },
      after: { from: "2025-01-01", to: "2026-01-01" },
    });
    expect(body.types).toEqual(["theft.ebike", "fire.ebike_elevator"]);
    expect(body.after.count).toBe(8);
    expect(body.effect.exact?.ci.level).toBe(0.9);
    expect(body.spec).toMatchObject({ before: "P6M", after: "P12M", washout: "P0D", conf: 0.9 });
  });

  test("an after window that is not over is cut before today, count and exposure alike", async () => {
    const body = (await compare("types=theft.ebike&unit=call&after=P24M")).json<Answer>();
    expect(body.windows?.after.to).toBe("2027-01-31");
    expect(body.after).toMatchObject({ from: "2025-01-31", to: "2026-03-10", count: 7 });
    expect(body.provisional).toBe(true);
  });

  test("nothing imported is not zero cases: without records, before them, after them", async () => {
    const { cases } = stage.store.shelves;
    const ask = async () => (await compare("types=theft.ebike&unit=call")).json<Answer>();
    const all = cases.splice(0);
    const none = await ask();
    expect(none).toMatchObject({
      verdict: "not_estimable",
      provisional: true,
      records: null,
      dataAsOf: null,
    });
    expect(none.caveats[0]).toMatchObject({ code: "NO_RECORDS", severity: "blocking" });

    cases.push(...all.filter(({ id }) => id.startsWith("b")));
    const before = await ask();
    expect(before).toMatchObject({
      before: { count: 18 },
      after: { count: 0 },
      effect: { rateRatio: null, exact: null },
      verdict: "not_estimable",
      dataAsOf: "2024-12-11",
    });
    expect(before.caveats[0]).toMatchObject({
      code: "NO_RECORDS_AFTER",
      severity: "blocking",
      evidence: { last: "2024-12-11", to: "2026-01-31" },
    });

    // A quiet estate: what is recorded elsewhere shows that zero is zero.
    cases.push(recorded("elsewhere", "2026-02-02", { estateId: "b" }));
    expect(await ask()).toMatchObject({ verdict: "decrease_uncontrolled", after: { count: 0 } });
  });

  test("real and simulated cases in one count block the verdict", async () => {
    stage.store.shelves.cases.push(recorded("real", "2024-07-07", { simulated: false }));
    const body = (await compare("types=theft.ebike&unit=call")).json<Answer>();
    expect(body).toMatchObject({ simulated: "mixed", provisional: true, before: { count: 19 } });
    expect(body.caveats[0]).toMatchObject({
      code: "SIMULATED_DATA",
      severity: "blocking",
      evidence: { counted: 26, simulated: 25 },
    });
    const months = await rates("types=theft.ebike&unit=call&from=2024-01-01&to=2025-01-01");
    expect(months.json()).toMatchObject({
      simulated: "mixed",
      caveats: [{ code: "SIMULATED_DATA", evidence: { counted: 19, simulated: 18 } }],
    });
  });

  test("the sensor series cannot be compared", async () => {
    const answer = await compare("series=sensor&category=preventable_crime");
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: "SERIES_NOT_COMPARABLE" });
  });

  test("an estate without an installation date is 422, and names the field", async () => {
    const city = bearer(await stage.token("viewer"));
    const url = "/v1/estates/b/rate-comparison?types=theft.ebike&unit=call";
    const answer = await stage.app.inject({ url, headers: city });
    expect(answer.json()).toMatchObject({
      status: 422,
      code: "NOT_INSTALLED",
      faults: [{ field: "installedOn" }],
    });
  });

  test("no households and an after window that has not begun are 422", async () => {
    const { estates } = stage.store.shelves;
    const estate = estates.get("a")!;
    estates.set("a", { ...estate, households: 0 });
    expect((await compare("types=theft.ebike&unit=call")).json()).toMatchObject({
      status: 422,
      code: "NO_EXPOSURE",
    });
    estates.set("a", { ...estate, installedOn: "2026-03-01" });
    expect((await compare("types=theft.ebike&unit=call")).json()).toMatchObject({
      status: 422,
      code: "NO_EXPOSURE",
    });
  });

  test.each([
    ["types=theft.ebike", "query.unit"],
    ["unit=call", "query.category"],
    ["unit=call&types=theft.ebike&category=fraud", "query.category"],
    ["unit=call&types=theft.ebike,no.such", "query.types"],
    ["unit=both&types=theft.ebike", "query.unit"],
    ["unit=call&category=crime", "query.category"],
    ["unit=call&types=theft.ebike&before=12", "query.before"],
    ["unit=call&types=theft.ebike&before=P", "query.before"],
    ["unit=call&types=theft.ebike&before=P5M", "query.before"],
    ["unit=call&types=theft.ebike&after=P99Y", "query.after"],
    ["unit=call&types=theft.ebike&washout=P1M", "query.washout"],
    ["unit=call&types=theft.ebike&conf=95", "query.conf"],
  ])("%s is refused", async (query, field) => {
    expect((await compare(query)).json()).toMatchObject({
      status: 400,
      code: "VALIDATION",
      faults: [{ field }],
    });
  });
});

describe("incident-rates", () => {
  test("months with counts, household-years, rate and Garwood interval, and the sum of them", async () => {
    const answer = await rates("types=theft.ebike&unit=call&from=2024-01-11&to=2024-04-11");
    const body = answer.json<Answer>();
    expect(body.rows.map(({ from, to, count }) => [from, to, count])).toEqual([
      ["2024-01-11", "2024-02-01", 2],
      ["2024-02-01", "2024-03-01", 2],
      ["2024-03-01", "2024-04-01", 2],
      ["2024-04-01", "2024-04-11", 0],
    ]);
    const [row] = body.rows;
    const years = (21 * 1000) / 365.25;
    expect(row?.householdYears).toBeCloseTo(years, 9);
    expect(row?.rate).toBeCloseTo((2 / years) * 1000, 9);
    expect(row?.ci?.lo).toBeCloseTo((0.2422093 / years) * 1000, 4);
    expect(row?.ci?.hi).toBeCloseTo((7.224688 / years) * 1000, 4);
    expect(body.total).toMatchObject({ from: "2024-01-11", to: "2024-04-11", count: 6 });
    expect(body).toMatchObject({
      series: "recorded",
      unit: "call",
      simulated: "all",
      caveats: [{ code: "SIMULATED_DATA", severity: "info", evidence: { counted: 6, simulated: 6 } }],
      methods: { rateInterval: expect.stringContaining("garwood") },
      spec: { bucket: "month", from: "2024-01-11", to: "2024-04-11", conf: 0.95, zone: "Asia/Shanghai" },
      dataAsOf: "2026-03-10",
      answeredAt: "2026-03-10T04:00:00.000Z",
    });
  });

  test("weeks and days; today and the future are cut off and the question is echoed", async () => {
    const weeks = (
      await rates("types=theft.ebike&unit=call&from=2026-03-01&to=2026-05-01&bucket=week")
    ).json<Answer>();
    expect(weeks.rows.map(({ from, to }) => [from, to])).toEqual([
      ["2026-03-01", "2026-03-02"],
      ["2026-03-02", "2026-03-09"],
      ["2026-03-09", "2026-03-10"],
    ]);
    expect(weeks.total.count).toBe(0);
    expect(weeks.spec).toMatchObject({ to: "2026-03-10", requestedTo: "2026-05-01" });
    const days = (
      await rates("types=theft.ebike&unit=call&from=2024-01-10&to=2024-01-13&bucket=day")
    ).json<Answer>();
    expect(days.rows.map(({ count }) => count)).toEqual([0, 2, 0]);
  });

  test("months before the first record are no months without cases", async () => {
    const body = (await rates("types=theft.ebike&unit=call&from=2023-01-01&to=2024-03-01")).json<Answer>();
    expect(body.caveats).toMatchObject([
      { code: "NO_RECORDS_BEFORE", evidence: { first: "2024-01-11", from: "2023-01-01" } },
      { code: "SIMULATED_DATA" },
    ]);
  });

  test("the sensor series begins with the installation and comes with its caveat", async () => {
    const early = await rates("series=sensor&category=preventable_crime&from=2024-06-01&to=2025-06-01");
    expect(early.json()).toMatchObject({
      status: 422,
      code: "WINDOW_OVERLAPS_INSTALL",
      faults: [{ field: "query.from" }],
    });
    const since = await rates("series=sensor&category=preventable_crime&from=2025-01-01&to=2025-06-01");
    expect(since.json()).toMatchObject({ series: "sensor", caveats: [{ code: "DETECTION_BIAS" }] });
    expect(since.json()).toMatchObject({ simulated: "none", dataAsOf: "2026-03-10" });
    expect(since.json()).not.toHaveProperty("records");
    expect(since.json()).not.toHaveProperty("unit");
  });

  test.each([
    ["types=theft.ebike&unit=call&from=2025-02-01&to=2025-02-01", 400, "query.to"],
    ["types=theft.ebike&unit=call&from=2025-02-30&to=2025-03-01", 400, "query.from"],
    ["types=theft.ebike&unit=call&to=2025-03-01", 400, "query.from"],
    ["types=theft.ebike&from=2025-02-01&to=2025-03-01", 400, "query.unit"],
    ["series=sensor&unit=call&types=theft.ebike&from=2025-02-01&to=2025-03-01", 400, "query.unit"],
    ["types=theft.ebike&unit=call&from=1900-01-01&to=2025-03-01", 400, "query.to"],
    ["types=theft.ebike&unit=call&from=2010-01-01&to=2025-03-01&bucket=day", 400, "query.to"],
    ["types=theft.ebike&unit=call&from=2026-03-10&to=2026-04-01", 422, "query.from"],
  ])("%s is refused", async (query, status, field) => {
    expect((await rates(query)).json()).toMatchObject({ status, faults: [{ field }] });
  });
});

test.each([
  ["2026-03-09T15:59:59Z", "Asia/Shanghai", "2026-03-09"],
  ["2026-03-09T16:00:00Z", "Asia/Shanghai", "2026-03-10"],
  ["2025-12-31T23:30:00Z", "UTC", "2025-12-31"],
  ["2025-06-30T22:30:00Z", "Europe/Berlin", "2025-07-01"],
])("%s in %s is %s", (instant, zone, day) => {
  expect(localDay(Date.parse(instant), zone)).toBe(day);
});
