import {
  captured,
  defineProfile,
  field,
  firstOf,
  noTime,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { notificationInJson } from "./parse-json.ts";
import { OF_STANDARD } from "./redact.ts";
import { notificationRules } from "./rules.ts";
import { xmlMessage } from "./xml-message.ts";

/** What a device publishes below a prefix of one word or two, which is its name. */
const overMqtt = (prefix: string): readonly MessageSpec[] => [
  {
    path: `${prefix}/onvif-ej/{topic...}`,
    parse: notificationInJson,
    device: firstOf(field("device"), captured("device")),
    // Each notification tells its own.
    time: noTime,
    redact: OF_STANDARD,
    rules: notificationRules,
    otherwise: { undecodable: "schema", detail: "a state that is neither on nor off" },
  },
  { path: `${prefix}/onvif-mj/SensorData/{rest...}`, ignore: "telemetry" },
  { path: `${prefix}/onvif-mj/{rest...}`, ignore: "metadata" },
];

/**
 * ONVIF devices: cameras, door controllers, sensors. Events come as JSON over MQTT, or as XML from a pull
 * point, a push or a metadata stream; all mean the same by topic.
 */
export const onvif = defineProfile({
  id: "onvif",
  title: { zh: "ONVIF 摄像机与门禁", en: "ONVIF cameras and access control" },
  vendor: "ONVIF",
  transports: ["mqtt", "http"],
  // A device's own prefix stands first; XML has the word `onvif` there.
  prefix: "",
  kind: "camera",
  tier: "silver",
  messages: [...overMqtt("{device}"), ...overMqtt("{site}/{device}"), xmlMessage("onvif/{device...}")],
});
