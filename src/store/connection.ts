import type { DatabaseSync } from "node:sqlite";
import { createGate } from "./gate.ts";

/** The one connection, used by one job at a time. */
export interface Connection {
  readonly db: DatabaseSync;
  /** Waits for the connection and keeps it until the returned function is called. */
  enter(): Promise<() => void>;
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Runs `work` alone, outside a transaction. */
  alone<T>(work: () => T): Promise<T>;
  /** Runs `work` alone and atomically: when it throws, nothing of it remains. */
  atomically<T>(work: () => T | Promise<T>): Promise<T>;
  /** Calls `listener` after each rollback, to drop what was cached meanwhile. */
  onRollback(listener: () => void): void;
  close(): void;
}

/** Puts the connection behind a gate, so that no query sees, or joins, a half transaction. */
export function createConnection(db: DatabaseSync): Connection {
  const gate = createGate();
  const rollbackListeners: (() => void)[] = [];
  const begin = (): void => db.exec("BEGIN IMMEDIATE");
  const commit = (): void => db.exec("COMMIT");
  const rollback = (): void => {
    for (const listener of rollbackListeners) listener();
    // A full disk makes SQLite roll back by itself.
    if (db.isOpen && db.isTransaction) db.exec("ROLLBACK");
  };

  return {
    db,
    enter: () => gate.enter(),
    begin,
    commit,
    rollback,
    async alone(work) {
      const leave = await gate.enter();
      try {
        return work();
      } finally {
        leave();
      }
    },
    async atomically(work) {
      const leave = await gate.enter();
      try {
        begin();
        const result = await work();
        commit();
        return result;
      } catch (error) {
        rollback();
        throw error;
      } finally {
        leave();
      }
    },
    onRollback(listener) {
      rollbackListeners.push(listener);
    },
    close() {
      gate.shut();
      if (db.isOpen) db.close();
    },
  };
}
