import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { sql } from "kysely";
import type { SecurityEvent } from "../domain/event.ts";
import type { EventQuery, Page, Store } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { type EventRow, eventOf } from "./event-row.ts";
import { estatesInView, pageOf, placeAfter, rowsWanted } from "./page.ts";
import { notFound } from "./refusals.ts";
import type { Atomic } from "./schema.ts";

const EVENT = `
  SELECT v.id, e.estate_id AS estateId, s.gateway_id AS gatewayId, d.device_id AS deviceId, c.code,
    v.phase, v.transition, v.occurred_at AS occurredAt, v.received_at AS receivedAt, s.profile, v.rest
  FROM events v
    JOIN estate_keys e ON e.key = v.estate
    JOIN device_keys d ON d.key = v.device
    JOIN source_keys s ON s.key = v.source
    JOIN code_keys c ON c.key = v.code`;

/** A place in the listing: newest first by `occurredAt`, of equal ones the last stored first. */
interface Found {
  readonly at: number;
  readonly seq: number;
}

/** Raw events: one by id, and listings newest first by `occurredAt`. */
export function eventsOf(connection: Connection): Pick<Store, "events" | "event"> {
  const { db } = connection;
  const byId = db.prepare(`${EVENT} WHERE v.id = ?`);
  const bySeq = db.prepare(`${EVENT} WHERE v.seq = ?`);

  return {
    async events(query) {
      const place = placeAfter(query, ["number", "number"]);
      const after = place && { at: place[0], seq: place[1] };
      return connection.alone((): Page<SecurityEvent> => {
        const found = findEvents(db, query, after);
        return pageOf(
          found,
          query,
          ({ at, seq }) => [at, seq],
          ({ seq }) => eventOf(bySeq.get(seq) as unknown as EventRow),
        );
      });
    },
    event: (id) =>
      connection.alone(() => {
        const row = byId.get(id) as EventRow | undefined;
        if (!row) throw notFound(`event ${id}`);
        return eventOf(row);
      }),
  };
}

/**
 * Walks the blocks that can hold what is asked for, newest first, and stops as soon as no further block
 * can hold anything newer than what was found. Only the indexes are read, by statements of its own:
 * over a thousand blocks the query builder would cost more than the search.
 */
function findEvents(db: DatabaseSync, query: EventQuery, after: Found | undefined): readonly Found[] {
  const wanted = rowsWanted(query);
  const filter = filterOf(db, query);
  if (!filter) return [];
  const from = query.from ?? Number.MIN_SAFE_INTEGER;
  const before = Math.min(query.to ?? Number.MAX_SAFE_INTEGER, (after?.at ?? Number.MAX_SAFE_INTEGER) + 1);
  const inBlock = db.prepare(
    `SELECT occurred_at AS at, seq FROM events ${filter.index}
     WHERE block = :block AND ${filter.sql} AND occurred_at >= :from AND occurred_at < :before
       AND (occurred_at, seq) < (:afterAt, :afterSeq)
     ORDER BY occurred_at DESC, seq DESC LIMIT :wanted`,
  );
  const range = {
    ...filter.values,
    from,
    before,
    afterAt: after?.at ?? Number.MAX_SAFE_INTEGER,
    afterSeq: after?.seq ?? Number.MAX_SAFE_INTEGER,
    wanted,
  };
  const blocks = db
    .prepare(
      `SELECT block, max_at AS maxAt FROM event_blocks WHERE max_at >= ? AND min_at < ? ORDER BY max_at DESC`,
    )
    .all(from, before) as { block: number; maxAt: number }[];

  let found: Found[] = [];
  for (const { block, maxAt } of blocks) {
    const last = found[wanted - 1];
    if (last && last.at > maxAt) break;
    const more = inBlock.all({ ...range, block }) as unknown as Found[];
    if (more.length === 0) continue;
    found = [...found, ...more].toSorted((a, b) => b.at - a.at || b.seq - a.seq).slice(0, wanted);
  }
  return found;
}

interface Filter {
  readonly sql: string;
  readonly index: string;
  readonly values: Readonly<Record<string, SQLInputValue>>;
}

/** The filter in the numbers the rows hold; undefined when a name in it was never stored. */
function filterOf(db: DatabaseSync, query: EventQuery): Filter | undefined {
  const estates = estateKeys(db, estatesInView(query.scope, query.estateId));
  if (estates.length === 0) return undefined;
  const conditions: string[] = [];
  const values: Record<string, SQLInputValue> = {};
  const among = (column: string, keys: readonly number[]): void => {
    if (keys.length === 1) conditions.push(`${column} = :${column}`);
    else conditions.push(`${column} IN (SELECT value FROM json_each(:${column}))`);
    values[column] = keys.length === 1 ? (keys[0] ?? null) : JSON.stringify(keys);
  };
  if (query.code !== undefined) {
    const code = db.prepare("SELECT key FROM code_keys WHERE code = ?").get(query.code)?.["key"];
    if (typeof code !== "number") return undefined;
    conditions.push("code = :code");
    values["code"] = code;
  }
  if (query.deviceId !== undefined) {
    const devices = deviceKeys(db, query.deviceId, estates);
    if (devices.length === 0) return undefined;
    among("device", devices);
    return { sql: conditions.join(" AND "), index: "INDEXED BY events_by_device", values };
  }
  among("estate", estates);
  return { sql: conditions.join(" AND "), index: "INDEXED BY events_by_estate", values };
}

function estateKeys(db: DatabaseSync, estates: readonly string[] | undefined): number[] {
  const all = db.prepare("SELECT key FROM estate_keys");
  const some = db.prepare("SELECT key FROM estate_keys WHERE estate_id IN (SELECT value FROM json_each(?))");
  const rows = estates === undefined ? all.all() : some.all(JSON.stringify(estates));
  return rows.map((row) => row["key"] as number);
}

/** A device is named within its estate; without one the name may stand for several. */
function deviceKeys(db: DatabaseSync, deviceId: string, estates: readonly number[]): number[] {
  const statement = db.prepare("SELECT key FROM device_keys WHERE estate = ? AND device_id = ?");
  return estates.flatMap((estate) => {
    const key = statement.get(estate, deviceId)?.["key"];
    return typeof key === "number" ? [key] : [];
  });
}

/** True while raw events of the estate with this number are stored. */
export async function hasEvents(tx: Atomic, estate: number): Promise<boolean> {
  const { rows } = await sql<{ found: number }>`
    SELECT 1 AS found FROM event_blocks b CROSS JOIN events e ON e.block = b.block AND e.estate = ${estate} LIMIT 1
  `.execute(tx);
  return rows.length > 0;
}
