import { SECOND } from "../domain/time.ts";
import type { DeviceSighting, Store } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";

const FLUSH_EVERY = 5 * SECOND;
/** Devices noted between two flushes; beyond that a device waits for its next sign of life. */
const LIMIT = 100_000;

/** Collects signs of life that carry no event: heartbeats become one line a device, never rows. */
export interface Sightings {
  readonly note: (sighting: DeviceSighting) => void;
  close(): Promise<void>;
}

/** Starts collecting; writes what came together every five seconds. */
export function collectSightings(store: Pick<Store, "touchDevices">, log: Logger): Sightings {
  let latest = new Map<string, DeviceSighting>();

  async function flush(): Promise<void> {
    if (latest.size === 0) return;
    const batch = latest;
    latest = new Map();
    try {
      await store.touchDevices([...batch.values()]);
    } catch (error) {
      log.warn(
        { err: error, devices: batch.size },
        "last-seen times were not written; the next signs of life will be",
      );
    }
  }
  const timer = setInterval(() => void flush(), FLUSH_EVERY);

  return {
    note(sighting) {
      const key = `${sighting.estateId}/${sighting.deviceId}`;
      if (latest.size < LIMIT || latest.has(key)) latest.set(key, sighting);
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
