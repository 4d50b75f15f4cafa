import type { Logger } from "../runtime/log.ts";
import type { Accept, Clock } from "../ports.ts";
import type { PullCause } from "./pull-fault.ts";
import { deviceIdOf, type PullSource } from "./source.ts";

/** Tells the hub that a device is gone or back, once per change. */
export interface OfflineTeller {
  readonly gone: (since: number, why: PullCause) => void;
  readonly back: () => void;
}

/** What is told of one change. */
interface Change {
  readonly phase: "raise" | "clear";
  readonly since: number;
  readonly why?: PullCause;
}

/**
 * Makes the teller of one source. Changes are told in order, and one that was overtaken while the disk was
 * slow is not told at all. What comes first after a start may be old news: a clear is told as a present
 * state, so that it ends an incident from before and begins nothing. The time is given as the gateway's:
 * given as the device's it would be taken for a sample of the device's clock.
 */
export function createOfflineTeller(
  source: PullSource,
  parts: {
    readonly accept: Accept;
    readonly clock: Clock;
    readonly log: Logger;
    /** Whether the gateway may speak for the estate; what it may not tell now is told when it may. */
    readonly isEntitled: () => boolean;
  },
): OfflineTeller {
  const { accept, clock, log, isEntitled } = parts;
  let told: Change["phase"] | undefined;
  let wanted: Change | undefined;
  let telling = false;

  /** What is still to be told, and may be. */
  const untold = (): Change | undefined => (wanted?.phase !== told && isEntitled() ? wanted : undefined);

  async function tell(): Promise<void> {
    if (telling) return;
    telling = true;
    try {
      for (let change = untold(); change; change = untold()) {
        const { phase, since, why } = change;
        await accept({
          transport: "http",
          gatewayId: source.gatewayId,
          route: { kind: "native", estateId: source.estateId, deviceId: deviceIdOf(source) },
          payload: Buffer.from(
            JSON.stringify({
              code: "device.offline",
              phase,
              gatewayAt: since,
              ...(phase === "clear" && told === undefined && { flags: ["initial"] }),
              ...(why !== undefined && { attributes: { cause: why } }),
            }),
          ),
          contentType: "application/json",
          retained: false,
          receivedAt: clock.now(),
        });
        told = phase;
      }
    } catch (error) {
      log.error({ err: error, source: source.id }, "that a device is gone or back could not be kept");
    } finally {
      telling = false;
    }
  }

  return {
    gone(since, why) {
      wanted = { phase: "raise", since, why };
      void tell();
    },
    back() {
      wanted = { phase: "clear", since: clock.now() };
      void tell();
    },
  };
}
