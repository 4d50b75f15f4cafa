import type { DatabaseSync } from "node:sqlite";
import type { SecurityEvent } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import { DEFAULT_ZONE, HOUR, type EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { DeviceFacts, IncidentDetail, RuleVersion } from "../ports.ts";
import { openForReading } from "./database.ts";
import { type EventRow, eventOf } from "./event-row.ts";
import { incidentOf } from "./incident-row.ts";
import { pastRecords } from "./past-records.ts";
import { SCHEMA_VERSION, schemaVersion } from "./migrate.ts";
import { INCIDENT } from "./react-statements.ts";
import { modesReader } from "./modes.ts";
import { readNumber } from "./read-number.ts";
import type { IncidentRow } from "./schema.ts";

/** Stored events of one read: short, so that the hub's own work on the file never waits for it. */
const BLOCK = 2_000;
/** Names kept at hand; beyond that all are forgotten and read again when needed. */
const NAMES = 50_000;
/** Receipt follows the order of storing, but for what a clock that is set back disturbs. */
const DISORDER = HOUR;

/** A stored event with what is known now of its device. */
export interface PastEvent {
  readonly event: SecurityEvent;
  readonly device: DeviceFacts;
}

/** Which stored events are read. */
export interface PastQuery {
  /** `receivedAt`, inclusive. */
  readonly from: EpochMs;
  /** `receivedAt`, exclusive. */
  readonly to: EpochMs;
  readonly codes: ReadonlySet<string>;
  readonly estateId?: string;
}

/** Some of the events that were asked for, and how far in all stored ones the reading is. */
export interface PastBlock {
  readonly events: readonly PastEvent[];
  readonly done: number;
  readonly total: number;
}

/** The stored past, read beside the hub. */
export interface Past {
  /** Events in the order in which the hub folded them, block by block. */
  events(query: PastQuery): Generator<PastBlock, void>;
  /** Incidents detected before `to` and not closed before `from`, in order of detection. */
  incidents(query: Pick<PastQuery, "from" | "to" | "estateId">): readonly Incident[];
  /** The incident with its history; undefined when there is none. */
  incident(id: string): IncidentDetail | undefined;
  /** The event, if it is still stored. */
  event(id: string): PastEvent | undefined;
  /** The versions of rules that are in force. */
  rulesInForce(): readonly RuleVersion[];
  /** The versions of a rule that were ever in force, latest first. */
  ruleVersions(id: string): readonly RuleVersion[];
  /** True when an estate was registered, or has sent something. */
  knowsEstate(estateId: string): boolean;
  /** The zone of an estate. */
  zoneOf(estateId: string): string;
  /** Raw events received before this may be gone. */
  deletedBefore(): EpochMs;
  close(): void;
}

/**
 * Opens a database file for reading only, beside the hub or without it. `zone` is the one of estates
 * nobody registered. Throws ZhianError CONFLICT when the file is not of this version.
 */
export function openPast(path: string, zone: string = DEFAULT_ZONE): Past {
  const db = openForReading(path);
  try {
    if (schemaVersion(db) !== SCHEMA_VERSION) {
      throw new ZhianError(
        "CONFLICT",
        "the database is of another version; start this version's hub on it once",
      );
    }
    return pastOf(db, zone);
  } catch (error) {
    db.close();
    throw error;
  }
}

type Row = Omit<EventRow, "estateId" | "gatewayId" | "deviceId" | "code" | "profile"> & {
  readonly device: number;
  readonly source: number;
  readonly code: number;
};

/** The columns of an event's row. */
const EVENT =
  "id, device, source, code, phase, transition, occurred_at AS occurredAt, received_at AS receivedAt, rest";

function pastOf(db: DatabaseSync, zone: string): Past {
  const device = db.prepare(
    `SELECT d.device_id AS deviceId, e.estate_id AS estateId, v.kind, v.place_id AS placeId, s.zone
     FROM device_keys d JOIN estate_keys e ON e.key = d.estate
       LEFT JOIN devices v ON v.estate_id = e.estate_id AND v.id = d.device_id
       LEFT JOIN estates s ON s.id = e.estate_id
     WHERE d.key = ?`,
  );
  const source = db.prepare("SELECT gateway_id AS gatewayId, profile FROM source_keys WHERE key = ?");
  const firstSeq = db.prepare(
    "SELECT seq, received_at AS receivedAt FROM events WHERE seq >= ? ORDER BY seq LIMIT 1",
  );
  const zoneRow = db.prepare("SELECT zone FROM estates WHERE id = ?");
  const records = pastRecords(db);
  const eventById = db.prepare(
    `SELECT ${EVENT}, (SELECT k.code FROM code_keys k WHERE k.key = events.code) AS name
     FROM events WHERE id = ?`,
  );

  const modesOf = modesReader(db);
  const devices = remembered((key) => {
    const row = device.get(key) as unknown as {
      deviceId: string;
      estateId: string;
      kind: DeviceFacts["kind"] | null;
      placeId: string | null;
      zone: string | null;
    };
    const modes = modesOf(row.estateId);
    const facts: DeviceFacts = {
      kind: row.kind ?? "other",
      ...(row.placeId !== null && { placeId: row.placeId }),
      zone: row.zone ?? zone,
      ...(modes && { modes }),
    };
    // A gateway has no entry among the devices.
    return {
      deviceId: row.deviceId,
      estateId: row.estateId,
      facts,
      ofGateway: { ...facts, kind: "gateway" as const },
    };
  });
  const sources = remembered((key) => source.get(key) as unknown as { gatewayId: string; profile: string });

  /** The first stored event that was not received before `at`, as far as receipt follows the order of storing. */
  function seqAt(at: EpochMs): number {
    let low = readNumber(db, "SELECT coalesce(min(seq), 0) FROM events");
    let high = readNumber(db, "SELECT coalesce(max(seq), -1) FROM events") + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { receivedAt } = firstSeq.get(middle) as { receivedAt: number };
      if (receivedAt < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    *events({ from, to, codes, estateId }) {
      const names = new Map(
        db
          .prepare("SELECT key, code FROM code_keys")
          .all()
          .map(({ key, code }) => [Number(key), String(code)]),
      );
      const wanted = [...names].flatMap(([key, code]) => (codes.has(code) ? [key] : []));
      const among = db.prepare(
        `SELECT ${EVENT} FROM events
         WHERE seq >= :first AND seq < :next AND received_at >= :from AND received_at < :to
           AND code IN (SELECT value FROM json_each(:wanted))
           AND (:estateId IS NULL OR estate = (SELECT key FROM estate_keys WHERE estate_id = :estateId))
         ORDER BY seq`,
      );
      const start = seqAt(from - DISORDER);
      const end = Math.max(start, seqAt(to + DISORDER));
      const filter = { from, to, wanted: JSON.stringify(wanted), estateId: estateId ?? null };
      for (let first = start; first < end; first += BLOCK) {
        const next = Math.min(first + BLOCK, end);
        const rows = among.all({ ...filter, first, next }) as unknown as readonly Row[];
        const events = rows.map((row) => pastEvent(row, names.get(row.code) ?? ""));
        yield { events, done: next - start, total: end - start };
      }
    },
    incidents: ({ from, to, estateId }) =>
      db
        .prepare(
          `SELECT ${INCIDENT} FROM incidents
           WHERE detected_at < :to AND (closed_at IS NULL OR closed_at >= :from)
             AND (:estateId IS NULL OR estate_id = :estateId)
           ORDER BY detected_at, id`,
        )
        .all({ from, to, estateId: estateId ?? null })
        .map((row) => incidentOf(row as unknown as IncidentRow)),
    ...records,
    event: (id) => {
      const row = eventById.get(id) as unknown as (Row & { readonly name: string }) | undefined;
      if (!row) return undefined;
      return pastEvent(row, row.name);
    },
    zoneOf: (estateId) => (zoneRow.get(estateId)?.["zone"] as string | undefined) ?? zone,
    deletedBefore: () => readNumber(db, "SELECT events_deleted_before FROM progress"),
    close: () => db.close(),
  };

  // Field by field: millions of rows come through here, and spreading them takes twice as long.
  function pastEvent(row: Row, code: string): PastEvent {
    const { id, phase, transition, occurredAt, receivedAt, rest } = row;
    const { deviceId, estateId, facts, ofGateway } = devices(row.device);
    const { gatewayId, profile } = sources(row.source);
    const named = { id, estateId, gatewayId, deviceId, code, phase, transition };
    const event = eventOf({ ...named, occurredAt, receivedAt, profile, rest });
    return { event, device: profile === "hub" ? ofGateway : facts };
  }
}

/** A look-up by number that keeps what it found. */
function remembered<T>(find: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    const there = known.get(key);
    if (there !== undefined) return there;
    if (known.size >= NAMES) known.clear();
    const found = find(key);
    known.set(key, found);
    return found;
  };
}
