import {
  captured,
  constant,
  defineProfile,
  dryContact,
  each,
  edge,
  epochSeconds,
  equals,
  field,
  first,
  firstTime,
  flag,
  ignored,
  key,
  noTime,
  oneOf,
  outer,
  siteCode,
  type ReadMessage,
  type Redaction,
  type Rule,
} from "../../src/device-kit/index.ts";
import { presence } from "../presence.ts";
import { lowBattery } from "../low-battery.ts";
import { componentStatus, notification } from "./parse-frame.ts";

const device = captured("device");
const event = field("event");
/** When an event happened; without it, when it was sent. */
const time = firstTime(epochSeconds(field("ts")), epochSeconds(outer(field("ts"))));

const HOUSEKEEPING = [
  "ota_begin",
  "ota_progress",
  "ota_success",
  "ota_error",
  "sleep",
  "scheduled_restart",
  "component_added",
  "component_removed",
];

/** A component that is a detector. */
const detector = (kind: string, code: string): Rule =>
  flag({
    when: [equals(field("kind"), kind)],
    of: field("status.alarm"),
    point: key(),
    property: constant("alarm"),
    on: [true],
    off: [false],
    whenOn: { code, phase: "raise" },
    whenOff: { code, phase: "clear" },
  });

/** What the status of components says; a change tells only what changed, the rest is simply absent. */
const components = each(
  field("components"),
  first(
    detector("smoke", "fire.smoke"),
    detector("flood", "facility.water_leak"),
    // Of an input set up as a button the state is null.
    dryContact({
      when: [equals(field("kind"), "input")],
      of: field("status.state"),
      point: key(),
      property: constant("state"),
      on: [true],
      off: [false],
      whenOn: { code: "device_input.on", phase: "state" },
      whenOff: { code: "device_input.off", phase: "state" },
    }),
    lowBattery(field("status.battery.percent"), "battery", key()),
  ),
);

/** Moments: pushes of a button, and changes of the settings. */
const moments = each(
  field("events"),
  first(
    edge({
      when: [oneOf(event, "single_push", "double_push", "triple_push", "long_push")],
      code: { configured: "buttonCode", otherwise: "info.button" },
      phase: "pulse",
      point: field("component"),
      time,
      attributes: { push: event },
    }),
    edge({
      when: [equals(event, "config_changed")],
      code: "device.config_changed",
      phase: "pulse",
      point: field("component"),
      time,
    }),
    // The push that follows says the same better.
    ignored("telemetry", oneOf(event, "btn_down", "btn_up")),
    ignored("bridge_log", oneOf(event, ...HOUSEKEEPING)),
    // A script's own words mean what the site says they mean.
    edge({ code: siteCode(event, {}), phase: "pulse", point: field("component"), time }),
    ignored("no_code"),
  ),
);

const redact: readonly Redaction[] = [
  { path: "components.wifi.status.ssid", how: "dropped", what: "name of the wireless network" },
  { path: "components.wifi.status.sta_ip", how: "dropped", what: "address in the local network" },
];

/** A notification of a device; its time is the seconds since it woke when it has no clock, which is no time. */
const notified = {
  parse: notification,
  device,
  time: epochSeconds(field("ts")),
  redact,
  rules: [components, moments],
  otherwise: "telemetry",
} satisfies Omit<ReadMessage, "path">;

/** Shelly devices of the second generation and later, which all speak one set of messages. */
export const shelly = defineProfile({
  id: "shelly",
  title: { zh: "Shelly 第二代及以后", en: "Shelly Gen2 and later" },
  vendor: "Shelly",
  transports: ["mqtt"],
  prefix: "",
  kind: "sensor",
  tier: "silver",
  messages: [
    { ...notified, path: "{device}/events/rpc" },
    { ...notified, path: "{device}/events" },
    {
      path: "{device}/status/{component}",
      parse: componentStatus,
      device,
      time: noTime,
      redact,
      rules: [components],
      otherwise: "telemetry",
    },
    {
      path: "{device}/online",
      ...presence({ device, property: "online", offline: "false", online: "true" }),
    },
    { path: "{device}/rpc", ignore: "command" },
    { path: "{device}/command", ignore: "command" },
    { path: "{device}/command/{component}", ignore: "command" },
    { path: "{device}/debug/log", ignore: "bridge_log", device },
  ],
});
