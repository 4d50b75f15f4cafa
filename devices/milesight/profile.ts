import {
  captured,
  defineProfile,
  exists,
  field,
  firstOf,
  ignored,
  isoTime,
  noTime,
  not,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import { milesightRules } from "./decoded-object.ts";
import { unwrap } from "./unwrap.ts";

/** An uplink as a gateway forwards it. The EUI of the frame is the device's own, a topic's end is not always. */
const uplink = {
  parse: unwrap,
  device: firstOf(field("devEUI"), field("devEui"), captured("device")),
  time: isoTime(field("time"), "utc"),
  redact: [],
  attributes: { deviceName: field("deviceName") },
  rules: [
    ...milesightRules({ at: "object", uplink: { key: [], keyTime: noTime } }),
    ignored("no_codec", exists(field("data")), not(exists(field("object")))),
  ],
  otherwise: "telemetry",
} satisfies Omit<ReadMessage, "path">;

/**
 * Milesight sensors whose gateway forwards what its codec decoded, bare or in its own frame. Behind a
 * ChirpStack or The Things Stack, the profiles of those read the same objects.
 */
export const milesight = defineProfile({
  id: "milesight",
  title: { zh: "星纵物联传感器（网关直传）", en: "Milesight sensors (gateway)" },
  vendor: "Milesight",
  transports: ["mqtt", "http"],
  prefix: "milesight",
  kind: "sensor",
  tier: "silver",
  messages: [
    { ...uplink, path: "{device...}" },
    { ...uplink, path: "" },
  ],
});
