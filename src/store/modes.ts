import type { DatabaseSync } from "node:sqlite";
import type { EstateModes, ModeOrder, ModeSpan } from "../domain/estate-mode.ts";
import type { Store } from "../ports.ts";
import { requireEstate } from "./estates.ts";
import type { ModeOrderRow, Queries } from "./schema.ts";
import { present } from "./values.ts";

type ModesPart = Pick<Store, "estateModes" | "putModePlan" | "orderMode" | "endModeOrder">;

/** Orders that are told and asked of an estate; what happened before them is judged by the plan. */
const ORDERS_KEPT = 100;

/** Modes of estates: the weekly plan, and what somebody ordered instead. */
export function modesOf(queries: Queries): ModesPart {
  return {
    async estateModes(estateId) {
      await requireEstate(queries, estateId);
      const plan = await queries
        .selectFrom("modePlans")
        .select("plan")
        .where("estateId", "=", estateId)
        .executeTakeFirst();
      const rows = await ordersOf(queries, estateId).limit(ORDERS_KEPT).execute();
      return readModes(plan?.plan, rows);
    },
    async putModePlan(estateId, plan) {
      await requireEstate(queries, estateId);
      await queries
        .insertInto("modePlans")
        .values({ estateId, plan: JSON.stringify(plan) })
        .onConflict((conflict) => conflict.column("estateId").doUpdateSet({ plan: JSON.stringify(plan) }))
        .execute();
    },
    orderMode: (order) =>
      queries.transaction().execute(async (tx) => {
        await requireEstate(tx, order.estateId);
        const last = await ordersOf(tx, order.estateId).executeTakeFirst();
        // The clock may have been set back, or two people order at once: the later one counts.
        const from = Math.max(order.from, last === undefined ? 0 : last.fromAt + 1);
        await tx
          .insertInto("modeOrders")
          .values(orderRow({ ...order, from }))
          .execute();
        return { ...order, from };
      }),
    endModeOrder: (estateId, at) =>
      queries.transaction().execute(async (tx) => {
        await requireEstate(tx, estateId);
        const last = await ordersOf(tx, estateId).executeTakeFirst();
        if (!last || (last.untilAt !== null && last.untilAt <= at)) return;
        await tx
          .updateTable("modeOrders")
          .set({ untilAt: Math.max(at, last.fromAt) })
          .where("estateId", "=", estateId)
          .where("fromAt", "=", last.fromAt)
          .execute();
      }),
  };
}

/** Prepares reading modes at the side of the hot path; undefined where an estate is always armed. */
export function modesReader(db: DatabaseSync): (estateId: string) => EstateModes | undefined {
  const plans = db.prepare("SELECT plan FROM mode_plans WHERE estate_id = ?");
  const orders = db.prepare(
    `SELECT estate_id AS estateId, from_at AS fromAt, until_at AS untilAt, mode, "by", note
     FROM mode_orders WHERE estate_id = ? ORDER BY from_at DESC LIMIT ${ORDERS_KEPT}`,
  );
  return (estateId) => {
    const plan = plans.get(estateId)?.["plan"] as string | undefined;
    const rows = orders.all(estateId) as unknown as ModeOrderRow[];
    return plan === undefined && rows.length === 0 ? undefined : readModes(plan, rows);
  };
}

/** The modes in the rows of an estate, whose orders come latest first. */
function readModes(plan: string | undefined, orders: readonly ModeOrderRow[]): EstateModes {
  return {
    plan: plan === undefined ? [] : (JSON.parse(plan) as ModeSpan[]),
    orders: orders.map(({ fromAt: from, untilAt, ...row }) => ({
      ...present(row),
      from,
      ...(untilAt !== null && { until: untilAt }),
    })),
  };
}

function orderRow({ estateId, mode, from, until, by, note }: ModeOrder): ModeOrderRow {
  return { estateId, mode, fromAt: from, untilAt: until ?? null, by, note: note ?? null };
}

function ordersOf(db: Pick<Queries, "selectFrom">, estateId: string) {
  return db.selectFrom("modeOrders").selectAll().where("estateId", "=", estateId).orderBy("fromAt", "desc");
}
