import type { Estate } from "../../src/domain/estate.ts";
import { createBulletins } from "../../src/report/bulletins.ts";
import type { BulletinStore } from "../../src/report/counted-months.ts";
import type { BulletinQuestion, Bulletins } from "../../src/ports.ts";
import { compareGroups } from "../../src/statistics/comparison/compare-groups.ts";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { createPeriodStatistics } from "../../src/statistics/period-statistics.ts";

const NOW = Date.parse("2026-02-10T04:00:00Z");
const ESTATES = 20;

/** Longer than anybody writes it, wide and narrow. */
const estate = (index: number): Estate => ({
  id: `worst-${index}`,
  name: (index % 2 === 0 ? "超长名称的老旧住宅小区" : "Unreasonably Long Name Without End ")
    .repeat(18)
    .slice(0, 200),
  zone: "Asia/Shanghai",
  households: 999_999,
  installedOn: "2025-01-15",
  simulated: false,
});

/** What the worst bulletin asks for. */
export const WORST_QUESTION: Omit<BulletinQuestion, "lang"> = {
  month: "2026-01",
  unit: "call",
  types: ["theft.ebike", "theft.property", "fraud.telecom"],
  counted: "theft.ebike, theft.property, fraud.telecom, ".repeat(20),
  level: 0.95,
  format: "html",
};
export const WORST_ESTATE = estate(0);

/** Bulletins of estates with long names and counts of five digits, simulated and real mixed, in part imported. */
export function worstBulletins(): Bulletins {
  const records = { first: "2024-03-20", last: "2026-01-10", cases: 10_000_000, simulated: 5_000_000 };
  const store: BulletinStore = {
    estates: async () => ({ items: Array.from({ length: ESTATES }, (_, i) => estate(i)) }),
    caseCounts: async ({ from, to }) => {
      const buckets = [];
      for (let month = from.slice(0, 7); `${month}-01` < to; month = next(month)) {
        buckets.push({ bucket: `${month}-01`, count: 98_765 - Number(month.slice(5)) * 4_321, simulated: 7 });
      }
      return buckets;
    },
    groupCounts: async ({ estateIds, cuts }) => ({
      estates: estateIds.map((estateId) => ({
        estateId,
        households: 999_999,
        counts: cuts.slice(1).map((_, i) => 90_000 - i * 2_000),
        simulated: cuts.slice(1).map(() => 7),
      })),
      records,
    }),
    householdChanges: async () => [],
    coverage: async (_id, spans) => spans.map(() => 0.5),
    recordedSpan: async () => records,
    cases: async () => ({
      items: Array.from({ length: 40_000 }, (_, i) => ({
        id: String(i),
        source: "110",
        estateId: "worst-0",
        unit: "call" as const,
        type: WORST_QUESTION.types[i % 3] ?? "",
        sourceType: "",
        occurredAt: Date.parse("2026-01-30T00:10:00Z") - (i % 168) * 3_600_000,
        simulated: false,
      })),
    }),
  };
  return createBulletins({
    store,
    clock: { now: () => NOW },
    statistics: { ...createRateStatistics(), ...createPeriodStatistics() },
    comparisons: { compare: async (input) => compareGroups(input) },
  });
}

function next(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}
