import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recorded } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("viewer", ["a"]));
  stage.store.shelves.cases.length = 0;
});
afterEach(() => stage.app.close());

/** Puts so many e-bike thefts of estate a into each month. */
function recordMonths(counts: Readonly<Record<string, number>>): void {
  for (const [month, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) {
      const day = String((i % 28) + 1).padStart(2, "0");
      stage.store.shelves.cases.push(recorded(`${month}-${i}`, `${month}-${day}`));
    }
  }
}

const ask = (query: string, estate = "a") =>
  stage.app.inject({ url: `/v1/estates/${estate}/yoy?types=theft.ebike&${query}`, headers });

describe("yoy", () => {
  test("a month against last year's and the month before: counts, raw, rate, interval", async () => {
    recordMonths({ "2024-06": 18, "2025-05": 8, "2025-06": 7, "2025-07": 3 });
    const answer = await ask("period=2025-06");
    expect(answer.statusCode).toBe(200);
    const body = answer.json();
    expect(body).toMatchObject({
      estateId: "a",
      unit: "call",
      types: ["theft.ebike"],
      period: "2025-06",
      tongbi: {
        counts: { current: 7, base: 18 },
        raw: expect.closeTo(-61.111, 3),
        rate: expect.closeTo(-61.111, 3),
      },
      // May has 31 days, June 30: the rate fell less than the count
      huanbi: {
        counts: { current: 7, base: 8 },
        raw: -12.5,
        rate: expect.closeTo(100 * (7 / 30 / (8 / 31) - 1), 6),
      },
      tongbiJanFeb: null,
      reasons: { tongbiJanFeb: "told_for_february" },
      spec: { period: "2025-06", unit: "call", conf: 0.95, zone: "Asia/Shanghai" },
      dataAsOf: "2025-07-03",
    });
    expect(body.tongbi.ci.lo).toBeCloseTo(-86.3, 1);
    expect(body.tongbi.ci.hi).toBeCloseTo(-2.4, 1);
    expect(body.tongbi.householdYears.current).toBeCloseTo((30 * 1000) / 365.25, 9);
    expect(codes(body)).toEqual(["SIMULATED_DATA", "SMALL_COUNTS", "NO_CAUSE"]);
  });

  test("the Spring Festival: a single month has its caveat, February both months together", async () => {
    recordMonths({ "2024-01": 12, "2024-02": 20, "2025-01": 22, "2025-02": 10, "2025-03": 1 });
    const january = (await ask("period=2025-01")).json();
    expect(codes(january)).toContain("SPRING_FESTIVAL");
    expect(january).toMatchObject({
      tongbiJanFeb: null,
      huanbi: { counts: { base: 0 }, raw: null, rate: null },
    });
    expect(codes(january)).toContain("ZERO_CELL");
    const february = (await ask("period=2025-02")).json();
    expect(february).toMatchObject({
      tongbi: { raw: -50 },
      tongbiJanFeb: { counts: { current: 32, base: 32 }, raw: 0 },
    });
    // 59 days against the leap year's 60
    expect(february.tongbiJanFeb.rate).toBeCloseTo(100 * (60 / 59 - 1), 9);
    expect(february.reasons).toEqual({});
  });

  test("a month without records is no zero, and a month half imported says so", async () => {
    recordMonths({ "2025-05": 4, "2025-06": 2 });
    const body = (await ask("period=2025-06")).json();
    expect(body).toMatchObject({
      tongbi: null,
      huanbi: { counts: { current: 2, base: 4 } },
      reasons: { tongbi: "not_recorded" },
      dataAsOf: "2025-06-02",
    });
    expect(codes(body)).toEqual(
      expect.arrayContaining(["NO_RECORDS_BEFORE", "PARTIAL_MONTH", "SIMULATED_DATA"]),
    );
    stage.store.shelves.cases.length = 0;
    expect((await ask("period=2025-06")).json()).toMatchObject({
      tongbi: null,
      huanbi: null,
      records: null,
      caveats: [{ code: "NO_RECORDS", severity: "blocking" }],
    });
  });

  test("without households there is no change", async () => {
    recordMonths({ "2024-06": 5, "2025-05": 5, "2025-06": 4, "2025-07": 1 });
    const { estates } = stage.store.shelves;
    estates.set("a", { ...estates.get("a")!, households: 0 });
    expect((await ask("period=2025-06")).json()).toMatchObject({
      tongbi: null,
      reasons: { tongbi: "no_exposure", huanbi: "no_exposure" },
    });
  });

  test.each([
    ["period=2026-03", 422, "query.period"],
    ["period=2026-13", 400, "query.period"],
    ["period=2025-06&unit=both", 400, "query.unit"],
    ["period=2025-06&category=fraud", 400, "query.category"],
    ["unit=call", 400, "query.period"],
    ["period=2025-06&series=sensor", 400, "query"],
  ])("%s is refused", async (query, status, field) => {
    const answer = await ask(query);
    expect(answer.json()).toMatchObject({ status, faults: [{ field: expect.stringContaining(field) }] });
  });

  test("an estate the caller may not see is not found", async () => {
    expect((await ask("period=2025-06", "b")).statusCode).toBe(404);
  });
});

const codes = (body: { readonly caveats: readonly { readonly code: string }[] }) =>
  body.caveats.map(({ code }) => code);

describe("claims, power, plans", () => {
  const post = (url: string, payload: object) =>
    stage.app.inject({ method: "POST", url: `/v1/${url}`, headers, payload });

  test("-61.11 % needs multiples of 18 to 7; the smallest is barely significant", async () => {
    const body = (await post("claim-check", { percentDecrease: 61.11, maxBefore: 60 })).json();
    expect(body).toMatchObject({
      pairCount: 3,
      smallestPairs: [
        { before: 18, after: 7 },
        { before: 36, after: 14 },
        { before: 54, after: 21 },
      ],
      spec: { decimals: 2, maxBefore: 60 },
    });
    expect(body.smallestPairs[0].pCentral).toBeCloseTo(0.043, 3);
    expect(body.smallestPairs[0].ci.hi).toBeCloseTo(0.976, 3);
  });

  test("power of a count before", async () => {
    const body = (await post("power", { beforeCount: 18 })).json();
    expect(body).toMatchObject({ largestSignificantAfter: 7, spec: { exposureRatio: 1, phi: 1 } });
    expect(body.chances).toHaveLength(9);
    expect((await post("power", { beforeCount: 5 })).json()).toMatchObject({
      largestSignificantAfter: null,
      smallestSignificantDecrease: null,
    });
  });

  test("plan of a study", async () => {
    const body = (await post("study-plan", { households: 1000, rate: 18 })).json();
    expect(body).toMatchObject({
      oneEstate: { estates: 1 },
      oneYear: { months: 12 },
      usual: { months: 12, estates: 1 },
      spec: { reductionPercent: 30, phi: 1, power: 0.8 },
    });
    expect(body.oneYear.power).toBeGreaterThanOrEqual(0.8);
  });

  test.each([
    ["claim-check", { percentDecrease: 61.11, decimals: 1 }, "percentDecrease"],
    ["claim-check", { percentDecrease: -61.11 }, "percentDecrease"],
    ["power", { beforeCount: 1.5 }, "beforeCount"],
    ["study-plan", { households: 0, rate: 5 }, "households"],
    ["study-plan", { households: 5, rate: 5, months: 3 }, ""],
  ])("%s %o is refused", async (url, payload, field) => {
    expect((await post(url, payload)).json()).toMatchObject({
      status: 400,
      code: "VALIDATION",
      faults: [{ field: expect.stringContaining(field) }],
    });
  });
});
