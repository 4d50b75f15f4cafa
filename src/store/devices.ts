import type { Device, DeviceConfig } from "../domain/estate.ts";
import { watchedDevice } from "../domain/exposure.ts";
import type { FieldFault } from "../errors.ts";
import type { Store } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { forgetOutagesOf } from "./outage-retention.ts";
import { estatesInView, pageOf, placeAfter, rowsWanted } from "./page.ts";
import { noteSightings } from "./react-transaction.ts";
import type { ReactStatements } from "./react-statements.ts";
import { notFound, refuseConflicts } from "./refusals.ts";
import type { Atomic, DeviceRow, Queries } from "./schema.ts";
import { chunksOf, flag, present } from "./values.ts";

type DevicesPart = Pick<
  Store,
  "devices" | "device" | "putDevice" | "deleteDevice" | "confirmDevice" | "configuredDevices" | "touchDevices"
>;
/** What is given of a device; the rest is found out. */
export type GivenDevice = Parameters<Store["putDevice"]>[0];
/** The columns of what is given. */
export type GivenDeviceRow = Omit<DeviceRow, "firstSeen" | "lastSeen" | "skewMs" | "confirmedAt">;

/** Devices, the pending ones included. */
export function devicesOf(
  connection: Connection,
  queries: Queries,
  statements: ReactStatements,
): DevicesPart {
  return {
    async devices(query) {
      const after = placeAfter(query, ["string", "string"]);
      const estates = estatesInView(query.scope, query.estateId);
      const { status } = query;
      const rows = await queries
        .selectFrom("devices")
        .selectAll()
        .$if(estates !== undefined, (select) => select.where("estateId", "in", estates ?? []))
        .$if(status !== undefined, (select) => select.where("status", "=", status ?? "pending"))
        .$if(after !== undefined, (select) =>
          select.where((eb) => eb(eb.refTuple("estateId", "id"), ">", eb.tuple(...(after ?? ["", ""])))),
        )
        .orderBy("estateId")
        .orderBy("id")
        .limit(rowsWanted(query))
        .execute();
      return pageOf(rows, query, (row) => [row.estateId, row.id], deviceOf);
    },
    async device(estateId, id) {
      const row = await find(queries, estateId, id);
      if (!row) throw notFound(`device ${id} in estate ${estateId}`);
      return deviceOf(row);
    },
    putDevice: (device) =>
      queries.transaction().execute(async (tx) => {
        const { estateId, gatewayId, placeId } = device;
        const estate = await tx
          .selectFrom("estates")
          .select("id")
          .where("id", "=", estateId)
          .executeTakeFirst();
        if (!estate) {
          throw notFound(`estate ${estateId}`, [{ field: "estateId", reason: `unknown estate ${estateId}` }]);
        }
        const faults: FieldFault[] = [];
        const before = await find(tx, estateId, device.id);
        if (gatewayId !== undefined && gatewayId !== before?.gatewayId) {
          const gateway = tx.selectFrom("gateways").select("id").where("id", "=", gatewayId);
          if (!(await gateway.executeTakeFirst())) {
            faults.push({ field: "gatewayId", reason: `unknown gateway ${gatewayId}` });
          }
        }
        if (placeId !== undefined) {
          const place = tx
            .selectFrom("places")
            .select("id")
            .where("estateId", "=", estateId)
            .where("id", "=", placeId);
          if (!(await place.executeTakeFirst())) {
            faults.push({ field: "placeId", reason: `estate ${estateId} has no place ${placeId}` });
          }
        }
        refuseConflicts(`device ${device.id} refers to what is not there`, faults);
        await writeDevices(tx, [deviceRow(device)]);
      }),
    deleteDevice: (estateId, id) =>
      queries.transaction().execute(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("devices")
          .where("estateId", "=", estateId)
          .where("id", "=", id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) throw notFound(`device ${id} in estate ${estateId}`);
        await forgetOutagesOf(tx, watchedDevice(estateId, id));
        await tx
          .deleteFrom("deviceMemories")
          .where("device", "in", (eb) =>
            eb
              .selectFrom("deviceKeys")
              .innerJoin("estateKeys", "estateKeys.key", "deviceKeys.estate")
              .select("deviceKeys.key")
              .where("estateKeys.estateId", "=", estateId)
              .where("deviceKeys.deviceId", "=", id),
          )
          .execute();
      }),
    async confirmDevice(estateId, id, at) {
      const { numUpdatedRows } = await queries
        .updateTable("devices")
        .set({ confirmedAt: at })
        .where("estateId", "=", estateId)
        .where("id", "=", id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw notFound(`device ${id} in estate ${estateId}`);
    },
    async configuredDevices() {
      const rows = await queries
        .selectFrom("devices")
        .select(["estateId", "id", "config"])
        .where("config", "<>", "{}")
        .orderBy("estateId")
        .orderBy("id")
        .execute();
      return rows.map(({ estateId, id, config }) => ({
        estateId,
        id,
        config: JSON.parse(config) as DeviceConfig,
      }));
    },
    touchDevices: (sightings) => connection.atomically(() => noteSightings(statements, sightings)),
  };
}

/** The row of what is given of a device. */
export function deviceRow(device: GivenDevice): GivenDeviceRow {
  return {
    estateId: device.estateId,
    id: device.id,
    gatewayId: device.gatewayId ?? null,
    profile: device.profile,
    name: device.name,
    kind: device.kind,
    placeId: device.placeId ?? null,
    status: device.status,
    config: JSON.stringify(device.config),
    simulated: flag(device.simulated),
  };
}

/** Creates devices or changes what is given of them; when they were seen stays. */
export async function writeDevices(db: Atomic, rows: readonly GivenDeviceRow[]): Promise<void> {
  for (const chunk of chunksOf(rows)) {
    await db
      .insertInto("devices")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(["estateId", "id"]).doUpdateSet((eb) => ({
          gatewayId: eb.ref("excluded.gatewayId"),
          profile: eb.ref("excluded.profile"),
          name: eb.ref("excluded.name"),
          kind: eb.ref("excluded.kind"),
          placeId: eb.ref("excluded.placeId"),
          status: eb.ref("excluded.status"),
          config: eb.ref("excluded.config"),
          simulated: eb.ref("excluded.simulated"),
        })),
      )
      .execute();
  }
}

function deviceOf({ config, simulated, ...rest }: DeviceRow): Device {
  return { ...present(rest), config: JSON.parse(config) as DeviceConfig, simulated: simulated === 1 };
}

async function find(db: Queries | Atomic, estateId: string, id: string): Promise<DeviceRow | undefined> {
  return db
    .selectFrom("devices")
    .selectAll()
    .where("estateId", "=", estateId)
    .where("id", "=", id)
    .executeTakeFirst();
}
