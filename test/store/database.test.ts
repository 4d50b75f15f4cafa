import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { readNumber } from "../../src/store/read-number.ts";
import { createStore, openStore } from "../../src/store/store.ts";
import { migrate } from "../../src/store/migrate.ts";
import { event, estate, fakeLifeCycle, storeEvents, T0, testClock } from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();
const mode = (path: string): number => statSync(path).mode & 0o777;

describe("the database file", () => {
  test("belongs to its owner alone, log and index included, and so does a new folder", async () => {
    const folder = join(dirname(temporary.path()), "data");
    const path = join(folder, "zhian.db");
    const store = temporary.open(path);
    await store.putEstate(estate("e1"));
    expect(mode(folder)).toBe(0o700);
    for (const file of [path, `${path}-wal`, `${path}-shm`])
      expect([file, mode(file)]).toEqual([file, 0o600]);
  });

  test("that others could read is closed to them", () => {
    const path = temporary.path();
    writeFileSync(path, "");
    chmodSync(path, 0o644);
    temporary.open(path);
    expect(mode(path)).toBe(0o600);
  });

  test("commits with fsync to a write-ahead log, and minds references", () => {
    const db = openDatabase(temporary.path());
    const text = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    expect(text("PRAGMA journal_mode")).toBe("wal");
    expect(text("PRAGMA synchronous")).toBe(2);
    expect(text("PRAGMA foreign_keys")).toBe(1);
    expect(text("PRAGMA busy_timeout")).toBe(5_000);
    db.close();
  });

  test("of another program, or that is none, is refused and left as it was", () => {
    const foreign = temporary.path();
    const db = new DatabaseSync(foreign);
    db.exec("CREATE TABLE theirs (a)");
    db.close();
    const bytes = readFileSync(foreign);
    expect(() => temporary.open(foreign)).toThrow("another program");
    expect(readFileSync(foreign).equals(bytes)).toBe(true);

    const text = temporary.path();
    const letter = "this is a letter, and a long one, which is no database at all".repeat(20);
    writeFileSync(text, letter);
    expect(() => temporary.open(text)).toThrow("not a database");
    expect(readFileSync(text, "utf8")).toBe(letter);

    const folder = join(dirname(temporary.path()), "folder");
    mkdirSync(folder);
    expect(() => temporary.open(folder)).toThrow("EISDIR");
  });
});

describe("closing", () => {
  test("what comes later, or waits, is refused; what was committed is there again", async () => {
    const path = temporary.path();
    const store = temporary.open(path);
    await store.putEstate(estate("e1"));
    const holding = store.react(async () => {
      waiting = store.estate("e1");
      store.close();
      await Promise.resolve();
    });
    let waiting: Promise<unknown> | undefined;
    await expect(holding).rejects.toThrow("not open");
    await expect(waiting).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(store.figures()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(store.cursor()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    store.close();
    expect((await temporary.open(path).estate("e1")).id).toBe("e1");
  });
});

describe("a disk that is full", () => {
  test("rolls the whole transaction back, and the store goes on when there is room", async () => {
    const path = temporary.path();
    const db = openDatabase(path);
    migrate(db);
    const store = createStore(db, { path, clock: testClock, lifeCycle: fakeLifeCycle });
    await storeEvents(store, [event({ id: "before" })]);
    db.exec(`PRAGMA max_page_count = ${readNumber(db, "PRAGMA page_count") + 20}`);
    const many = Array.from({ length: 5_000 }, (_, index) =>
      event({ id: `full ${index}`, occurredAt: T0 + index, deviceId: `d${index}`, estateId: "new" }),
    );
    await expect(storeEvents(store, many)).rejects.toThrow("full");
    expect((await store.figures()).events).toBe(1);
    await expect(store.event("full 0")).rejects.toMatchObject({ code: "NOT_FOUND" });

    // Names that were numbered in the lost transaction must be numbered anew.
    await storeEvents(store, many.slice(0, 5));
    db.exec("PRAGMA max_page_count = 1000000");
    await storeEvents(store, many.slice(5));
    expect(await store.event("full 7")).toEqual(many[7]);
    expect((await store.figures()).events).toBe(5_001);
    expect(await store.verify()).toEqual([]);
    store.close();
  });

  test("that caught the error inside makes nothing of the rest stay", async () => {
    const path = temporary.path();
    const db = openDatabase(path);
    migrate(db);
    const store = createStore(db, { path, clock: testClock, lifeCycle: fakeLifeCycle });
    db.exec(`PRAGMA max_page_count = ${readNumber(db, "PRAGMA page_count") + 5}`);
    const careless = store.react(async (tx) => {
      await tx.saveCursor({ segment: 7, offset: 7 });
      const many = Array.from({ length: 2_000 }, (_, index) => event({ occurredAt: T0 + index }));
      await tx.insertEvents(many).catch(() => undefined);
      await tx.saveCursor({ segment: 8, offset: 8 }).catch(() => undefined);
    });
    await expect(careless).rejects.toThrow("full");
    expect(await store.cursor()).toEqual({ segment: 0, offset: 0 });
    store.close();
  });
});

describe("two connections", () => {
  test("a second process may write beside the hub", async () => {
    const path = temporary.path();
    const hub = temporary.open(path);
    await storeEvents(hub, [event({ deviceId: "a" })]);
    const command = openStore({ path, clock: testClock, lifeCycle: fakeLifeCycle });
    await storeEvents(command, [event({ deviceId: "b", code: "life.sos", estateId: "e2" })]);
    command.close();
    await storeEvents(hub, [event({ deviceId: "b", code: "life.sos", estateId: "e2" })]);
    expect((await hub.events({ scope: undefined, deviceId: "b", limit: 9 })).items).toHaveLength(2);
    expect(await hub.verify()).toEqual([]);
  });
});
