import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { inspectDatabase, restoreStore } from "../../src/store/store.ts";
import {
  change,
  estate,
  event,
  incident,
  recordedCase,
  refusal,
  storeEvents,
  T0,
  type TestedStore,
} from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();

/** Stores batch after batch, each whole: a number of events and the cursor that says how many. */
async function fill(store: TestedStore, from: number, to: number): Promise<void> {
  for (let batch = from; batch < to; batch++) {
    const list = Array.from({ length: 100 }, (_, index) =>
      event({ id: `b${batch}-${index}`, occurredAt: T0 + batch * 100 + index, deviceId: `d${index}` }),
    );
    await store.react(async (tx) => {
      await tx.insertEvents(list);
      await tx.addCounts([
        {
          hour: T0,
          estateId: "e1",
          deviceKind: "sensor",
          code: "access.door_opened",
          phase: "state",
          count: 100,
        },
      ]);
      await tx.saveCursor({ segment: 1, offset: batch + 1 });
    });
    await setImmediate();
  }
}

describe("backup", () => {
  test("is one moment of a store in use, in a single file of its owner's", async () => {
    const store = temporary.open();
    await fill(store, 0, 60);
    const file = join(dirname(temporary.path()), "backup.db");
    const progress = { over: false };
    const backing = store.backup(file).finally(() => {
      progress.over = true;
    });
    let batch = 60;
    while (!progress.over) await fill(store, batch, ++batch);
    await backing;

    expect(readdirSync(dirname(file))).toEqual(["backup.db"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const copy = temporary.open(file);
    const { offset } = await copy.cursor();
    expect(offset).toBeGreaterThanOrEqual(60);
    expect(offset).toBeLessThanOrEqual(batch);
    expect((await copy.figures()).events).toBe(offset * 100);
    expect(await copy.verify()).toEqual([]);
    expect((await store.figures()).events).toBe(batch * 100);
  });

  test("takes the place of an older one only when it is whole", async () => {
    const store = temporary.open();
    const file = join(dirname(temporary.path()), "backup.db");
    await store.backup(file);
    await store.putEstate(estate("e1"));
    await store.backup(file);
    const before = readFileSync(file);
    const running = store.backup(file);
    store.close();
    await expect(running).rejects.toThrow("aborted");
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(["backup.db"]);
    expect((await temporary.open(file).estate("e1")).id).toBe("e1");
  });

  test("of a damaged database is refused", async () => {
    const path = temporary.path();
    const store = temporary.open(path);
    await storeEvents(store, [event()]);
    const other = new DatabaseSync(path);
    other.exec("UPDATE event_blocks SET events = 7");
    other.close();
    const file = join(dirname(temporary.path()), "backup.db");
    await expect(store.backup(file)).rejects.toThrow("not sound");
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  test("to a place that cannot be used is refused by field", async () => {
    const path = temporary.path();
    const store = temporary.open(path);
    for (const file of [path, `${path}-wal`, dirname(path), join(dirname(path), "none", "backup.db")]) {
      await expect(store.backup(file)).rejects.toMatchObject(refusal("VALIDATION", "file"));
    }
    await store.putEstate(estate("e1"));
    expect(await store.verify()).toEqual([]);
  });
});

describe("restore", () => {
  async function backupOf(...estates: string[]): Promise<string> {
    const store = temporary.open();
    for (const id of estates) await store.putEstate(estate(id));
    const file = join(dirname(temporary.path()), "backup.db");
    await store.backup(file);
    return file;
  }

  test("brings back what was there, in a new place or over an old one", async () => {
    const file = await backupOf("saved");
    const path = temporary.path();
    restoreStore(file, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const restored = temporary.open(path);
    expect((await restored.estate("saved")).id).toBe("saved");
    await restored.putEstate(estate("later"));
    restored.close();

    expect(() => restoreStore(file, path)).toThrow(expect.objectContaining(refusal("CONFLICT")) as Error);
    restoreStore(file, path, { overwrite: true });
    const again = temporary.open(path);
    expect((await again.estates({ scope: undefined, limit: 9 })).items.map(({ id }) => id)).toEqual([
      "saved",
    ]);
    expect(await again.verify()).toEqual([]);
  });

  test("does not mix a log that a crash left with the restored database", async () => {
    const file = await backupOf("saved");
    const path = temporary.path();
    const store = temporary.open(path);
    await store.putEstate(estate("old"));
    const crashed = join(dirname(temporary.path()), "zhian.db");
    for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, crashed + suffix);
    expect(statSync(`${crashed}-wal`).size).toBeGreaterThan(0);
    restoreStore(file, crashed, { overwrite: true });
    const restored = temporary.open(crashed);
    expect((await restored.estates({ scope: undefined, limit: 9 })).items.map(({ id }) => id)).toEqual([
      "saved",
    ]);
    expect(await restored.verify()).toEqual([]);
  });

  test("over a store in use is refused, and the store goes on", async () => {
    const file = await backupOf("saved");
    const path = temporary.path();
    const store = temporary.open(path);
    await store.putEstate(estate("mine"));
    expect(() => restoreStore(file, path, { overwrite: true })).toThrow(
      expect.objectContaining({ code: "CONFLICT" }) as Error,
    );
    await store.putEstate(estate("mine too"));
    expect((await store.estates({ scope: undefined, limit: 9 })).items).toHaveLength(2);
    expect(readdirSync(dirname(path)).some((name) => name.includes("restoring"))).toBe(false);
  });

  test("refuses what is damaged, foreign, newer, empty or missing, and leaves all as it was", async () => {
    const good = await backupOf("saved");
    const folder = dirname(good);
    const spoil = (name: string, how: (path: string) => void): string => {
      const path = join(folder, name);
      copyFileSync(good, path);
      how(path);
      return path;
    };
    const sql = (text: string) => (path: string) => {
      const db = new DatabaseSync(path);
      db.exec(text);
      db.close();
    };
    const bad = [
      spoil("cut.db", (path) => truncateSync(path, 20_000)),
      spoil("newer.db", sql("PRAGMA user_version = 999")),
      spoil("foreign.db", sql("PRAGMA application_id = 1")),
      spoil("text.db", (path) => writeFileSync(path, "no database")),
      spoil("empty.db", (path) => truncateSync(path, 0)),
      join(folder, "missing.db"),
    ];
    const path = temporary.path();
    temporary.open(path).close();
    const before = readFileSync(path);
    for (const from of bad) {
      expect(() => restoreStore(from, path, { overwrite: true }), from).toThrow(
        expect.objectContaining({ code: "VALIDATION" }) as Error,
      );
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(() => restoreStore(good, good, { overwrite: true })).toThrow(
      expect.objectContaining({ code: "VALIDATION" }) as Error,
    );
    const nowhere = join(folder, "new", "zhian.db");
    expect(() => restoreStore(bad[0] ?? "", nowhere)).toThrow("cannot be restored");
    expect(existsSync(nowhere)).toBe(false);
  });

  test("takes the place of a database that is damaged", async () => {
    const file = await backupOf("saved");
    const path = temporary.path();
    writeFileSync(path, "this was a database once ".repeat(400));
    restoreStore(file, path, { overwrite: true });
    expect((await temporary.open(path).estate("saved")).id).toBe("saved");
  });
});

describe("verify", () => {
  const sabotage: [string, string, string][] = [
    ["a count that is too high", "UPDATE hourly_counts SET count = count + 1", "counted 2, stored 1"],
    ["an event without its count", "DELETE FROM hourly_counts", "counted 0, stored 1"],
    ["a block that miscounts", "UPDATE event_blocks SET events = 9", "says 9 and holds 1"],
    ["an event outside its block's times", "UPDATE events SET occurred_at = occurred_at - 1", "outside"],
    ["an event of nobody", "UPDATE events SET device = 99", "names an estate, device"],
    [
      "two unclosed incidents of one key",
      "DROP INDEX incidents_one_unclosed_per_key; UPDATE incidents SET key = 'k'",
      "has 2 incidents that are not closed",
    ],
    ["a closing without a reason", "UPDATE incidents SET status = 'closed'", "without a reason"],
    ["a case of no estate", "PRAGMA foreign_keys = OFF; DELETE FROM estates", "missing from estates"],
    [
      "an index that misses a row",
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'cases_by_time'",
      "never used",
    ],
  ];
  test.each(sabotage)("finds %s", async (_what, sql, fault) => {
    const path = temporary.path();
    const store = temporary.open(path);
    await store.putEstate(estate("e1"));
    await store.importCases([recordedCase("c1")]);
    await storeEvents(store, [event()]);
    await store.react((tx) =>
      tx.saveIncidents([change(incident("i1"), "opened"), change(incident("i2"), "opened")]),
    );
    expect(await store.verify()).toEqual([]);
    store.close();
    const db = new DatabaseSync(path, { defensive: false });
    db.exec(sql);
    db.close();
    const faults = inspectDatabase(path);
    expect(faults.join("\n")).toContain(fault);
  });

  test("finds damaged bytes, and says so of a file that is none", async () => {
    const path = temporary.path();
    const store = temporary.open(path);
    await fill(store, 0, 5);
    store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length - 8_000, bytes.length - 100);
    writeFileSync(path, bytes);
    expect(inspectDatabase(path).length).toBeGreaterThan(0);
    writeFileSync(path, "nothing of the kind");
    expect(inspectDatabase(path)).toEqual([expect.stringContaining("cannot be")]);
    expect(inspectDatabase(join(dirname(path), "missing"))).toEqual([
      expect.stringContaining("cannot be opened"),
    ]);
  });
});
