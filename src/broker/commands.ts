import type { Aedes } from "aedes";
import { isId, parseTopic } from "../domain/topic.ts";
import { ZhianError } from "../errors.ts";
import type { Authenticator } from "../ports.ts";
import { bridgedTopic, commandTopic } from "./acl.ts";
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

/**
 * Publishes one message to a program that a gateway bridges, QoS 1, on the vendor's own topic below the
 * gateway's bridge. Throws as SendCommand does; VALIDATION for a path no topic can have.
 */
export type SendToProgram = (
  gatewayId: string,
  estateId: string,
  path: string,
  payload: Uint8Array,
) => Promise<void>;

/** The ways from the hub to a gateway. */
export interface Commands {
  readonly command: SendCommand;
  readonly toProgram: SendToProgram;
}

export interface CommandParts {
  readonly aedes: Aedes;
  readonly sessions: Sessions;
  readonly auth: Pick<Authenticator, "principal">;
  readonly queuedCommands: number;
}

/** Makes the ways from the hub to a gateway. */
export function createCommands({ aedes, sessions, auth, queuedCommands }: CommandParts): Commands {
  async function send(gatewayId: string, estateId: string, topic: string, payload: Uint8Array) {
    if (!auth.principal(gatewayId)?.estateIds.has(estateId)) {
      throw new ZhianError("NOT_FOUND", `No gateway ${gatewayId} in estate ${estateId}`);
    }
    if ((await sessions.queued(topic, queuedCommands)) >= queuedCommands) {
      throw new ZhianError("UNAVAILABLE", `Gateway ${gatewayId} has too many commands waiting`);
    }
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos: 1 } as const;
    await new Promise<void>((resolve, reject) => {
      aedes.publish({ ...packet, dup: false, retain: false }, (error) => (error ? reject(error) : resolve()));
    });
  }

  return {
    async command(gatewayId, estateId, name, payload) {
      if (!isId(name)) {
        const faults = [{ field: "name", reason: "must be letters, digits, dot, hyphen or underscore" }];
        throw new ZhianError("VALIDATION", "A command needs a name", { faults });
      }
      await send(gatewayId, estateId, commandTopic(estateId, gatewayId, name), payload);
    },
    async toProgram(gatewayId, estateId, path, payload) {
      const topic = bridgedTopic(estateId, gatewayId, path);
      if (/[+#]/.test(path) || parseTopic(topic)?.kind !== "bridge") {
        const faults = [{ field: "path", reason: "must be a topic without wildcards" }];
        throw new ZhianError("VALIDATION", "A message to a program needs a topic", { faults });
      }
      await send(gatewayId, estateId, topic, payload);
    },
  };
}
