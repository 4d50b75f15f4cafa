import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { watchedGateway } from "../../src/domain/exposure.ts";
import { DETECTORS } from "../../src/domain/surveillance.ts";
import { DAY, HOUR } from "../../src/domain/time.ts";
import { readNumber } from "../../src/store/read-number.ts";
import { migrate, SCHEMA_VERSION } from "../../src/store/migrate.ts";
import { MIGRATIONS } from "../../src/store/migrations/migrations.ts";
import { T0 } from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();
const RELEASED = new URL("./released/", import.meta.url);
/** Databases as released versions left them: `.dump` of each, with a row in every table. */
const released = readdirSync(RELEASED).map((file) => ({
  version: Number(/^v(\d+)\.sql$/.exec(file)?.[1]),
  sql: readFileSync(new URL(file, RELEASED), "utf8"),
}));

function build(sql: string): string {
  const path = temporary.path();
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return path;
}

/** The schema without the spaces it is written with. */
function schemaOf(db: DatabaseSync): string[] {
  return db
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all()
    .map((row) => String(row["sql"]).replaceAll(/\s+/g, " "));
}

describe("migrations", () => {
  test("are numbered without gaps, and each has its released database here", () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
    expect(released.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      MIGRATIONS.map(({ version }) => version),
    );
  });

  test.each(released)("up to $version make what was released as $version", ({ version, sql }) => {
    const old = new DatabaseSync(build(sql));
    const fresh = new DatabaseSync(":memory:");
    migrate(fresh, MIGRATIONS.slice(0, version));
    expect(schemaOf(fresh)).toEqual(schemaOf(old));
    old.close();
    fresh.close();
  });

  test.each(released)("bring version $version up to date with everything in it", async ({ sql, version }) => {
    const path = build(sql);
    const store = temporary.open(path);
    expect(await store.verify()).toEqual([]);
    expect(await store.cursor()).toEqual({ segment: 3, offset: 4_096 });
    expect(await store.estate("e1")).toMatchObject({ households: 800, installedOn: "2026-01-15" });
    expect(await store.places("e1")).toHaveLength(2);
    expect(await store.gateway("gw1")).toMatchObject({ estateIds: ["e1"], presence: "online" });
    expect((await store.gatewayCredentials())[0]?.secretHash).toBe("scrypt$x");
    expect(await store.device("e1", "d1")).toMatchObject({ placeId: "u1", status: "enrolled" });
    const { items } = await store.events({ scope: undefined, limit: 10 });
    expect(items.map(({ id, attributes }) => [id, attributes])).toEqual([["event-1", { battery: 97 }]]);
    expect(await store.hourlyCounts({ estateId: "e1", from: T0, to: T0 + 1 })).toHaveLength(1);
    expect((await store.incident("incident-1")).history).toHaveLength(1);
    expect((await store.cases({ scope: undefined, limit: 10 })).items).toHaveLength(1);
    expect(await store.deadLetter("letter-1")).toMatchObject({ reason: "malformed", count: 1 });
    expect(await store.tokenByHash("hash-1")).toMatchObject({ role: "officer", estateIds: ["e1"] });
    expect(await store.ruleStates()).toHaveLength(1);
    expect(await store.lessons()).toHaveLength(version < 2 ? 0 : 1);
    expect(await store.rulesInForce()).toHaveLength(version < 3 ? 0 : 1);
    expect((await store.incident("incident-1")).incident).toMatchObject({
      verification: 0,
      chattering: false,
    });
    const modes = await store.estateModes("e1");
    expect([modes.plan.length, modes.orders.length]).toEqual(version < 3 ? [0, 0] : [1, 1]);
    expect(await store.householdChanges("e1")).toEqual(
      version < 4 ? [] : [{ fromDay: "2026-02-01", households: 900 }],
    );
    expect(await store.aliveAt()).toBe(version < 4 ? T0 : T0 + HOUR);
    expect(await store.surveillanceMark("daily")).toBe(version < 5 ? undefined : T0 - 8 * HOUR);
    const found = { limit: 10, scope: undefined, detectors: DETECTORS };
    expect((await store.anomalies(found)).items).toHaveLength(version < 5 ? 0 : 1);
    expect((await store.clusters({ limit: 10, scope: undefined })).items).toHaveLength(version < 5 ? 0 : 1);
    expect((await store.estate("e1")).latitude).toBe(version < 5 ? undefined : 31.2304);
    expect(await store.outbox()).toMatchObject(
      version < 6 ? { lines: 0, bytes: 0, dropped: 0 } : { lines: 1, dropped: 3, shippedAt: T0 },
    );
    expect((await store.take("raw", 1, 1))?.lines).toBe(version < 6 ? undefined : 1);
    expect((await store.lineLetters({ limit: 10 })).items).toHaveLength(version < 6 ? 0 : 1);
    const hour = { from: T0, to: T0 + HOUR };
    expect(await store.coverage("e1", [hour])).toEqual([version < 4 ? 1 : 0.5]);
    const devices = await store.react((tx) => tx.devices([{ estateId: "e1", deviceId: "d1" }]));
    expect(devices.get("e1/d1")?.memory).toBe('{"revision":1}');
  });

  test("what is away when absences are first noted is known, and what was before is unknown", async () => {
    const { sql = "" } = released.find(({ version }) => version === 3) ?? {};
    const memory = JSON.stringify({
      revision: 1,
      points: { "|online": { value: "device.offline:raise", at: T0 - HOUR } },
    });
    const path = build(
      `${sql}
       UPDATE gateways SET presence = 'offline', presence_since = ${T0 + 3 * HOUR}, last_seen = ${T0 + 3 * HOUR};
       INSERT INTO devices SELECT estate_id, 'd2', gateway_id, profile, name, kind, NULL, status, config, simulated,
         ${T0 - DAY}, last_seen, NULL, NULL FROM devices WHERE id = 'd1';
       INSERT INTO device_keys VALUES (2, 1, 'd2');
       INSERT INTO device_memories VALUES (2, '${memory}');`,
    );
    const store = temporary.open(path);
    const hour = (number: number) => ({ from: T0 + number * HOUR, to: T0 + (number + 1) * HOUR });
    expect(await store.aliveAt()).toBe(T0 + 3 * HOUR);
    expect(await store.coverage("e1", [hour(1), hour(3)])).toEqual([null, 0]);
    await store.react((tx) => tx.noteSigns([{ ...watchedGateway("gw1"), kind: "back", at: T0 + 4 * HOUR }]));
    expect(await store.coverage("e1", [hour(4)])).toEqual([0.5]);
  });

  test("a step that fails leaves the version before it, whole", () => {
    const db = new DatabaseSync(":memory:");
    const broken = { version: SCHEMA_VERSION + 1, sql: "CREATE TABLE half (a); CREATE TABLE half (a);" };
    expect(() => migrate(db, [...MIGRATIONS, broken])).toThrow(`schema ${SCHEMA_VERSION + 1}`);
    expect(readNumber(db, "PRAGMA user_version")).toBe(SCHEMA_VERSION);
    expect(readNumber(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'")).toBe(0);
    const next = { version: SCHEMA_VERSION + 1, sql: "CREATE TABLE whole (a);" };
    migrate(db, [...MIGRATIONS, next]);
    expect(readNumber(db, "PRAGMA user_version")).toBe(SCHEMA_VERSION + 1);
    db.close();
  });

  test("a database of a newer version is refused and left as it is", () => {
    const path = temporary.path();
    temporary.open(path).close();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    expect(() => temporary.open(path)).toThrow("newer version");
    expect(readNumber(db, "PRAGMA user_version")).toBe(SCHEMA_VERSION + 1);
    db.close();
  });
});
