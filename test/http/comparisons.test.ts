import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ComparisonInput } from "../../src/domain/comparison-input.ts";
import type { Comparison } from "../../src/domain/comparison.ts";
import { recorded } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };

/** `count` thefts dealt out over the months of a year. */
function shelve(estateId: string, year: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const day = `${year}-${String((i % 12) + 1).padStart(2, "0")}-${String(10 + Math.floor(i / 12)).padStart(2, "0")}`;
    stage.store.shelves.cases.push(recorded(`${estateId}-${year}-${i}`, day, { estateId, simulated: false }));
  }
}

beforeEach(async () => {
  stage = await setStage({ comparisonMs: 500 });
  headers = bearer(await stage.token("viewer"));
  const { cases, estates } = stage.store.shelves;
  cases.length = 0;
  const a = estates.get("a");
  if (!a) throw new Error("the stage has no estate a");
  // a was installed on 2025-01-01; c never was
  const { installedOn: _, commissionedOn: __, ...without } = a;
  estates.set("c", { ...without, id: "c" });
  estates.set("d", { ...without, id: "d" });
  shelve("a", 2024, 18);
  shelve("c", 2024, 20);
  for (const [id, count] of [
    ["a", 8],
    ["c", 20],
  ] as const)
    shelve(id, 2025, count);
});
afterEach(() => stage.app.close());

const QUESTION = { treated: ["a"], control: ["c"], category: "preventable_crime", unit: "call" };

const ask = (body: object = {}, by = headers) =>
  stage.app.inject({
    method: "POST",
    url: "/v1/comparisons",
    headers: by,
    payload: { ...QUESTION, ...body },
  });

describe("groups", () => {
  test("18 → 7 against a control of 20 → 18 is inconclusive, counts and reasons beside it", async () => {
    const answer = await ask();
    expect(answer.statusCode).toBe(200);
    const body = answer.json<Comparison>();
    expect(body).toMatchObject({
      treated: [{ estateId: "a", installedOn: "2025-01-01" }],
      control: ["c"],
      windows: {
        before: { from: "2024-01-01", to: "2025-01-01" },
        after: { from: "2025-02-01", to: "2026-02-01" },
      },
      before: { count: 18 },
      after: { count: 7 },
      controlled: { before: 20, after: 18 },
      verdict: "inconclusive",
      decidedBy: "controlled",
      design: { smsLevel: 3, selectionReason: "unknown" },
      reasons: { pooled: "ONE_ESTATE", displacement: "NO_BUFFER" },
      spec: { before: "P12M", phi: "auto" },
      records: { first: "2024-01-10" },
    });
    expect(JSON.stringify(body)).not.toContain("undefined");
  });

  test("several treated estates with dates of the question are staggered", async () => {
    shelve("d", 2023, 20);
    shelve("d", 2024, 20);
    shelve("c", 2023, 20);
    const answer = await ask({ treated: ["a", "d"], installs: { d: "2024-06-01" } });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      windows: null,
      design: { adoption: "staggered", nTreated: 2 },
      eventStudy: {
        kind: "staggered",
        cohorts: [{ installedOn: "2024-06-01" }, { installedOn: "2025-01-01" }],
      },
    });
  });

  test("what is declared is told with the verdict", async () => {
    const { caveats, provisional } = (
      await ask({
        declared: {
          concurrent: "路灯改造",
          reportingChanged: true,
          definitionChangedOn: "2024-07-01",
          publishedPercent: 61.11,
        },
      })
    ).json<Comparison>();
    const codes = caveats.map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining([
        "CONCURRENT_INTERVENTION",
        "DETECTION_BIAS",
        "DEFINITION_CHANGE",
        "RAW_PERCENT_ONLY",
        "CALLS_VS_CASES",
        "RTM_RISK",
      ]),
    );
    expect(provisional).toBe(true);
    expect(caveats.find(({ code }) => code === "CONCURRENT_INTERVENTION")?.zh).toContain("路灯改造");
  });

  test("a control that was given the system before the end is refused", async () => {
    shelve("b", 2024, 3);
    const { estates } = stage.store.shelves;
    const b = estates.get("b");
    if (!b) throw new Error("the stage has no estate b");
    estates.set("b", { ...b, installedOn: "2025-06-01" });
    const answer = await ask({ control: ["c", "b"] });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      code: "WINDOW_OVERLAPS_INSTALL",
      faults: [{ field: "control.1" }],
    });
  });

  test.each([
    [{ series: "sensor" }, 409, "SERIES_NOT_COMPARABLE"],
    [{ treated: ["c"], control: [] }, 422, "NOT_INSTALLED"],
    [{ installs: { a: "2026-02-20" } }, 422, "NO_EXPOSURE"],
    [{ treated: ["zz"] }, 404, "NOT_FOUND"],
    [{ control: ["a"] }, 400, "VALIDATION"],
    [{ installs: { c: "2024-01-01" } }, 400, "VALIDATION"],
    [{ unit: "both" }, 400, "VALIDATION"],
    [{ types: ["theft.ebike"] }, 400, "VALIDATION"],
    [{ windows: { before: "P3M" } }, 400, "VALIDATION"],
    [{ phi: 0.5 }, 400, "VALIDATION"],
  ])("%j is refused with %d %s, naming fields", async (body, status, code) => {
    const answer = await ask(body);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
  });

  test("only estates the caller may see, in any group; a foreign one is as if it were not there", async () => {
    const officer = bearer(await stage.token("officer", ["a"]));
    for (const body of [{}, { control: [], buffer: ["c"] }, { treated: ["c"], control: [] }]) {
      const answer = await ask(body, officer);
      expect(answer.statusCode).toBe(404);
      expect(answer.json<{ detail: string }>().detail).toBe("there is no estate c");
    }
    expect((await ask({ control: [] }, officer)).statusCode).toBe(200);
  });
});

describe("one estate", () => {
  const compare = (query: string) =>
    stage.app.inject({
      url: `/v1/estates/a/rate-comparison?category=preventable_crime&unit=call&${query}`,
      headers,
    });

  test("with a control, and why it was selected", async () => {
    const body = (await compare("control=c&selectionReason=high_incidents")).json<Comparison>();
    expect(body).toMatchObject({
      estateId: "a",
      control: ["c"],
      verdict: "inconclusive",
      controlled: { before: 20 },
      design: { selectionReason: "high_incidents" },
      spec: { control: "c", calendarMatch: "true" },
    });
    expect(body.caveats.find(({ code }) => code === "RTM_RISK")?.severity).toBe("blocking");
  });

  test("an early look is compared with the same days a year earlier, unless that is not wanted", async () => {
    stage.seen.now = Date.parse("2025-06-15T04:00:00Z");
    const early = (await compare("")).json<Comparison>();
    expect(early.before).toMatchObject({ from: "2024-01-31", to: "2024-06-15" });
    expect(early.after).toMatchObject({ from: "2025-01-31", to: "2025-06-15" });
    expect(early.caveats.map(({ code }) => code)).not.toContain("SEASON_MISMATCH");
    const plain = (await compare("calendarMatch=false")).json<Comparison>();
    expect(plain.before).toMatchObject({ from: "2024-01-01", to: "2025-01-01" });
    expect(plain.caveats.map(({ code }) => code)).toContain("SEASON_MISMATCH");
  });
});

describe("a comparison that takes long", () => {
  test("is answered with an id, and fetched by it, by the token that asked", async () => {
    const { compare } = stage.seen;
    const hold = Promise.withResolvers<void>();
    stage.seen.compare = async (input: ComparisonInput) => {
      await hold.promise;
      return compare(input);
    };
    const first = await ask();
    expect(first.statusCode).toBe(202);
    const { id } = first.json<{ id: string }>();
    const fetch = (by = headers) => stage.app.inject({ url: `/v1/comparisons/${id}`, headers: by });
    expect([(await fetch()).statusCode, (await fetch()).json<{ status: string }>().status]).toEqual([
      202,
      "running",
    ]);
    expect((await fetch(bearer(await stage.token("viewer")))).statusCode).toBe(404);
    hold.resolve();
    await expect.poll(async () => (await fetch()).statusCode).toBe(200);
    expect((await fetch()).json()).toMatchObject({ verdict: "inconclusive" });
    stage.seen.now += 3_600_001;
    expect((await fetch()).statusCode).toBe(404);
  });

  test("one that fails says why when it is fetched", async () => {
    const fail = Promise.withResolvers<never>();
    stage.seen.compare = () => fail.promise;
    const { id } = (await ask()).json<{ id: string }>();
    fail.reject(new Error("broken"));
    const answer = await stage.app.inject({ url: `/v1/comparisons/${id}`, headers });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("broken");
  });
});

describe("the public", () => {
  const RATES = "/v1/estates/a/incident-rates?category=preventable_crime&unit=call";
  let citizen: { authorization: string };
  beforeEach(async () => {
    citizen = bearer(await stage.token("public"));
  });
  const rates = async (query: string) => stage.app.inject({ url: `${RATES}&${query}`, headers: citizen });

  test("sees no count from one to four, nor the one that would tell it, nor the total", async () => {
    const { cases } = stage.store.shelves;
    cases.length = 0;
    const months = [6, 0, 3, 9, 7, 8, 9, 5, 9, 9, 9, 9];
    for (const [month, count] of months.entries()) {
      for (let i = 0; i < count; i++) {
        const day = `2024-${String(month + 1).padStart(2, "0")}-${String(i + 1).padStart(2, "0")}`;
        cases.push(recorded(`${month}-${i}`, day));
      }
    }
    const answer = await rates("from=2024-01-01&to=2025-01-01");
    expect(answer.statusCode).toBe(200);
    const { rows, total } = answer.json<{
      rows: { count: number | null; rate: number | null; suppressed?: true }[];
      total: object;
    }>();
    // March is small; August, the smallest other, goes with it; a true zero stays
    expect(rows.map(({ count }) => count)).toEqual([6, 0, null, 9, 7, 8, 9, null, 9, 9, 9, 9]);
    expect(rows[2]).toMatchObject({ rate: null, ci: null, suppressed: true });
    expect(total).toMatchObject({ count: null, rate: null, suppressed: true });
    expect(answer.body).not.toContain("SIMULATED_DATA");
    // the hub's own people see all of it
    const own = await stage.app.inject({ url: `${RATES}&from=2024-01-01&to=2025-01-01`, headers });
    expect(own.json()).toMatchObject({ total: { count: 83 } });
    expect(own.body).not.toContain("suppressed");
  });

  test.each([
    "from=2024-01-01&to=2024-07-01",
    "from=2024-01-02&to=2025-01-01",
    "from=2025-01-01&to=2027-01-01",
    "from=2024-01-01&to=2025-01-01&bucket=week",
  ])("may not ask for a part of a year: %s", async (query) => {
    expect((await rates(query)).statusCode).toBe(403);
  });

  test("gets the verdict of a comparison without numbers when a window of an estate is small", async () => {
    const body = { treated: ["a"], control: ["c"] };
    expect((await ask(body, citizen)).json()).toMatchObject({ before: { count: 18 }, after: { count: 7 } });
    const { cases } = stage.store.shelves;
    cases.splice(0, cases.length, ...cases.filter(({ id }) => !/^a-2025-[4-9]/.test(id)));
    const answer = await ask(body, citizen);
    expect(answer.json()).toMatchObject({
      suppressed: true,
      before: null,
      after: null,
      effect: null,
      controlled: null,
      reasons: { controlled: "SUPPRESSED" },
    });
    expect(answer.body).not.toMatch(/"count":|minCell|"rirr":|"rateRatio":[-\d]/);
    const one = await stage.app.inject({
      url: "/v1/estates/a/rate-comparison?category=preventable_crime&unit=call",
      headers: citizen,
    });
    expect(one.json()).toMatchObject({ suppressed: true, estateId: "a", effect: null });
    // control: the same question by the hub's own people has the numbers
    expect((await ask(body)).json()).toMatchObject({ after: { count: 3 } });
  });

  test("may not ask for kinds one by one, nor for other windows", async () => {
    const statuses = [
      await ask({ types: ["theft.ebike"], category: undefined }, citizen),
      await ask({ windows: { before: "P13M" } }, citizen),
      await ask({ windows: { calendarMatch: false } }, citizen),
      await ask({ installs: { a: "2025-02-01" } }, citizen),
      await stage.app.inject({
        url: "/v1/estates/a/rate-comparison?types=theft.ebike&unit=call",
        headers: citizen,
      }),
    ].map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([403, 403, 403, 403, 403]);
  });

  test("of the hub's health it sees what a stranger sees, even over a proxy", async () => {
    const far = { "x-forwarded-for": "203.0.113.9" };
    const stranger = await stage.app.inject({ url: "/health", headers: far });
    const known = await stage.app.inject({ url: "/health", headers: { ...far, ...citizen } });
    expect(known.json()).toEqual(stranger.json());
    const viewer = await stage.app.inject({ url: "/health", headers: { ...far, ...headers } });
    expect(viewer.json()).not.toEqual(stranger.json());
    const metrics = (by: object) => stage.app.inject({ url: "/metrics", headers: { ...far, ...by } });
    expect([(await metrics(citizen)).statusCode, (await metrics(headers)).statusCode]).toEqual([403, 200]);
  });
});
