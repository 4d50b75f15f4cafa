import type { SecurityEvent } from "../domain/event.ts";
import { SECOND } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Clock, Commissioning, DeviceTest, HeardOfDevice, LiveFeed, Store } from "../ports.ts";
import { createTally, type Tally } from "./tally.ts";

/** What a test of a device needs of the hub. */
export interface CommissioningParts {
  readonly live: LiveFeed;
  readonly store: Pick<Store, "device" | "confirmDevice">;
  readonly isSimulated: (gatewayId: string) => boolean;
  /** True once all that is on disk by now is stored; false when that takes too long. */
  readonly caughtUp: () => Promise<boolean>;
  readonly clock: Clock;
}

/** Tests at once; each holds a connection and looks at every message. */
const MOST = 50;
/** What is heard at the very end gets this long to be stored. */
const STORING_MS = 2 * SECOND;

/**
 * Makes the tests of devices. A message is seen twice: by `heard` when it was decoded, and in the live
 * feed when it is stored. Only the second is the proof; the first tells what is missing.
 */
export function createCommissioning(parts: CommissioningParts): Commissioning {
  const { live, store, isSimulated, clock } = parts;
  const running = new Set<Tally>();

  /** The proof, if it comes in time. */
  async function waitForProof(
    proof: Promise<SecurityEvent>,
    tally: Tally,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<SecurityEvent | undefined> {
    const inTime = await Promise.race([proof, pause(waitMs, signal)]);
    const lastEventAt = tally.lastEventAt();
    if (inTime || lastEventAt === undefined) return inTime;
    const rest = lastEventAt + STORING_MS - clock.now();
    const late = rest > 0 ? await Promise.race([proof, pause(rest, signal)]) : undefined;
    if (late) return late;
    // What was stored meanwhile has been told by the time this is answered.
    if (await parts.caughtUp()) return Promise.race([proof, Promise.resolve(undefined)]);
    throw new ZhianError(
      "UNAVAILABLE",
      "events of the device were heard, but the hub is behind in storing them; see /health and test again",
    );
  }

  return {
    heard(message, read) {
      if (running.size === 0) return;
      const now = clock.now();
      for (const tally of running) tally.heard(message, read, now);
    },
    async test({ estateId, deviceId, waitMs, signal }) {
      const device = await store.device(estateId, deviceId);
      if (running.size >= MOST) {
        throw new ZhianError("UNAVAILABLE", `${MOST} tests are running; try again when one is over`);
      }
      const startedAt = clock.now();
      const tally = createTally(device, startedAt, isSimulated);
      const proven = Promise.withResolvers<SecurityEvent>();
      const over = new AbortController();
      running.add(tally);
      const unsubscribe = live.subscribe((items) => {
        for (const item of items) {
          const event = tally.stored(item);
          if (event) proven.resolve(event);
        }
      });
      try {
        const either = AbortSignal.any([signal, over.signal]);
        const event = await waitForProof(proven.promise, tally, waitMs, either);
        if (event) await store.confirmDevice(estateId, deviceId, event.receivedAt);
        return answer(tally, event, clock.now() - startedAt);
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new ZhianError("UNAVAILABLE", "the test was broken off", { cause: error });
      } finally {
        over.abort();
        unsubscribe();
        running.delete(tally);
      }
    },
  };
}

/** Resolves after a while; rejects when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, undefined);
    const end = (): void => {
      clearTimeout(timer);
      reject(new Error("broken off", { cause: signal.reason }));
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

function answer(tally: Tally, event: SecurityEvent | undefined, tookMs: number): DeviceTest {
  const heard = tally.soFar();
  if (!event) return { outcome: outcomeOf(heard), heard, clock: tally.clock(), tookMs };
  const { deviceAt, receivedAt } = event;
  const clock = deviceAt === undefined ? {} : { deviceAt, skewMs: receivedAt - deviceAt };
  return { outcome: "confirmed", event, heard, clock, tookMs };
}

/** What to tell first of what did not suffice: the furthest that anything came. */
function outcomeOf({ events, ignored, dead }: HeardOfDevice): DeviceTest["outcome"] {
  if (events > 0) return "unchanged";
  if (Object.keys(ignored).length > 0) return "ignored";
  return Object.keys(dead).length > 0 ? "dead" : "silent";
}
