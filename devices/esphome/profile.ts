import {
  body,
  captured,
  constant,
  defineProfile,
  dryContact,
  edge,
  exists,
  field,
  flag,
  json,
  level,
  noTime,
  phaseTable,
  text,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { presence } from "../presence.ts";

const device = captured("node");
const point = captured("name");

/** Components whose state is a reading or the position of something that people switch. */
const READINGS = [
  "sensor",
  "text_sensor",
  "switch",
  "light",
  "fan",
  "cover",
  "climate",
  "number",
  "select",
  "text",
  "valve",
  "update",
  "date",
  "time",
  "datetime",
  "media_player",
];
/** Components that take commands. */
const COMMANDED = [...READINGS.slice(2), "button", "lock", "alarm_control_panel"];

/**
 * ESPHome: the topic says the component and the name somebody gave it, and nothing says what it means.
 * Default topics only, each with a component's word in it, because they have no prefix of their own.
 */
export const esphome = defineProfile({
  id: "esphome",
  title: { zh: "ESPHome 节点", en: "ESPHome nodes" },
  vendor: "esphome/esphome",
  transports: ["mqtt"],
  prefix: "",
  kind: "sensor",
  tier: "silver",
  messages: [
    {
      path: "{node}/binary_sensor/{name}/state",
      parse: text,
      device,
      time: noTime,
      redact: [],
      rules: [
        dryContact({
          of: body(),
          point,
          property: constant("state"),
          on: ["ON"],
          off: ["OFF"],
          whenOn: { code: "device_input.on", phase: "state" },
          whenOff: { code: "device_input.off", phase: "state" },
        }),
      ],
      otherwise: { undecodable: "schema", detail: "neither ON nor OFF" },
    },
    {
      path: "{node}/lock/{name}/state",
      parse: text,
      device,
      time: noTime,
      redact: [],
      rules: [
        flag({
          of: body(),
          point,
          property: constant("state"),
          on: ["UNLOCKED"],
          off: ["LOCKED"],
          whenOn: { code: "access.door_unlocked", phase: "state" },
          whenOff: { code: "access.door_locked", phase: "state" },
        }),
        level({
          code: "device.fault",
          phase: phaseTable(body(), { JAMMED: "raise", LOCKED: "clear", UNLOCKED: "clear" }),
          point,
          property: constant("jammed"),
        }),
      ],
      otherwise: "telemetry",
    },
    {
      path: "{node}/alarm_control_panel/{name}/state",
      parse: text,
      device,
      time: noTime,
      redact: [],
      rules: [
        level({
          code: "intrusion.burglary",
          phase: phaseTable(body(), {
            triggered: "raise",
            disarmed: "clear",
            armed_home: "clear",
            armed_away: "clear",
            armed_night: "clear",
            armed_vacation: "clear",
            armed_custom_bypass: "clear",
          }),
          point,
          property: constant("state"),
        }),
      ],
      otherwise: "telemetry",
    },
    {
      path: "{node}/event/{name}/state",
      parse: json,
      device,
      time: noTime,
      redact: [],
      rules: [
        edge({
          when: [exists(field("event_type"))],
          code: { configured: "buttonCode", otherwise: "info.button" },
          phase: "pulse",
          point,
          attributes: { eventType: field("event_type") },
        }),
      ],
      otherwise: { undecodable: "schema", detail: "event_type is missing" },
    },
    {
      path: "{node}/status",
      ...presence({ device, property: "status", offline: "offline", online: "online" }),
    },
    ...READINGS.map((component): MessageSpec => ({
      path: `{node}/${component}/{name}/state`,
      ignore: "telemetry",
      device,
    })),
    ...COMMANDED.flatMap((component): readonly MessageSpec[] => [
      { path: `{node}/${component}/{name}/command`, ignore: "command" },
      { path: `{node}/${component}/{name}/{aspect}/command`, ignore: "command" },
      { path: `{node}/${component}/{name}/{aspect}/state`, ignore: "telemetry", device },
    ]),
    { path: "{node}/debug", ignore: "bridge_log", device },
  ],
});
