import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createImporter } from "../../src/import/importer.ts";
import { file, NOW, PROFILES } from "./case-file.ts";
import { createStoreDouble } from "./store-double.ts";

const HEADER = "案件编号,小区编号,发生时间,案由";
const GOOD = ["A1,xf,2024-03-01 12:30,入室盗窃", "A2,ber,2024-03-02,噪声扰民"];
const BAD = "A3,xx,2024-02-30,飞碟";
const ALL = { scope: undefined, unit: "case" } as const;

function setUp(more = {}) {
  const double = createStoreDouble();
  const importer = createImporter({
    store: double.store,
    clock: { now: () => NOW },
    zone: "Asia/Shanghai",
    bindableProfiles: PROFILES,
    ...more,
  });
  return { ...double, importer };
}

describe("cases", () => {
  test("a good file is stored in one call", async () => {
    const { importer, caseCalls } = setUp();
    const outcome = await importer.importCases(file(HEADER, ...GOOD), ALL);
    expect(outcome).toMatchObject({ stored: true, rows: 2, accepted: 2, inserted: 2, refused: [] });
    expect(caseCalls.map((call) => call.map(({ id }) => id))).toEqual([["A1", "A2"]]);
  });

  test("one refused row keeps the whole file out", async () => {
    const { importer, caseCalls } = setUp();
    const outcome = await importer.importCases(file(HEADER, ...GOOD, BAD), ALL);
    expect(outcome).toMatchObject({ stored: false, rows: 3, accepted: 2, inserted: 0, refusedRows: 1 });
    expect(outcome.refused.map(({ line, field }) => `${line} ${field}`)).toEqual([
      "4 案由",
      "4 小区编号",
      "4 发生时间",
    ]);
    expect(caseCalls).toEqual([]);
  });

  test("skipRefused stores the good rows in one call and still tells of the others", async () => {
    const { importer, caseCalls } = setUp();
    const outcome = await importer.importCases(file(HEADER, BAD, ...GOOD), { ...ALL, skipRefused: true });
    expect(outcome).toMatchObject({ stored: true, accepted: 2, inserted: 2, refusedRows: 1 });
    expect(caseCalls).toHaveLength(1);
  });

  test("a file whose end cannot be read stores nothing, whatever was asked", async () => {
    const { importer, caseCalls } = setUp();
    const outcome = await importer.importCases(file(HEADER, ...GOOD, '"A9'), { ...ALL, skipRefused: true });
    expect(outcome).toMatchObject({ stored: false, accepted: 0, inserted: 0 });
    expect(outcome.refused).toHaveLength(1);
    expect(caseCalls).toEqual([]);
  });

  test("a dry run reads and stores nothing", async () => {
    const { importer, caseCalls } = setUp();
    const outcome = await importer.importCases(file(HEADER, ...GOOD), { ...ALL, dryRun: true });
    expect(outcome).toMatchObject({ stored: false, accepted: 2, refused: [] });
    expect(caseCalls).toEqual([]);
  });

  test("estates beyond the caller's scope are not known to exist", async () => {
    const { importer } = setUp();
    const { refused } = await importer.importCases(file(HEADER, ...GOOD), { ...ALL, scope: ["xf"] });
    expect(refused).toEqual([{ line: 3, field: "小区编号", reason: 'is not an estate of this hub: "ber"' }]);
  });

  test("a broken mapping is refused before anything is read", async () => {
    const { importer } = setUp();
    await expect(
      importer.importCases(file(HEADER, ...GOOD), { ...ALL, mapping: "types: { 甲: x.y }" }),
    ).rejects.toMatchObject({ code: "VALIDATION", faults: [{ field: "mapping line 1" }] });
  });

  test("a store that fails is the caller's to hear of", async () => {
    const { store } = createStoreDouble();
    const { importer } = setUp({
      store: { ...store, importCases: () => Promise.reject(new Error("disk full")) },
    });
    await expect(importer.importCases(file(HEADER, ...GOOD), ALL)).rejects.toThrow("disk full");
  });

  test("a thousand faults are listed, all are counted", async () => {
    const { importer } = setUp();
    const rows = Array.from({ length: 1500 }, (_, index) => `B${index},xx,2024-03-01,盗窃`);
    const { refused, refusedRows } = await importer.importCases(file(HEADER, ...rows), ALL);
    expect([refused.length, refusedRows]).toEqual([1000, 1500]);
  });
});

describe("whatever the bytes", () => {
  const request = fc.record(
    {
      scope: fc.constant(undefined),
      unit: fc.constantFrom("call" as const, "case" as const),
      encoding: fc.constantFrom("utf-8" as const, "gb18030" as const),
      skipRefused: fc.boolean(),
      dryRun: fc.boolean(),
    },
    { requiredKeys: ["scope"] },
  );
  /** A good file with some bytes put in, taken out or changed. */
  const damaged = fc
    .tuple(
      fc.array(
        fc.record({
          at: fc.nat(),
          cut: fc.nat(6),
          put: fc.oneof(
            fc.uint8Array({ maxLength: 4 }),
            fc.constantFrom(...['"', ",", "\n", "\r", "\0", "=", "\ufeff"].map((text) => Buffer.from(text))),
          ),
        }),
        { maxLength: 6 },
      ),
    )
    .map(([edits]) => {
      let bytes = Buffer.from(file(HEADER, ...GOOD, "A4,xf,2024-05-01 08:00,盗窃"));
      for (const { at, cut, put } of edits) {
        const from = at % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]);
      }
      return bytes;
    });

  test("cases: never an exception, and all good rows or none", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })),
        request,
        async (bytes, asked) => {
          const { importer, caseCalls } = setUp();
          const outcome = await importer.importCases(bytes, asked);
          const stored = caseCalls.flat().length;
          expect(caseCalls.length).toBeLessThanOrEqual(1);
          expect(outcome.stored).toBe(caseCalls.length === 1);
          expect(stored).toBe(outcome.inserted);
          expect([0, outcome.accepted]).toContain(stored);
          const whole = outcome.refused.length === 0 || asked.skipRefused === true;
          expect(outcome.stored).toBe(whole && asked.dryRun !== true && outcome.accepted > 0);
          const leftOut = outcome.leftOut.reduce((sum, { rows }) => sum + rows, 0);
          expect(outcome.accepted + outcome.refusedRows + leftOut).toBe(outcome.rows);
          for (const each of caseCalls.flat()) expect(each.occurredAt).toSatisfy(Number.isSafeInteger);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("registry: never an exception, and all good records or none", async () => {
    const yaml = Buffer.from(
      "estates:\n  - { id: e9, name: 新苑, households: 200 }\nplaces:\n  - { id: p1, estateId: e9, name: 1幢, kind: building }\n",
    );
    const csv = file("编号,名称,户数", "e9,新苑,200", "e8,旧苑,300");
    const soup = fc
      .tuple(fc.constantFrom(yaml, csv), fc.nat(), fc.uint8Array({ maxLength: 5 }))
      .map(([bytes, at, put]) => {
        const from = at % bytes.length;
        return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + put.length)]);
      });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(soup, fc.uint8Array({ maxLength: 200 })),
        fc.constantFrom("csv" as const, "yaml" as const),
        fc.constantFrom("estate" as const, "place" as const, "gateway" as const, "device" as const),
        fc.boolean(),
        async (bytes, format, kind, skipRefused) => {
          const { importer, registryCalls } = setUp();
          const outcome = await importer.importRegistry(bytes, {
            scope: undefined,
            format,
            kind,
            skipRefused,
          });
          expect(outcome.stored).toBe(registryCalls.length === 1);
          expect([0, outcome.accepted]).toContain(registryCalls.flat().length);
          expect(outcome.stored && outcome.refused.length > 0 && !skipRefused).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});
