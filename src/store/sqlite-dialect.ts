import type { SQLInputValue } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Connection } from "./connection.ts";

/**
 * Kysely on `node:sqlite`. Its queries and transactions wait at the same gate as the raw statements of
 * the hot path; a begun transaction may write, so it takes the write lock at once.
 */
export function nodeSqliteDialect(connection: Connection): Dialect {
  const leaves = new WeakMap<DatabaseConnection, () => void>();
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      init: () => Promise.resolve(),
      async acquireConnection() {
        const leave = await connection.enter();
        const session: DatabaseConnection = {
          executeQuery: async <R>(query: CompiledQuery) => run<R>(connection, query),
          streamQuery: () => {
            throw new Error("answers are not streamed");
          },
        };
        leaves.set(session, leave);
        return session;
      },
      async beginTransaction() {
        connection.begin();
      },
      async commitTransaction() {
        connection.commit();
      },
      async rollbackTransaction() {
        connection.rollback();
      },
      releaseConnection(session) {
        leaves.get(session)?.();
        return Promise.resolve();
      },
      destroy: () => Promise.resolve(),
    }),
  };
}

function run<R>({ db }: Connection, { sql, parameters }: CompiledQuery): QueryResult<R> {
  const statement = db.prepare(sql);
  const values = parameters as readonly SQLInputValue[];
  if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] };
  const { changes } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes) };
}
