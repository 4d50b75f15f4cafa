import type { IncidentLifeCycle, LiveItem, Store } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { incidentOf } from "./incident-row.ts";
import type { LineWriter } from "./line-writer.ts";
import { estatesInView, pageOf, placeAfter, rowsWanted } from "./page.ts";
import type { ReactStatements } from "./react-statements.ts";
import { storeChange } from "./react-transaction.ts";
import { notFound } from "./refusals.ts";
import type { IncidentRow, Queries } from "./schema.ts";
import { present } from "./values.ts";

interface Parts {
  readonly connection: Connection;
  readonly queries: Queries;
  readonly statements: ReactStatements;
  readonly lifeCycle: IncidentLifeCycle;
  readonly lines: LineWriter;
  readonly onCommitted: (live: readonly LiveItem[]) => void;
}

/** Incidents with their history, newest first, and what people do to them. */
export function incidentsOf(parts: Parts): Pick<Store, "incidents" | "incident" | "commandIncident"> {
  const { connection, queries, statements, lifeCycle, lines, onCommitted } = parts;
  return {
    async incidents(query) {
      const after = placeAfter(query, ["number", "string"]);
      const estates = estatesInView(query.scope, query.estateId);
      const { type, status, severity, minVerification = 0, from, to } = query;
      const rows = await queries
        .selectFrom("incidents")
        .selectAll()
        .$if(estates !== undefined, (select) => select.where("estateId", "in", estates ?? []))
        .$if(type !== undefined, (select) => select.where("type", "=", type ?? ""))
        .$if(status !== undefined, (select) => select.where("status", "=", status ?? "open"))
        .$if(severity !== undefined, (select) => select.where("severity", "=", severity ?? "P1"))
        .$if(minVerification > 0, (select) => select.where("verification", ">=", minVerification))
        .$if(from !== undefined, (select) => select.where("openedAt", ">=", from ?? 0))
        .$if(to !== undefined, (select) => select.where("openedAt", "<", to ?? 0))
        .$if(after !== undefined, (select) =>
          select.where((eb) => eb(eb.refTuple("openedAt", "id"), "<", eb.tuple(...(after ?? [0, ""])))),
        )
        .orderBy("openedAt", "desc")
        .orderBy("id", "desc")
        .limit(rowsWanted(query))
        .execute();
      return pageOf(rows, query, (row) => [row.openedAt, row.id], incidentOf);
    },
    incident: (id) =>
      queries.connection().execute(async (db) => {
        const row = await db.selectFrom("incidents").selectAll().where("id", "=", id).executeTakeFirst();
        if (!row) throw notFound(`incident ${id}`);
        const history = await db
          .selectFrom("incidentTransitions")
          .select(["incidentId", "kind", "at", "by", "note", "eventId"])
          .where("incidentId", "=", id)
          .orderBy("seq")
          .execute();
        return { incident: incidentOf(row), history: history.map((line) => present(line)) };
      }),
    async commandIncident(id, command, by, now) {
      const { incident, live } = await connection.atomically(() => {
        const row = statements.incident.get(id) as IncidentRow | undefined;
        if (!row) throw notFound(`incident ${id}`);
        const change = lifeCycle.command(incidentOf(row), command, by, now);
        return { incident: change.incident, live: storeChange(statements, lines, change) };
      });
      onCommitted(live);
      return incident;
    },
  };
}
