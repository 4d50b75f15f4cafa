import {
  constant,
  defineProfile,
  eachDevice,
  equals,
  field,
  flag,
  ignored,
  jsonOrWord,
  noTime,
  type ReadMessage,
  type Redaction,
} from "../../src/device-kit/index.ts";
import { discovery } from "./parse-discovery.ts";
import { announcedState } from "./parse-state.ts";
import { readingRules } from "./rules.ts";

/** Names of devices and of the programs that announce them. */
const NAMES: readonly Redaction[] = [
  "name",
  "device.name",
  "dev.name",
  "origin.name",
  "o.name",
  "components.*.name",
  "cmps.*.name",
].map((path) => ({ path, how: "harmless", what: "name of a device, an entity or a program" }));

const announcement: Omit<ReadMessage, "path"> = {
  parse: discovery,
  device: constant("home-assistant"),
  time: noTime,
  redact: NAMES,
  rules: [],
  otherwise: "discovery",
};

const state: Omit<ReadMessage, "path"> = {
  parse: announcedState,
  device: field("device"),
  time: noTime,
  redact: [],
  rules: [
    eachDevice(field("readings"), field("device"), readingRules),
    ignored("no_codec", equals(field("silence"), "unreadable")),
    ignored("command", equals(field("silence"), "command")),
  ],
  otherwise: "telemetry",
};

/**
 * Home Assistant's MQTT discovery: a message on `…/config` says on which topic an entity speaks and what
 * its payloads mean. The topics can be any; the hub brings those that were announced here.
 */
export const homeAssistant = defineProfile({
  id: "home-assistant",
  title: { zh: "Home Assistant MQTT 自动发现", en: "Home Assistant MQTT discovery" },
  vendor: "Home Assistant and programs with its discovery",
  transports: ["mqtt"],
  prefix: "homeassistant",
  kind: "sensor",
  tier: "gold",
  messages: [
    {
      path: "status",
      parse: jsonOrWord("state"),
      device: constant("home-assistant"),
      time: noTime,
      redact: [],
      rules: [
        flag({
          of: field("state"),
          property: constant("status"),
          on: ["offline"],
          off: ["online"],
          whenOn: { code: "device.offline", phase: "raise" },
          whenOff: { code: "device.offline", phase: "clear" },
        }),
      ],
      otherwise: { undecodable: "schema", detail: "neither online nor offline" },
    },
    { ...announcement, path: "{component}/{object}/config" },
    { ...announcement, path: "{component}/{node}/{object}/config" },
    { path: "{rest...}/set", ignore: "command" },
    { ...state, path: "{topic...}" },
    { ...state, path: "{topic...}", beyondPrefix: true },
  ],
});
