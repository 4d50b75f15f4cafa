import type { SimulatedDevice, SimulatedEstate } from "../world.ts";
import { objectMessage, reviewMessage } from "./frigate.ts";

/** Something to publish, QoS 1. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
}

/** Numbers that make an event's identity: unique for a start of the gateway, counted within it. */
export interface Identity {
  readonly boot: string;
  next(): number;
}

/** What a device tells at one moment; turned into its bridge's own format when it is published. */
export type Told =
  | { readonly kind: "native"; readonly code: string; readonly phase: Phase; readonly attributes?: Facts }
  /** New values of a Zigbee2MQTT device; it always sends its whole state. */
  | { readonly kind: "zigbee"; readonly changes: Facts }
  | { readonly kind: "availability"; readonly state: "online" | "offline" }
  | { readonly kind: "object"; readonly step: "new" | "update" | "end"; readonly object: SeenObject }
  | {
      readonly kind: "review";
      readonly step: "new" | "update" | "end";
      readonly severity: "detection" | "alert";
      readonly review: Review;
    }
  | { readonly kind: "stream"; readonly state: "online" | "offline" };

export type Phase = "raise" | "clear" | "pulse" | "state";
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** An object a camera follows. `startedAt` in milliseconds, set when it is first told. */
export interface SeenObject {
  readonly key: string;
  readonly label: string;
  readonly score: number;
  readonly zone: string;
  startedAt?: number;
}

/** A stretch of video worth a look. */
export interface Review {
  readonly key: string;
  readonly objects: readonly string[];
  readonly detections: readonly SeenObject[];
  startedAt?: number;
}

/** Turns what a device tells into the message its gateway publishes at `now`. */
export type Encode = (device: SimulatedDevice, told: Told, now: number) => Outgoing;

/** Makes the encoder of an estate's gateway. Remembers the state of Zigbee devices. */
export function createEncode(estate: SimulatedEstate, identity: Identity): Encode {
  const bridge = `estates/${estate.id}/bridges/${estate.gateway.id}`;
  const states = new Map<string, Record<string, string | number | boolean>>();

  return (device, told, now) => {
    switch (told.kind) {
      case "native":
        return {
          topic: `estates/${estate.id}/devices/${device.name}/events`,
          payload: JSON.stringify({
            code: told.code,
            phase: told.phase,
            at: new Date(now).toISOString(),
            boot: identity.boot,
            seq: identity.next(),
            flags: ["simulated"],
            ...(told.attributes ? { attributes: told.attributes } : {}),
          }),
        };
      case "zigbee": {
        const state = states.get(device.name) ?? { battery: 100, linkquality: 90 };
        const { action, ...lasting } = { ...state, ...told.changes };
        states.set(device.name, lasting);
        const payload = { ...lasting, ...(action === undefined ? {} : { action }) };
        return {
          topic: `${bridge}/zigbee2mqtt/${device.name}`,
          payload: JSON.stringify({ ...payload, last_seen: new Date(now).toISOString() }),
        };
      }
      case "availability":
        return {
          topic: `${bridge}/zigbee2mqtt/${device.name}/availability`,
          payload: JSON.stringify({ state: told.state }),
        };
      case "object":
        return {
          topic: `${bridge}/frigate/events`,
          payload: JSON.stringify(objectMessage(device.name, told, now)),
        };
      case "review":
        return {
          topic: `${bridge}/frigate/reviews`,
          payload: JSON.stringify(reviewMessage(device.name, told, now)),
        };
      case "stream":
        return { topic: `${bridge}/frigate/${device.name}/status/detect`, payload: told.state };
    }
  };
}
