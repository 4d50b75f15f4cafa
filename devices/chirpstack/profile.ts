import {
  captured,
  constant,
  defineProfile,
  edge,
  equals,
  exists,
  field,
  first,
  firstOf,
  ignored,
  isoTime,
  json,
  noTime,
  not,
  oneOf,
  siteCode,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import { lowBattery } from "../low-battery.ts";
import { milesightRules } from "../milesight/decoded-object.ts";

const device = captured("device");
const uplinkId = field("deduplicationId");
/** A code of 0 is left out. */
const logCode = firstOf(field("code"), constant("UNKNOWN"));

/** What the events of a device have in common: its EUI in the topic, and the server's time. */
const event = {
  parse: json,
  device,
  time: isoTime(field("time"), "utc"),
  attributes: { deviceName: field("deviceInfo.deviceName") },
} satisfies Partial<ReadMessage>;

/**
 * ChirpStack v4: one topic per device and kind of event. `object` is there only when the device's profile
 * has a codec; without one there are raw bytes, which are nobody's to guess.
 */
export const chirpstack = defineProfile({
  id: "chirpstack",
  title: { zh: "ChirpStack LoRaWAN 服务器", en: "ChirpStack LoRaWAN server" },
  vendor: "chirpstack/chirpstack",
  transports: ["mqtt"],
  prefix: "application",
  kind: "sensor",
  tier: "silver",
  messages: [
    {
      ...event,
      path: "{application}/device/{device}/event/up",
      redact: [],
      rules: [
        ...milesightRules({ at: "object", uplink: { key: [uplinkId], keyTime: noTime } }),
        ignored("no_codec", exists(field("data")), not(exists(field("object")))),
      ],
      otherwise: "telemetry",
    },
    {
      ...event,
      path: "{application}/device/{device}/event/status",
      redact: [],
      rules: [
        first(
          // With mains power or an unknown battery the level is 0 and means nothing.
          ignored("telemetry", equals(field("externalPowerSource"), true)),
          ignored("telemetry", equals(field("batteryLevelUnavailable"), true)),
          lowBattery(field("batteryLevel"), "batteryLevel"),
        ),
      ],
      otherwise: "telemetry",
    },
    {
      ...event,
      path: "{application}/device/{device}/event/join",
      redact: [],
      rules: [edge({ when: [exists(uplinkId)], code: "device.online", phase: "pulse", key: [uplinkId] })],
      otherwise: { undecodable: "schema", detail: "a join without deduplicationId" },
    },
    {
      ...event,
      path: "{application}/device/{device}/event/log",
      redact: [{ path: "description", how: "dropped", what: "the server's sentence about the code" }],
      rules: [
        edge({
          when: [oneOf(field("level"), "ERROR", "WARNING", "WARN")],
          code: siteCode(logCode, {}, "device.fault"),
          phase: "pulse",
          attributes: { level: field("level"), logCode },
        }),
      ],
      otherwise: "bridge_log",
    },
    { path: "{application}/device/{device}/event/location", ignore: "telemetry", device },
    { path: "{application}/device/{device}/event/integration", ignore: "telemetry" },
    { path: "{application}/device/{device}/event/ack", ignore: "bridge_log", device },
    { path: "{application}/device/{device}/event/txack", ignore: "bridge_log" },
    { path: "{application}/device/{device}/command/{kind}", ignore: "command" },
  ],
});
