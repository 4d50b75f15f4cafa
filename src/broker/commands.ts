import type { Aedes } from "aedes";
import { isId } from "../domain/topic.ts";
import { ZhianError } from "../errors.ts";
import type { Authenticator } from "../ports.ts";
import { commandTopic } from "./acl.ts";
import type { Sessions } from "./sessions.ts";

/**
 * Publishes one command to a gateway, QoS 1; kept for a persistent session that is away. Throws ZhianError
 * NOT_FOUND (no such gateway in that estate), VALIDATION (name) or UNAVAILABLE (too many wait already).
 */
export type SendCommand = (
  gatewayId: string,
  estateId: string,
  name: string,
  payload: Uint8Array,
) => Promise<void>;

export interface CommandParts {
  readonly aedes: Aedes;
  readonly sessions: Sessions;
  readonly auth: Pick<Authenticator, "principal">;
  readonly queuedCommands: number;
}

/** Makes the way from the hub to a gateway. */
export function createCommands({ aedes, sessions, auth, queuedCommands }: CommandParts): SendCommand {
  return async (gatewayId, estateId, name, payload) => {
    if (!isId(name)) {
      const faults = [{ field: "name", reason: "must be letters, digits, dot, hyphen or underscore" }];
      throw new ZhianError("VALIDATION", "A command needs a name", { faults });
    }
    if (!auth.principal(gatewayId)?.estateIds.has(estateId)) {
      throw new ZhianError("NOT_FOUND", `No gateway ${gatewayId} in estate ${estateId}`);
    }
    const topic = commandTopic(estateId, gatewayId, name);
    if ((await sessions.queued(topic, queuedCommands)) >= queuedCommands) {
      throw new ZhianError("UNAVAILABLE", `Gateway ${gatewayId} has too many commands waiting`);
    }
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos: 1 } as const;
    await new Promise<void>((resolve, reject) => {
      aedes.publish({ ...packet, dup: false, retain: false }, (error) => (error ? reject(error) : resolve()));
    });
  };
}
