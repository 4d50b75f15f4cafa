import { profiles } from "../../devices/index.ts";
import type { TopicBinding } from "../../src/domain/estate.ts";
import { parseIntakePath } from "../../src/domain/topic.ts";
import type { Decoder, InboundMessage } from "../../src/ports.ts";
import { createDecoder } from "../../src/registry/decoder.ts";

/** 2026-03-01T08:00:00Z. */
export const NOW = Date.UTC(2026, 2, 1, 8);

/** The decoder with every profile there is; `bindings` may be changed meanwhile. */
export function realDecoder(bindings: readonly TopicBinding[] = []): Decoder {
  return createDecoder({
    profiles,
    configOf: () => ({}),
    bindingsOf: () => bindings,
    pseudonymKey: Buffer.from("a key for tests only"),
    zoneOf: () => "Asia/Shanghai",
    recall: () => undefined,
  });
}

/** A message of gateway `gw-1` for estate `e1`, arriving at NOW. */
export function message(
  path: string,
  payload: object | string | Uint8Array,
  given: Partial<InboundMessage> = {},
): InboundMessage {
  const route = parseIntakePath("e1", "gw-1", path);
  if (!route) throw new Error(`no route for ${path}`);
  const bytes = payload instanceof Uint8Array ? payload : undefined;
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return {
    transport: "mqtt",
    gatewayId: "gw-1",
    route,
    payload: bytes ?? Buffer.from(text),
    retained: false,
    receivedAt: NOW,
    ...given,
  };
}
