import {
  captured,
  constant,
  defineProfile,
  equals,
  field,
  flag,
  ignored,
  json,
  noTime,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { CREDENTIALS, OF_AXIS } from "../onvif/redact.ts";
import { notificationRules } from "../onvif/rules.ts";
import { xmlMessage } from "../onvif/xml-message.ts";
import { axisEvent } from "./parse-json.ts";

/** Whether the device is connected to the broker: its connect message and its last will. */
const connection: MessageSpec = {
  path: "{device}/event/connection",
  parse: json,
  device: captured("device"),
  time: noTime,
  redact: [],
  rules: [
    flag({
      of: field("connected"),
      property: constant("connection"),
      on: [false],
      off: [true],
      whenOn: { code: "device.offline", phase: "raise" },
      whenOff: { code: "device.offline", phase: "clear" },
    }),
  ],
  otherwise: { undecodable: "schema", detail: "connected is neither true nor false" },
};

const event = (path: string): MessageSpec => ({
  path,
  parse: axisEvent,
  device: field("device"),
  // Each notification tells its own.
  time: noTime,
  redact: [...CREDENTIALS, ...OF_AXIS],
  rules: [...notificationRules, ignored("metadata", equals(field("carries"), "metadata"))],
  otherwise: { undecodable: "schema", detail: "neither an event nor metadata that can be read" },
});

/**
 * Axis devices: events over MQTT as JSON, and the same as XML from a pull point, a push or a metadata
 * stream. Both name device, point and property alike, so that one can end what the other began.
 */
export const axis = defineProfile({
  id: "axis",
  title: { zh: "安讯士网络摄像机", en: "Axis network cameras" },
  vendor: "Axis Communications",
  transports: ["mqtt", "http"],
  prefix: "axis",
  kind: "camera",
  tier: "gold",
  messages: [
    connection,
    // The topic behind `event` can be switched off; the body has it in any case.
    event("{device}/event"),
    event("{device}/event/{topic...}"),
    event("{site}/{device}/event/{topic...}"),
    event("event/{topic...}"),
    xmlMessage("{device...}"),
  ],
});
