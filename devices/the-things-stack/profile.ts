import {
  captured,
  defineProfile,
  edge,
  equals,
  exists,
  field,
  firstTime,
  ignored,
  isoTime,
  json,
  not,
  type MessageSpec,
  type ReadMessage,
  type TimeSpec,
} from "../../src/device-kit/index.ts";
import { lowBattery } from "../low-battery.ts";
import { milesightRules } from "../milesight/decoded-object.ts";
import type { UplinkKey } from "../milesight/uplink-key.ts";

const device = captured("device");
const iso = (path: string): TimeSpec => isoTime(field(path), "utc");
/**
 * The session, and the number of the frame in it (0 is left out, which names the frame as well). With the
 * time of its arrival, because a device that counts anew in an old session repeats its numbers.
 */
const frame: UplinkKey = {
  key: [field("uplink_message.session_key_id"), field("uplink_message.f_cnt")],
  keyTime: iso("uplink_message.received_at"),
};

/** What the messages of a device have in common: its id in the topic, and the server's time. */
const message = {
  parse: json,
  device,
  attributes: { devEui: field("end_device_ids.dev_eui") },
  // The console can simulate an uplink.
  flags: { test: [equals(field("simulated"), true)] },
} satisfies Partial<ReadMessage>;

const uplink: MessageSpec = {
  ...message,
  path: "{application}/devices/{device}/up",
  time: firstTime(iso("uplink_message.received_at"), iso("received_at")),
  redact: [],
  rules: [
    ...milesightRules({ at: "uplink_message.decoded_payload", uplink: frame }),
    lowBattery(field("uplink_message.last_battery_percentage.value"), "last_battery_percentage"),
    ignored(
      "no_codec",
      exists(field("uplink_message.frm_payload")),
      not(exists(field("uplink_message.decoded_payload"))),
    ),
  ],
  otherwise: "telemetry",
};

const join: MessageSpec = {
  ...message,
  path: "{application}/devices/{device}/join",
  time: firstTime(iso("join_accept.received_at"), iso("received_at")),
  redact: [],
  rules: [
    edge({
      when: [exists(field("join_accept"))],
      code: "device.online",
      phase: "pulse",
      key: [field("join_accept.session_key_id")],
    }),
  ],
  otherwise: { undecodable: "schema", detail: "a join without join_accept" },
};

/**
 * The Things Stack v3, over MQTT or as webhooks with the same paths. Fields that are 0, false or empty are
 * not sent: what is missing says nothing, and no rule here takes it for anything.
 */
export const theThingsStack = defineProfile({
  id: "the-things-stack",
  title: { zh: "The Things Stack LoRaWAN 服务器", en: "The Things Stack LoRaWAN server" },
  vendor: "TheThingsNetwork/lorawan-stack",
  transports: ["mqtt", "http"],
  prefix: "v3",
  kind: "sensor",
  tier: "silver",
  messages: [
    uplink,
    join,
    { path: "{application}/devices/{device}/down/push", ignore: "command" },
    { path: "{application}/devices/{device}/down/replace", ignore: "command" },
    { path: "{application}/devices/{device}/down/{state}", ignore: "bridge_log" },
    { path: "{application}/devices/{device}/service/{kind...}", ignore: "telemetry" },
    { path: "{application}/devices/{device}/location/{kind...}", ignore: "telemetry", device },
  ],
});
