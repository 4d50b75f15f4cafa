import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordedCase } from "../../src/domain/recorded-case.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import type { BulletinQuestion, Bulletins } from "../../src/ports.ts";
import { createBulletins } from "../../src/report/bulletins.ts";
import { compareGroups } from "../../src/statistics/comparison/compare-groups.ts";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { createPeriodStatistics } from "../../src/statistics/period-statistics.ts";
import { type EmbeddedStore, openStore } from "../../src/store/store.ts";

const NOW = Date.parse("2026-03-10T04:00:00Z");
const ESTATE = {
  id: "a",
  name: "幸福里",
  zone: "Asia/Shanghai",
  households: 1_000,
  installedOn: "2025-01-01",
  simulated: false,
};

const directory = mkdtempSync(join(tmpdir(), "zhian-bulletins-"));
let store: EmbeddedStore;
let bulletins: Bulletins;

beforeAll(async () => {
  const clock = { now: () => NOW };
  store = openStore({ path: join(directory, "zhian.db"), clock, lifeCycle: createIncidentLifeCycle() });
  await store.putEstate(ESTATE);
  await store.putHouseholdChange("a", { fromDay: "2025-07-01", households: 2_000 });
  await store.importCases([
    ...Array.from({ length: 12 }, (_, i) => recorded(`2024-${month(i)}-11T12:30:00+08:00`)),
    // A Saturday just after midnight in the estate's zone: Friday in UTC, and the month before.
    recorded("2025-11-01T00:20:00+08:00"),
    // Noon sharp: a day without a time.
    recorded("2025-11-05T12:00:00+08:00"),
    recorded("2025-11-20T23:59:00+08:00", "theft.property"),
    recorded("2026-02-27T08:00:00+08:00"),
  ]);
  bulletins = createBulletins({
    store,
    clock,
    statistics: { ...createRateStatistics(), ...createPeriodStatistics() },
    comparisons: { compare: async (input) => compareGroups(input) },
  });
});
afterAll(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

const month = (index: number): string => String(index + 1).padStart(2, "0");
const recorded = (at: string, type = "theft.ebike"): RecordedCase => ({
  id: at,
  source: "110",
  estateId: "a",
  unit: "call",
  type,
  sourceType: type,
  occurredAt: Date.parse(at),
  simulated: false,
});
const question: BulletinQuestion = {
  month: "2025-11",
  unit: "call",
  types: ["theft.ebike", "theft.property"],
  counted: "preventable_crime",
  level: 0.95,
  lang: "en",
  format: "csv",
};

test("counts, months of the estate's zone, dated households, types and comparison from the store", async () => {
  const { text, fileName } = await bulletins.estate(ESTATE, question);
  expect(fileName).toBe("a-2025-11-call-en.csv");
  const lines = text.split("\r\n").map((line) => line.split(","));
  const line = (what: string) => lines.filter((cells) => cells[2] === what);
  const november = line("month").at(-1) ?? [];
  expect(november.slice(3, 6)).toEqual(["2025-11-01", "2025-12-01", "3"]);
  expect(Number(november[7])).toBeCloseTo((30 * 2_000) / 365.25, 9);
  const [year = []] = line("last_12_months");
  // From 2024-12 on: December's case, and November's three.
  expect(year[5]).toBe("4");
  expect(Number(year[7])).toBeCloseTo((212 * 1_000 + 153 * 2_000) / 365.25, 9);
  const types = line("type_last_12_months").map((cells) => [cells[15], cells[5]]);
  expect(types).toEqual([
    ["theft.ebike", "3"],
    ["theft.property", "1"],
  ]);
  const [ratio = []] = line("rate_ratio_after_before");
  // February to November against the same days of the year before.
  expect(ratio.slice(3, 7)).toEqual(["2025-01-31", "2025-12-01", "3", "10"]);
  expect(ratio[16]).toContain("EARLY_LOOK");
});

test("the map of hours is local; what has no time is in no cell; the bulletin can be made again", async () => {
  const page = await bulletins.estate(ESTATE, { ...question, format: "html" });
  expect(page.text).toContain("1 more have no time of day");
  const cells = [...page.text.matchAll(/<text class="cell[^"]*" x="(\d+)" y="(\d+)"[^>]*>(\d+)</gu)];
  const places = cells.map(([, x, y, count]) => [
    (Number(y) - 22 - 10) / 20,
    (Number(x) - 44 - 13) / 26,
    Number(count),
  ]);
  // Thursday 23 h, Wednesday 12 h of December 2024, Saturday 0 h
  expect(places.toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
    [2, 12, 1],
    [3, 23, 1],
    [5, 0, 1],
  ]);
  expect(page.text).not.toMatch(/SIMULATED|MIXED/u);
  expect((await bulletins.estate(ESTATE, { ...question, format: "html" })).text).toBe(page.text);
});

test.each([
  // One by one, as the exact test takes them: p = 0.043.
  {
    id: "even",
    before: [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1],
    after: [1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1],
    verdict: "decrease_uncontrolled",
  },
  {
    id: "bursts",
    before: [6, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 0],
    after: [0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0],
    verdict: "inconclusive",
  },
])("18 → 7, $id: the bulletin decides by what the months show, not by the exact test alone", async (told) => {
  const estate = { ...ESTATE, id: told.id };
  await store.putEstate(estate);
  // Twelve months from January 2024 on, and twelve from February 2025 on.
  const days = [...told.before, 0, ...told.after].flatMap((cases, i) =>
    Array.from({ length: cases }, (_, n) => `${2024 + Math.floor(i / 12)}-${month(i % 12)}-${11 + n}`),
  );
  await store.importCases(
    days.map((day) =>
      Object.assign(recorded(`${day}T12:30:00+08:00`), { id: `${told.id}-${day}`, estateId: told.id }),
    ),
  );
  const { text } = await bulletins.estate(estate, { ...question, month: "2026-02" });
  const lines = text.split("\r\n").map((line) => line.split(","));
  const found = lines.find((cells) => cells[2] === "rate_ratio_after_before") ?? [];
  const [, , , , , after, before, , , lower, upper, ratio, p, , verdict] = found;
  expect([before, after, verdict]).toEqual(["18", "7", told.verdict]);
  expect(Number(ratio)).toBeCloseTo((366 / 365) * (7 / 18), 2);
  expect(Number(p) <= 0.05).toBe(told.verdict !== "inconclusive");
  expect(Number(lower) < 1 && 1 < Number(upper)).toBe(told.verdict === "inconclusive");
});

test("two units are never mixed, and without records nothing is told but that", async () => {
  const { text } = await bulletins.district(undefined, { ...question, unit: "case" });
  expect(text).not.toMatch(/,month,\d{4}-\d\d-01,\d{4}-\d\d-01,\d/u);
  expect(text).toContain("no records");
  expect(text).toContain("NO_RECORDS");
});
