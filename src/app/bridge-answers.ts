import { SECOND } from "../domain/time.ts";
import type { Clock, SendToBridge } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";

/** The same request goes to the same bridge at most this often; what asks comes with every message. */
const AGAIN_AFTER = 10 * SECOND;
/** Requests remembered; beyond that all are forgotten, and one may be sent too early. */
const LIMIT = 10_000;

/** What is needed to send a message back to a bridge. */
export interface AnswerParts {
  readonly toProgram: (
    gatewayId: string,
    estateId: string,
    path: string,
    payload: Uint8Array,
  ) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Makes the way back to a bridge, for MQTT only: a pushing device cannot be asked. Where a request is lost,
 * the next message of that bridge asks again.
 */
export function answerBridges({ toProgram, clock, log }: AnswerParts): SendToBridge {
  const askedAt = new Map<string, number>();
  return ({ transport, gatewayId, route: { estateId } }, asks) => {
    if (transport !== "mqtt") return;
    for (const { path, payload } of asks) {
      const key = `${estateId}/${gatewayId}/${path}`;
      const now = clock.now();
      if (now - (askedAt.get(key) ?? -Infinity) < AGAIN_AFTER) continue;
      if (askedAt.size >= LIMIT) askedAt.clear();
      askedAt.set(key, now);
      toProgram(gatewayId, estateId, path, payload).catch((error: unknown) =>
        log.info(
          { err: error, gateway: gatewayId, path },
          "a bridge could not be asked; the next message will",
        ),
      );
    }
  };
}
