import { profiles } from "../../devices/index.ts";
import type { DeviceConfig } from "../../src/domain/estate.ts";
import type { Decoded, Json } from "../../src/domain/event.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { RECEIVED_AT } from "./support.ts";

/** A bridge of which the hub remembers what it taught, so that sequences can be decoded. */
export interface TaughtBridge {
  /** What was taught, by profile and key. */
  readonly shelf: ReadonlyMap<string, Json>;
  /** Decodes a message as the hub would, by its path alone; a text or bytes as they stand, all else as JSON. */
  readonly send: (path: string, payload: unknown) => Decoded;
}

/** Makes a bridge that has taught nothing yet. */
export function bridge(config: DeviceConfig = {}): TaughtBridge {
  const shelf = new Map<string, Json>();
  const decoder = createDecoder({
    profiles,
    configOf: () => config,
    bindingsOf: () => [],
    pseudonymKey: Buffer.from("a key for tests only"),
    zoneOf: () => "Asia/Shanghai",
    recall: (_estate, _gateway, profile, key) => shelf.get(`${profile}\n${key}`),
  });
  return {
    shelf,
    send: (path, payload) => {
      const text = typeof payload === "string" ? payload : JSON.stringify(payload);
      const { decoded, profile } = decoder.decode({
        transport: "mqtt",
        gatewayId: "gw-1",
        route: { kind: "bridge", estateId: "e1", gatewayId: "gw-1", path },
        payload: payload instanceof Uint8Array ? payload : Buffer.from(text),
        retained: false,
        receivedAt: RECEIVED_AT,
      });
      for (const { key, value } of decoded.learned ?? []) {
        if (value === null) shelf.delete(`${profile}\n${key}`);
        else shelf.set(`${profile}\n${key}`, value);
      }
      return decoded;
    },
  };
}
