import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import type { CaseCountQuery } from "../../../src/ports.ts";
import { change, estate, incident, recordedCase, refusal, T0, type TestedStore } from "./samples.ts";

const query: CaseCountQuery = {
  estateId: "e1",
  series: "recorded",
  unit: "call",
  types: ["theft.ebike"],
  from: "2026-01-01",
  to: "2026-02-01",
  bucket: "month",
};

/** The estate-local day of an instant, by another way than the store's. */
function localDay(at: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(at);
}

export function countTests(the: () => TestedStore): void {
  async function recordAt(zone: string, ...instants: number[]): Promise<void> {
    await the().putEstate(estate("e1", { zone }));
    await the().importCases(instants.map((at, index) => recordedCase(`c${index}`, { occurredAt: at })));
  }

  describe("counts of cases", () => {
    test("months are the estate's own, and empty ones are there", async () => {
      const newYear = Date.UTC(2025, 11, 31, 16);
      await recordAt("Asia/Shanghai", newYear - 1, newYear, Date.UTC(2026, 2, 31, 15, 59));
      expect(await the().caseCounts({ ...query, from: "2025-11-01", to: "2026-04-01" })).toMatchObject([
        { bucket: "2025-11-01", count: 0 },
        { bucket: "2025-12-01", count: 1 },
        { bucket: "2026-01-01", count: 1 },
        { bucket: "2026-02-01", count: 0 },
        { bucket: "2026-03-01", count: 1 },
      ]);
    });

    test("a day has 23 hours when the clock goes forward and 25 when it goes back", async () => {
      const spring = Date.UTC(2026, 2, 28, 23);
      const autumn = Date.UTC(2026, 9, 24, 22);
      await recordAt(
        "Europe/Berlin",
        spring - 1,
        spring,
        spring + 23 * HOUR - 1,
        spring + 23 * HOUR,
        autumn - 1,
        autumn,
        autumn + 25 * HOUR - 1,
        autumn + 25 * HOUR,
      );
      const days = { ...query, bucket: "day" } as const;
      expect(await the().caseCounts({ ...days, from: "2026-03-28", to: "2026-03-31" })).toMatchObject([
        { bucket: "2026-03-28", count: 1 },
        { bucket: "2026-03-29", count: 2 },
        { bucket: "2026-03-30", count: 1 },
      ]);
      expect(await the().caseCounts({ ...days, from: "2026-10-24", to: "2026-10-27" })).toMatchObject([
        { bucket: "2026-10-24", count: 1 },
        { bucket: "2026-10-25", count: 2 },
        { bucket: "2026-10-26", count: 1 },
      ]);
    });

    test("weeks begin on Monday; the first and last are counted within the days asked for", async () => {
      const days = ["2025-12-29", "2025-12-31", "2026-01-01", "2026-01-04", "2026-01-05", "2026-01-07"];
      await recordAt("UTC", ...days.map((day) => Date.parse(`${day}T12:00:00Z`)));
      expect(
        await the().caseCounts({ ...query, bucket: "week", from: "2025-12-31", to: "2026-01-07" }),
      ).toMatchObject([
        { bucket: "2025-12-29", count: 3 },
        { bucket: "2026-01-05", count: 1 },
      ]);
    });

    test("each case of the days asked for is in the bucket of its local day, in any zone", async () => {
      const zones = [
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Beirut",
      ];
      const around = Date.UTC(2018, 9, 1);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...zones),
          fc.array(fc.integer({ min: 0, max: 60 * 24 * 60 }), { minLength: 1, maxLength: 20 }),
          fc.integer({ min: 0, max: 30 }),
          async (zone, minutes, first) => {
            const instants = minutes.map((minute) => around + minute * 60_000);
            await recordAt(zone, ...instants);
            const from = new Date(around + first * DAY).toISOString().slice(0, 10);
            const to = new Date(around + (first + 30) * DAY).toISOString().slice(0, 10);
            const counts = await the().caseCounts({ ...query, bucket: "day", from, to });
            expect(counts).toHaveLength(30);
            for (const { bucket, count } of counts) {
              const there = instants.filter((at) => localDay(at, zone) === bucket).length;
              const stale = (await the().cases({ scope: undefined, limit: 1_000 })).items.filter(
                ({ id, occurredAt }) =>
                  Number(id.slice(1)) >= instants.length && localDay(occurredAt, zone) === bucket,
              ).length;
              expect({ bucket, count }).toEqual({ bucket, count: there + stale });
            }
          },
        ),
        { numRuns: 15 },
      );
    });

    test("only the estate, unit and types asked for are counted", async () => {
      await the().putEstate(estate("e1"));
      await the().putEstate(estate("e2"));
      const at = Date.UTC(2026, 0, 15);
      await the().importCases([
        recordedCase("a", { occurredAt: at }),
        recordedCase("b", { occurredAt: at, unit: "case" }),
        recordedCase("c", { occurredAt: at, type: "fraud.telecom" }),
        recordedCase("d", { occurredAt: at, estateId: "e2" }),
      ]);
      const count = async (given: Partial<CaseCountQuery>): Promise<number | undefined> =>
        (await the().caseCounts({ ...query, ...given }))[0]?.count;
      expect(await count({})).toBe(1);
      expect(await count({ unit: "case" })).toBe(1);
      expect(await count({ types: ["theft.ebike", "fraud.telecom"] })).toBe(2);
      expect(await count({ types: [] })).toBe(0);
    });

    test("the sensor series counts incidents, without tests, false alarms and duplicates", async () => {
      await the().putEstate(estate("e1"));
      const at = Date.UTC(2026, 0, 15);
      const closed = { openedAt: at, status: "closed", closedAt: at } as const;
      await the().react((tx) =>
        tx.saveIncidents([
          change(incident("open", { openedAt: at, simulated: true }), "opened"),
          change(incident("confirmed", { ...closed, closeReason: "confirmed" }), "opened"),
          change(incident("other", { ...closed, closeReason: "other" }), "opened"),
          change(incident("false", { ...closed, closeReason: "false_alarm" }), "opened"),
          change(incident("drill", { ...closed, closeReason: "test" }), "opened"),
          change(incident("double", { ...closed, closeReason: "duplicate" }), "opened"),
          change(incident("flagged", { openedAt: at, test: true }), "opened"),
          change(incident("outside", { openedAt: Date.UTC(2026, 1, 15) }), "opened"),
          change(incident("elsewhere", { openedAt: at, estateId: "e2" }), "opened"),
        ]),
      );
      const { unit: _unit, ...rest } = query;
      expect(await the().caseCounts({ ...rest, series: "sensor", types: ["fire.smoke"] })).toEqual([
        { bucket: "2026-01-01", count: 3, simulated: 1 },
      ]);
    });

    test("simulated cases are counted, and counted apart", async () => {
      await the().putEstate(estate("e1"));
      const at = (day: number) => ({ occurredAt: Date.UTC(2026, 0, day, 4) });
      await the().importCases([
        recordedCase("a", at(1)),
        recordedCase("b", { ...at(1), simulated: true }),
        recordedCase("c", { ...at(2), simulated: true }),
      ]);
      const days = { ...query, bucket: "day", from: "2026-01-01", to: "2026-01-04" } as const;
      expect(await the().caseCounts(days)).toEqual([
        { bucket: "2026-01-01", count: 2, simulated: 1 },
        { bucket: "2026-01-02", count: 1, simulated: 1 },
        { bucket: "2026-01-03", count: 0, simulated: 0 },
      ]);
    });

    test("faulty questions are refused by field", async () => {
      await expect(the().caseCounts(query)).rejects.toMatchObject(refusal("NOT_FOUND"));
      await the().putEstate(estate("e1"));
      const { unit: _unit, ...rest } = query;
      await expect(the().caseCounts(rest)).rejects.toMatchObject(refusal("VALIDATION", "unit"));
      await expect(the().caseCounts({ ...query, from: "2026-02-30" })).rejects.toMatchObject(
        refusal("VALIDATION", "from"),
      );
      await expect(the().caseCounts({ ...query, to: "2025-12-31" })).rejects.toMatchObject(
        refusal("VALIDATION", "to"),
      );
      expect(await the().caseCounts({ ...query, to: query.from })).toEqual([]);
    });
  });
  describe("how far records reach", () => {
    const span = (estateId: string, unit: "call" | "case" = "call") => the().recordedSpan({ estateId, unit });
    const on = (day: string) => ({ occurredAt: Date.parse(`${day}T12:00:00Z`) });

    test("is that of all estates in the sources of this one, for a unit; a quiet estate has it from all", async () => {
      for (const id of ["e1", "e2", "quiet"]) await the().putEstate(estate(id));
      expect(await span("e1")).toBeUndefined();
      await the().importCases([
        recordedCase("a", on("2025-03-01")),
        recordedCase("b", { ...on("2024-02-01"), estateId: "e2" }),
        recordedCase("c", { ...on("2025-09-09"), estateId: "e2", simulated: true }),
        recordedCase("d", { ...on("2020-01-01"), estateId: "e2", source: "hotline" }),
        recordedCase("e", { ...on("2026-01-01"), unit: "case" }),
      ]);
      const of110 = { first: "2024-02-01", last: "2025-09-09", cases: 3, simulated: 1, lastImportAt: T0 };
      expect(await span("e1")).toEqual(of110);
      expect(await span("e2")).toEqual({ ...of110, first: "2020-01-01", cases: 4 });
      expect(await span("quiet")).toEqual({ ...of110, first: "2020-01-01", cases: 4 });
      expect(await span("e2", "case")).toEqual({
        first: "2026-01-01",
        last: "2026-01-01",
        cases: 1,
        simulated: 0,
        lastImportAt: T0,
      });
      await expect(span("nowhere")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("follows cases that an import moves in time, to the other unit, or out of simulation", async () => {
      await the().putEstate(estate("e1"));
      await the().importCases([
        recordedCase("a", on("2025-03-01")),
        recordedCase("b", { ...on("2025-09-09"), simulated: true }),
      ]);
      await the().importCases([
        recordedCase("a", { ...on("2025-03-01"), unit: "case" }),
        recordedCase("b", on("2025-08-08")),
      ]);
      const one = { cases: 1, simulated: 0, lastImportAt: T0 };
      expect(await span("e1")).toEqual({ ...one, first: "2025-08-08", last: "2025-08-08" });
      expect(await span("e1", "case")).toEqual({ ...one, first: "2025-03-01", last: "2025-03-01" });
      await the().importCases([recordedCase("b", { ...on("2025-08-08"), unit: "case" })]);
      expect(await span("e1")).toBeUndefined();
      expect(await span("e1", "case")).toMatchObject({ cases: 2, last: "2025-08-08" });
    });

    test("is told in the days of the estate that asks", async () => {
      await the().putEstate(estate("e1", { zone: "Asia/Shanghai" }));
      await the().putEstate(estate("w", { zone: "America/Sao_Paulo" }));
      await the().importCases([
        recordedCase("a", { occurredAt: Date.UTC(2025, 11, 31, 16) }),
        recordedCase("b", { occurredAt: Date.UTC(2026, 0, 10, 1) }),
      ]);
      expect(await span("e1")).toMatchObject({ first: "2026-01-01", last: "2026-01-10" });
      expect(await span("w")).toMatchObject({ first: "2025-12-31", last: "2026-01-09" });
    });
  });
}
