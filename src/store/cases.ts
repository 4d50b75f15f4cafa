import type { RecordedCase } from "../domain/recorded-case.ts";
import type { EpochMs } from "../domain/time.ts";
import type { FieldFault } from "../errors.ts";
import type { Clock, Store } from "../ports.ts";
import type { LineWriter } from "./line-writer.ts";
import { estatesInView, pageOf, placeAfter, rowsWanted } from "./page.ts";
import { refuseImport } from "./refusals.ts";
import { sameRow, tally } from "./same-row.ts";
import type { Atomic, CaseRow, Queries } from "./schema.ts";
import { chunksOf, flag } from "./values.ts";

/** Recorded cases: listings newest first, and imports that can be repeated. */
export function casesOf(
  queries: Queries,
  clock: Clock,
  lines: LineWriter,
): Pick<Store, "cases" | "importCases"> {
  return {
    async cases(request) {
      const after = placeAfter(request, ["number", "string", "string"]);
      const estates = estatesInView(request.scope, request.estateId);
      const { unit } = request;
      const rows = await queries
        .selectFrom("cases")
        .selectAll()
        .$if(estates !== undefined, (select) => select.where("estateId", "in", estates ?? []))
        .$if(unit !== undefined, (select) => select.where("unit", "=", unit ?? "call"))
        .$if(after !== undefined, (select) =>
          select.where((eb) =>
            eb(eb.refTuple("occurredAt", "source", "id"), "<", eb.tuple(...(after ?? [0, "", ""]))),
          ),
        )
        .orderBy("occurredAt", "desc")
        .orderBy("source", "desc")
        .orderBy("id", "desc")
        .limit(rowsWanted(request))
        .execute();
      return pageOf(rows, request, (row) => [row.occurredAt, row.source, row.id], caseOf);
    },
    importCases: (cases) =>
      queries.transaction().execute(async (tx) => {
        const rows = distinct(cases);
        await refuseUnknownEstates(tx, cases);
        const result = { inserted: 0, updated: 0, unchanged: cases.length - rows.length };
        for (const chunk of chunksOf(rows)) {
          const before = await stored(tx, chunk);
          const changed = chunk.filter((row) => tally(result, before.get(keyOf(row)), row));
          if (changed.length > 0) await write(tx, changed);
          for (const row of changed) {
            const there = before.get(keyOf(row));
            lines.recordedCase(caseOf(row), there && caseOf(there));
          }
        }
        await noteSources(tx, rows, clock.now());
        return result;
      }),
  };
}

/** Each case once. The same number twice with different content is nothing that can be decided here. */
function distinct(cases: readonly RecordedCase[]): CaseRow[] {
  const rows = new Map<string, CaseRow>();
  const faults: FieldFault[] = [];
  for (const [index, each] of cases.entries()) {
    const row = caseRow(each);
    const there = rows.get(keyOf(row));
    if (!there) rows.set(keyOf(row), row);
    else if (!sameRow(row, there)) {
      const reason = `case ${row.id} of ${row.source} appears twice with different content`;
      faults.push({ field: `cases[${index}].id`, reason });
    }
  }
  refuseImport(faults);
  return [...rows.values()];
}

async function refuseUnknownEstates(tx: Atomic, cases: readonly RecordedCase[]): Promise<void> {
  const estates = await tx.selectFrom("estates").select("id").execute();
  const known = new Set(estates.map((estate) => estate.id));
  refuseImport(
    cases.flatMap(({ estateId }, index) =>
      known.has(estateId)
        ? []
        : [{ field: `cases[${index}].estateId`, reason: `unknown estate ${estateId}` }],
    ),
  );
}

async function stored(tx: Atomic, rows: readonly CaseRow[]): Promise<Map<string, CaseRow>> {
  const found = new Map<string, CaseRow>();
  for (const [source, group] of Map.groupBy(rows, (row) => row.source)) {
    const there = await tx
      .selectFrom("cases")
      .selectAll()
      .where("source", "=", source)
      .where(
        "id",
        "in",
        group.map((row) => row.id),
      )
      .execute();
    for (const row of there) found.set(keyOf(row), row);
  }
  return found;
}

async function write(tx: Atomic, rows: readonly CaseRow[]): Promise<void> {
  await tx
    .insertInto("cases")
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(["source", "id"]).doUpdateSet((eb) => ({
        estateId: eb.ref("excluded.estateId"),
        unit: eb.ref("excluded.unit"),
        type: eb.ref("excluded.type"),
        sourceType: eb.ref("excluded.sourceType"),
        occurredAt: eb.ref("excluded.occurredAt"),
        simulated: eb.ref("excluded.simulated"),
      })),
    )
    .execute();
}

/** Keeps how far each source reaches, and that it was heard of, even when it told nothing new. */
async function noteSources(tx: Atomic, rows: readonly CaseRow[], now: EpochMs): Promise<void> {
  for (const [source, group] of Map.groupBy(rows, (row) => row.source)) {
    const heard = new Set(group.map(({ unit }) => unit));
    const before = await tx
      .selectFrom("caseSources")
      .select(["unit", "importedAt"])
      .where("source", "=", source)
      .execute();
    const importedAt = new Map(before.map((row) => [row.unit, row.importedAt]));
    // An import may move a case to the other unit, so both are made anew.
    const found = await tx
      .selectFrom("cases")
      .select(({ fn }) => [
        "unit",
        fn.countAll<number>().as("cases"),
        fn.sum<number>("simulated").as("simulated"),
        fn.min<number>("occurredAt").as("firstAt"),
        fn.max<number>("occurredAt").as("lastAt"),
      ])
      .where("source", "=", source)
      .groupBy("unit")
      .execute();
    await tx.deleteFrom("caseSources").where("source", "=", source).execute();
    await tx
      .insertInto("caseSources")
      .values(
        found.map(({ unit, cases, simulated, firstAt, lastAt }) => ({
          source,
          unit,
          cases,
          simulated,
          firstAt,
          lastAt,
          importedAt: heard.has(unit) ? now : (importedAt.get(unit) ?? now),
        })),
      )
      .execute();
  }
}

function keyOf({ source, id }: CaseRow): string {
  return JSON.stringify([source, id]);
}

function caseRow(value: RecordedCase): CaseRow {
  const { source, id, estateId, unit, type, sourceType, occurredAt, simulated } = value;
  return { source, id, estateId, unit, type, sourceType, occurredAt, simulated: flag(simulated) };
}

function caseOf({ simulated, ...row }: CaseRow): RecordedCase {
  return { ...row, simulated: simulated === 1 };
}
