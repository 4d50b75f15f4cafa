import { unknownDevice, type DeviceState } from "../domain/device-memory.ts";
import { SECOND, type EpochMs } from "../domain/time.ts";
import type { DeviceFacts, DeviceMemory, DeviceSighting, ReactTransaction } from "../ports.ts";
import type { Item } from "./observe.ts";

/** A device's last-seen time is written again when it is this old. */
const SEEN_EVERY = 10 * SECOND;
/** Devices kept at hand; beyond that all are forgotten and read again when needed. */
const LIMIT = 50_000;

interface Known {
  readonly facts: DeviceFacts;
  readonly state: DeviceState;
  savedRevision: number;
  seenAt: EpochMs;
}

/** What react knows of devices between transactions: a cache of what the store holds. */
export interface DevicesAtHand {
  /** Reads those of the batch that are not at hand. */
  meet(tx: ReactTransaction, batch: readonly Item[]): Promise<void>;
  get(estateId: string, deviceId: string): { readonly facts: DeviceFacts; readonly state: DeviceState };
  /** Devices to register or to mark as seen. */
  sightings(batch: readonly Item[]): readonly DeviceSighting[];
  /** Memories that changed since they were last taken. */
  changedMemories(batch: readonly Item[]): readonly DeviceMemory[];
  forgetAll(): void;
}

/** Makes an empty cache. Must be forgotten whenever a transaction that used it did not commit. */
export function createDevicesAtHand(): DevicesAtHand {
  const known = new Map<string, Known>();

  function get(estateId: string, deviceId: string): Known {
    const device = known.get(keyOf(estateId, deviceId));
    if (!device) throw new Error(`device ${estateId}/${deviceId} was not read from the store`);
    return device;
  }

  function strangers(
    batch: readonly Item[],
  ): Map<string, { estateId: string; deviceId: string; ofGateway: boolean }> {
    const found = new Map<string, { estateId: string; deviceId: string; ofGateway: boolean }>();
    for (const { entry, event, ofGateway } of batch) {
      const key = keyOf(entry.estateId, event.deviceId);
      if (!known.has(key)) found.set(key, { estateId: entry.estateId, deviceId: event.deviceId, ofGateway });
    }
    return found;
  }

  return {
    get,
    async meet(tx, batch) {
      if (known.size > LIMIT) known.clear();
      const wanted = strangers(batch);
      if (wanted.size === 0) return;
      for (const [key, file] of await tx.devices([...wanted.values()])) {
        const { memory } = file;
        // A gateway has no entry among the devices.
        const facts: DeviceFacts = wanted.get(key)?.ofGateway
          ? { ...file.facts, kind: "gateway" }
          : file.facts;
        const state = memory === undefined ? unknownDevice() : (JSON.parse(memory) as DeviceState);
        known.set(key, { facts, state, savedRevision: state.revision, seenAt: 0 });
      }
    },
    sightings(batch) {
      const seen: DeviceSighting[] = [];
      for (const { entry, event, ofGateway } of batch) {
        const device = get(entry.estateId, event.deviceId);
        if (ofGateway || entry.receivedAt - device.seenAt < SEEN_EVERY) continue;
        device.seenAt = entry.receivedAt;
        const { estateId, gatewayId, profile, receivedAt: at } = entry;
        const simulated = event.flags?.includes("simulated") ?? false;
        const { skewMs } = device.state;
        seen.push({
          estateId,
          deviceId: event.deviceId,
          gatewayId,
          profile,
          at,
          simulated,
          ...(skewMs !== undefined && { skewMs }),
        });
      }
      return seen;
    },
    changedMemories(batch) {
      const changed: DeviceMemory[] = [];
      for (const { entry, event } of batch) {
        const device = get(entry.estateId, event.deviceId);
        if (device.state.revision === device.savedRevision) continue;
        device.savedRevision = device.state.revision;
        changed.push({
          estateId: entry.estateId,
          deviceId: event.deviceId,
          json: JSON.stringify(device.state),
        });
      }
      return changed;
    },
    forgetAll: () => known.clear(),
  };
}

function keyOf(estateId: string, deviceId: string): string {
  return `${estateId}/${deviceId}`;
}
