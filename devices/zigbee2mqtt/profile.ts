import {
  captured,
  codeTable,
  constant,
  contact,
  defineProfile,
  edge,
  epochMilliseconds,
  epochSeconds,
  equals,
  exists,
  field,
  first,
  firstOf,
  firstTime,
  flag,
  ignored,
  isoTime,
  json,
  jsonOrWord,
  noTime,
  oneOf,
  type Rule,
} from "../../src/device-kit/index.ts";

/** A property Zigbee2MQTT publishes as true while the condition holds; null means that it is not known yet. */
const condition = (name: string, code: string): Rule =>
  flag({
    of: field(name),
    property: constant(name),
    on: [true],
    off: [false],
    whenOn: { code, phase: "raise" },
    whenOff: { code, phase: "clear" },
  });

/** A contact: true means that its halves are together, which is a closed door. */
const doorContact = (name: string): Rule =>
  contact({
    of: field(name),
    property: constant(name),
    on: [false],
    off: [true],
    whenOn: { code: "access.door_opened", phase: "state" },
    whenOff: { code: "access.door_closed", phase: "state" },
  });

/** `online` / `offline` of a device or of the bridge. */
const presence = (property: string): Rule =>
  flag({
    of: field("state"),
    property: constant(property),
    on: ["offline"],
    off: ["online"],
    whenOn: { code: "device.offline", phase: "raise" },
    whenOff: { code: "device.offline", phase: "clear" },
  });

/** Actions with a meaning of their own; every other one is an ordinary button. */
const ACTIONS = {
  emergency: "life.sos",
  sos: "life.sos",
  panic: "life.sos",
  vibration: "intrusion.vibration",
  tilt: "intrusion.vibration",
  drop: "intrusion.vibration",
  arm_all_zones: "system.arm",
  arm_day_zones: "system.arm",
  arm_night_zones: "system.arm",
  disarm: "system.disarm",
};

/**
 * Zigbee2MQTT: one topic per device with its full state as JSON, repeated whole in every publish. Each
 * known property becomes a level report; the hub finds the edges.
 */
export const zigbee2mqtt = defineProfile({
  id: "zigbee2mqtt",
  title: { zh: "Zigbee2MQTT 网桥", en: "Zigbee2MQTT bridge" },
  vendor: "Koenkk/zigbee2mqtt",
  transports: ["mqtt"],
  prefix: "zigbee2mqtt",
  kind: "sensor",
  tier: "gold",
  messages: [
    {
      path: "bridge/state",
      parse: jsonOrWord("state"),
      device: constant("bridge"),
      time: noTime,
      redact: [],
      rules: [presence("bridge_state")],
      otherwise: { undecodable: "schema", detail: "state is neither online nor offline" },
    },
    {
      path: "bridge/event",
      parse: json,
      device: firstOf(field("data.friendly_name"), field("data.ieee_address"), constant("bridge")),
      time: noTime,
      redact: [],
      rules: [
        first(
          edge({
            when: [oneOf(field("type"), "device_leave", "device_joined")],
            code: codeTable(field("type"), {
              device_leave: "device.removed",
              device_joined: "device.online",
            }),
            phase: "pulse",
            attributes: { ieeeAddress: field("data.ieee_address") },
          }),
          ignored("heartbeat", equals(field("type"), "device_announce")),
          ignored("discovery", equals(field("type"), "device_interview")),
        ),
      ],
      otherwise: "bridge_log",
    },
    { path: "bridge/request/{rest...}", ignore: "command" },
    { path: "bridge/{rest...}", ignore: "bridge_log" },
    { path: "{device...}/set", ignore: "command" },
    { path: "{device...}/set/{attribute}", ignore: "command" },
    { path: "{device...}/get", ignore: "command" },
    { path: "{device...}/get/{attribute}", ignore: "command" },
    {
      path: "{device...}/availability",
      parse: jsonOrWord("state"),
      device: captured("device"),
      time: noTime,
      redact: [],
      rules: [presence("availability")],
      otherwise: { undecodable: "schema", detail: "state is neither online nor offline" },
    },
    {
      path: "{device...}",
      parse: json,
      device: captured("device"),
      // The setting advanced.last_seen chooses how the time is written; by default there is none.
      time: firstTime(
        isoTime(field("last_seen"), "device"),
        epochMilliseconds(field("last_seen")),
        epochSeconds(field("last_seen")),
      ),
      // Some detectors report smoke together with test while their button is held: a test, not a fire.
      flags: { test: [equals(field("test"), true)] },
      redact: [
        { path: "action_code", how: "dropped", what: "PIN entered at a keypad" },
        { path: "action_user", how: "dropped", what: "number of the user of a lock" },
        { path: "action_source_name", how: "dropped", what: "how a lock was operated" },
        { path: "users.*.pin_code", how: "dropped", what: "PIN codes stored in a lock" },
        { path: "pin_code", how: "dropped", what: "PIN code being set in a lock" },
      ],
      rules: [
        condition("smoke", "fire.smoke"),
        condition("gas", "fire.gas"),
        condition("carbon_monoxide", "fire.co"),
        condition("water_leak", "facility.water_leak"),
        condition("sos", "life.sos"),
        condition("occupancy", "intrusion.motion"),
        condition("presence", "intrusion.motion"),
        condition("vibration", "intrusion.vibration"),
        doorContact("contact"),
        doorContact("garage_door_contact"),
        flag({
          of: field("lock_state"),
          property: constant("lock_state"),
          on: ["unlocked", "not_fully_locked"],
          off: ["locked"],
          whenOn: { code: "access.door_unlocked", phase: "state" },
          whenOff: { code: "access.door_locked", phase: "state" },
        }),
        first(
          edge({
            when: [oneOf(field("action"), ...Object.keys(ACTIONS))],
            code: codeTable(field("action"), ACTIONS),
            phase: "pulse",
            attributes: { action: field("action") },
          }),
          edge({
            when: [exists(field("action"))],
            code: { configured: "buttonCode", otherwise: "info.button" },
            phase: "pulse",
            attributes: { action: field("action") },
          }),
        ),
        condition("test", "device.test"),
        condition("tamper", "device.tamper"),
        condition("battery_low", "device.low_battery"),
        condition("trouble", "device.fault"),
      ],
      otherwise: "telemetry",
    },
  ],
});
