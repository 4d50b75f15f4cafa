import { DatabaseSync } from "node:sqlite";
import { DAY } from "../../../src/domain/time.ts";
import type { Estate } from "../../../src/domain/estate.ts";
import type { EmbeddedStore } from "../../../src/store/store.ts";
import { estate } from "../../contracts/store/samples.ts";

/** An opening to be stored. */
export interface Planted {
  readonly estateId?: string;
  readonly type?: string;
  readonly at: number;
  readonly test?: boolean;
  readonly simulated?: boolean;
  readonly ruleId?: string;
  readonly closeReason?: string;
}

let planted = 0;

/** Stores closed incidents that were opened then, many at once. */
export function plant(path: string, list: readonly Planted[]): void {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  const insert = db.prepare(
    `INSERT INTO incidents (id, estate_id, type, severity, status, key, device_id, rule_id, rule_version, opened_at,
       detected_at, ended_at, closed_at, closed_by, close_reason, late, test, simulated, event_count,
       episode_count, updated_at)
     VALUES (:id, :estateId, :type, 'P2', 'closed', :key, 'd1', :ruleId, '1', :at, :at, :at, :at, 'desk',
       :closeReason, 0, :test, :simulated, 1, 1, :at)`,
  );
  db.exec("BEGIN");
  for (const { estateId = "e1", type = "intrusion.perimeter", at, ...more } of list) {
    const id = `planted-${planted++}`;
    insert.run({
      id,
      estateId,
      type,
      key: `${estateId}|${type}|${id}`,
      ruleId: more.ruleId ?? "perimeter",
      at,
      closeReason: more.closeReason ?? "confirmed",
      test: more.test === true ? 1 : 0,
      simulated: more.simulated === true ? 1 : 0,
    });
  }
  db.exec("COMMIT");
  db.close();
}

/** Puts an estate with one device on file that was heard from `since` on. */
export async function settle(
  store: EmbeddedStore,
  id: string,
  since: number,
  given: Partial<Estate> = {},
): Promise<void> {
  await store.putEstate(estate(id, given));
  await store.react((tx) =>
    tx.seeDevices([
      { estateId: id, deviceId: "d1", gatewayId: `gw-${id}`, profile: "native", at: since, simulated: false },
    ]),
  );
}

/** Notes that the estate's device was away in the span. */
export function away(store: EmbeddedStore, estateId: string, from: number, to: number): Promise<void> {
  const who = { estateId, subject: "device:d1" } as const;
  return store.react((tx) =>
    tx.noteSigns([
      { ...who, kind: "away", at: from },
      { ...who, kind: "back", at: to },
    ]),
  );
}

/** Instants that are `everyDays` apart, from `from` on and before `to`. */
export function every(everyDays: number, from: number, to: number): number[] {
  const all: number[] = [];
  for (let at = from; at < to; at += everyDays * DAY) all.push(Math.round(at));
  return all;
}
