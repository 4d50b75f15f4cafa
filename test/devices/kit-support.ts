import {
  captured,
  defineProfile,
  edge,
  json,
  noTime,
  type Guard,
  type MessageSpec,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import type { Decoded } from "../../src/domain/event.ts";
import { inputOf, type Circumstances } from "./support.ts";

/** A message that is read and says nothing; tests change what they are about. */
export const BASE = {
  path: "{device}",
  parse: json,
  device: captured("device"),
  time: noTime,
  redact: [],
  rules: [],
  otherwise: "telemetry",
} as const satisfies ReadMessage;

/** A profile `t` of these messages. */
export function define(...messages: MessageSpec[]) {
  return defineProfile({
    id: "t",
    title: { zh: "测试", en: "Test" },
    vendor: "test",
    transports: ["mqtt"],
    prefix: "t",
    kind: "sensor",
    tier: "bronze",
    messages,
  });
}

/** Decodes a payload with one message. */
export function run(
  message: Partial<ReadMessage>,
  payload: unknown,
  circumstances?: Circumstances & { path?: string },
): Decoded {
  const bytes = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return define({ ...BASE, ...message }).decode(inputOf(circumstances?.path ?? "t/d", bytes, circumstances));
}

/** A rule that tells whether guards hold. */
export const sos = (when: Guard[]) => edge({ code: "life.sos", phase: "pulse", when });
