import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { JournalPosition } from "../domain/journal.ts";
import { DEFAULT_ZONE } from "../domain/time.ts";
import type {
  Clock,
  IncidentLifeCycle,
  LineOutbox,
  LiveItem,
  LiveListener,
  Points,
  ReactStore,
  RuleStateChange,
  Store,
} from "../ports.ts";
import { surveillanceOf } from "./anomalies.ts";
import { backupDatabase } from "./backup.ts";
import { badActorsPart } from "./bad-actors.ts";
import { BLOCK_EVENTS } from "./blocks.ts";
import { casesOf } from "./cases.ts";
import { createConnection } from "./connection.ts";
import { countsOf } from "./counts.ts";
import { groupCountsOf } from "./group-counts.ts";
import { coverageOf } from "./coverage.ts";
import { openDatabase } from "./database.ts";
import { deadLettersOf } from "./dead-letters.ts";
import { devicesOf } from "./devices.ts";
import { estatesOf } from "./estates.ts";
import { type KindCoverages, kindCoverageOf } from "./kind-coverage.ts";
import { ledgerPart } from "./ledger.ts";
import { modesOf } from "./modes.ts";
import { eventsOf } from "./events.ts";
import { gatewaysOf } from "./gateways.ts";
import { householdsOf } from "./households.ts";
import { importRegistryOf } from "./import-registry.ts";
import { incidentsOf } from "./incidents.ts";
import { inspectAside } from "./inspect-aside.ts";
import { lessonsOf } from "./lessons.ts";
import { createLineWriter, NO_LINES } from "./line-writer.ts";
import { migrate } from "./migrate.ts";
import { createNames } from "./names.ts";
import { outageRetentionOf } from "./outage-retention.ts";
import { prepareOutbox } from "./outbox-rows.ts";
import { outboxOf } from "./outbox.ts";
import { prepareReact } from "./react-statements.ts";
import { beginReact } from "./react-transaction.ts";
import { readNumber } from "./read-number.ts";
import { deadLetterRetentionOf, retentionOf } from "./retention.ts";
import { ruleVersionsOf } from "./rule-versions.ts";
import { createQueries } from "./schema.ts";
import { tokensOf } from "./tokens.ts";

export { inspectDatabase } from "./inspect.ts";
export { restoreStore } from "./restore.ts";

const MAX_DEAD_LETTERS = 10_000;

interface StoreOptions {
  /** The database file; made when missing. */
  readonly path: string;
  readonly clock: Clock;
  readonly lifeCycle: IncidentLifeCycle;
  /** Events of a block of the listing indexes; smaller only to test the walk over many. */
  readonly blockEvents?: number;
  /** IANA zone of estates nobody registered. */
  readonly zone?: string;
  /** Beyond it the oldest dead letters of a gateway make room, counted; 10,000 when absent. */
  readonly maxDeadLettersPerGateway?: number;
  /** Makes points of what is stored; absent: none are kept, and they cannot be made of incidents later. */
  readonly points?: Points;
  /** Largest outbox, bytes; absent: points are kept, but no lines are written for shipping. */
  readonly maxOutboxBytes?: number;
}

/** The embedded store: the whole port, both sides, on one SQLite file. */
export interface EmbeddedStore extends Store, ReactStore, LineOutbox, KindCoverages {
  /** Calls `listener` after each commit that stored events or changed incidents, with what is new. */
  onCommit(listener: LiveListener): void;
  /** Closes the database. What waits or comes later is refused with UNAVAILABLE. */
  close(): void;
}

/**
 * Opens the store, bringing an older schema up to date. Belongs in the thread that owns the database:
 * SQLite answers synchronously, the port is asynchronous so that a store over a network can follow.
 * Do not call the store from within `react`: it would wait for itself.
 */
export function openStore(options: StoreOptions): EmbeddedStore {
  const db = openDatabase(options.path);
  try {
    migrate(db);
    return createStore(db, options);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Builds the store over an open database with the present schema. */
export function createStore(db: DatabaseSync, options: StoreOptions): EmbeddedStore {
  const { path, clock, lifeCycle } = options;
  const connection = createConnection(db);
  const queries = createQueries(connection);
  const statements = prepareReact(db);
  const names = createNames(db);
  const outbox = prepareOutbox(db, clock, options.maxOutboxBytes ?? 0);
  const shipped = options.maxOutboxBytes === undefined ? undefined : outbox;
  const lines = options.points ? createLineWriter(db, { points: options.points, outbox: shipped }) : NO_LINES;
  connection.onRollback(() => {
    names.forget();
    lines.forget();
  });
  const settings = {
    blockEvents: options.blockEvents ?? BLOCK_EVENTS,
    zone: options.zone ?? DEFAULT_ZONE,
    maxDeadLettersPerGateway: options.maxDeadLettersPerGateway ?? MAX_DEAD_LETTERS,
    lines,
  };
  const deleteEventsBefore = retentionOf(connection);
  const closing = new AbortController();
  const listeners: LiveListener[] = [];
  const onCommitted = (live: readonly LiveItem[]): void => {
    if (live.length === 0) return;
    for (const listener of listeners) {
      try {
        listener(live);
      } catch (error) {
        // What is committed must not look as if it had failed; the listener's bug shows by itself.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };

  return {
    ...estatesOf(queries),
    ...modesOf(queries),
    ...householdsOf(queries),
    ...coverageOf(connection),
    ...kindCoverageOf(connection),
    ...ledgerPart(queries),
    ...badActorsPart(queries),
    ...surveillanceOf(connection),
    ...gatewaysOf(queries, clock),
    ...devicesOf(connection, queries, statements),
    ...eventsOf(connection),
    ...deadLettersOf(queries),
    ...incidentsOf({ connection, queries, statements, lifeCycle, lines, onCommitted }),
    ...casesOf(queries, clock, lines),
    ...countsOf(queries),
    ...groupCountsOf(connection),
    ...lessonsOf(queries),
    ...ruleVersionsOf(queries),
    ...tokensOf(queries),
    importRegistry: importRegistryOf(queries, clock),

    async react(work) {
      const session = beginReact(statements, names, settings);
      try {
        const result = await connection.atomically(async () => {
          const done = await work(session.tx);
          session.check();
          return done;
        });
        onCommitted(session.live);
        return result;
      } finally {
        session.end();
      }
    },
    cursor: () => connection.alone(() => statements.cursor.get() as unknown as JournalPosition),
    ruleStates: () =>
      connection.alone(() => statements.ruleStates.all() as unknown as readonly RuleStateChange[]),

    aliveAt: () =>
      connection.alone(() => (statements.aliveAt.get()?.["at"] as number | null | undefined) ?? undefined),
    noteAlive: (at, offSince) =>
      connection.atomically(() => {
        if (offSince !== undefined) statements.outages.hubWasOff(offSince, at);
        statements.saveAlive.run(at);
      }),

    backup: (file) => backupDatabase(path, file, closing.signal),
    verify: () => inspectAside(path, closing.signal),
    deleteEventsBefore,
    deleteDeadLettersBefore: deadLetterRetentionOf(connection),
    ...outageRetentionOf(connection),
    ...outboxOf(connection, outbox, clock),
    figures: () =>
      connection.alone(() => ({
        events: readNumber(db, "SELECT coalesce(sum(events), 0) FROM event_blocks"),
        openIncidents: readNumber(db, "SELECT count(*) FROM incidents WHERE status <> 'closed'"),
        pendingDeadLetters: readNumber(db, "SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL"),
        deadLettersDropped: readNumber(db, "SELECT dead_letters_dropped FROM progress"),
        pendingDevices: readNumber(db, "SELECT count(*) FROM devices WHERE status = 'pending'"),
        databaseBytes: [path, `${path}-wal`].reduce(
          (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
          0,
        ),
      })),
    onCommit(listener) {
      listeners.push(listener);
    },
    close() {
      closing.abort();
      connection.close();
    },
  };
}
