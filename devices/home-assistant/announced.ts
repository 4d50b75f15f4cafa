import { isConfig, type Config } from "./config-keys.ts";
import { identityOf, type Identity } from "./device-identity.ts";
import type { Entity } from "./entity.ts";
import { readTemplate, templateText } from "./value-template.ts";

/** A topic with what it means to one entity. */
export type Announced = readonly [topic: string, entity: Entity];

/** Thrown for a discovery message that cannot be meant. */
export class Unfit extends Error {}

/** Most components of one device message. */
const COMPONENTS = 200;
const LONGEST_TOPIC = 256;
const LONGEST_WORD = 100;

/** Everything a discovery message announces. Throws Unfit. */
export function announcedBy(
  by: string,
  component: string,
  object: string,
  config: Config,
): readonly Announced[] {
  if (component !== "device") return ofComponent(by, component, object, config);
  const { components, ...shared } = config;
  if (!isConfig(components)) throw new Unfit("a device message without components");
  const entries = Object.entries(components);
  if (entries.length > COMPONENTS) throw new Unfit(`more than ${COMPONENTS} components`);
  return entries.flatMap(([id, part]) => {
    if (!isConfig(part)) return [];
    const { platform, ...own } = part;
    // A component that is nothing but its platform was taken back.
    if (Object.keys(own).length === 0) return [];
    return ofComponent(by, word(platform) ?? "", id, { ...shared, ...own });
  });
}

function ofComponent(by: string, component: string, object: string, config: Config): readonly Announced[] {
  const identity = identityOf(config, object);
  if (!identity) throw new Unfit("neither a device nor an id fit to be a name");
  const told = toldBy(by, component, identity, config);
  const heard = new Set(told.map(([topic]) => topic));
  const beside = (name: string, kind: "telemetry" | "command"): readonly Announced[] => {
    const topic = topicAt(config, name);
    return topic === undefined || heard.has(topic) ? [] : [[topic, { by, kind }]];
  };
  return [
    ...told,
    ...beside("state_topic", "telemetry"),
    ...beside("topic", "telemetry"),
    ...beside("json_attributes_topic", "telemetry"),
    ...beside("command_topic", "command"),
    ...availability(by, identity, config),
  ];
}

/** What an entity of a kind that makes events tells, and where. */
function toldBy(by: string, component: string, identity: Identity, config: Config): readonly Announced[] {
  const topic = topicAt(config, "state_topic");
  const value = templateAt(config, "value_template");
  const of = { by, ...identity, ...value };
  const deviceClass = word(config["device_class"]) ?? "";
  switch (component) {
    case "binary_sensor": {
      if (topic === undefined) throw new Unfit("a binary sensor without state topic");
      const momentary = typeof config["off_delay"] === "number" && config["off_delay"] > 0;
      const positions = {
        on: [payloadAt(config, "payload_on", "ON")],
        off: [payloadAt(config, "payload_off", "OFF")],
      };
      return [[topic, { ...of, kind: "state", deviceClass, ...positions, ...(momentary && { momentary }) }]];
    }
    case "lock": {
      const positions = {
        on: [payloadAt(config, "state_unlocked", "UNLOCKED")],
        off: [payloadAt(config, "state_locked", "LOCKED")],
        between: ["LOCKING", "UNLOCKING"],
      };
      return topic === undefined
        ? []
        : [[topic, { ...of, kind: "state", deviceClass: "lock", ...positions }]];
    }
    case "alarm_control_panel":
      return topic === undefined ? [] : [[topic, { ...of, kind: "state", deviceClass: component, ...PANEL }]];
    case "event":
      return topic === undefined ? [] : [[topic, { ...of, kind: "event", deviceClass }]];
    case "device_automation":
      return trigger(of, config);
    default:
      return [];
  }
}

/** States of an alarm panel; while it waits for a code it has not decided yet. */
const PANEL = {
  on: ["triggered"],
  off: [
    "disarmed",
    "armed_home",
    "armed_away",
    "armed_night",
    "armed_vacation",
    "armed_custom_bypass",
    "arming",
  ],
  between: ["pending", "disarming"],
};

function trigger(of: Omit<Entity, "kind">, config: Config): readonly Announced[] {
  const topic = topicAt(config, "topic");
  const type = word(config["type"]);
  const subtype = word(config["subtype"]);
  if (topic === undefined || type === undefined || subtype === undefined) {
    throw new Unfit("a trigger without topic, type or subtype");
  }
  const { payload } = config;
  const on = payload === undefined ? {} : { on: [payloadAt(config, "payload", "")] };
  // Bridges call every trigger `action`; what was done is in the subtype then.
  const called = type === "action" ? { word: subtype } : { word: type, point: subtype };
  return [[topic, { ...of, kind: "trigger", ...on, ...called }]];
}

/** Where the device's presence is told. With `any` of several topics one alone says nothing certain. */
function availability(by: string, identity: Identity, config: Config): readonly Announced[] {
  const list = Array.isArray(config["availability"]) ? config["availability"].filter(isConfig) : [];
  const single = {
    ...config,
    topic: config["availability_topic"],
    value_template: config["availability_template"],
  };
  const members = list.length > 0 ? list : [single];
  if (members.length > 1 && config["availability_mode"] === "any") return [];
  const { device, deviceName } = identity;
  return members.flatMap((member): readonly Announced[] => {
    const topic = topicAt(member, "topic");
    if (topic === undefined) return [];
    const entity: Entity = {
      by,
      kind: "availability",
      device,
      ...(deviceName !== undefined && { deviceName }),
      on: [payloadAt(member, "payload_available", "online")],
      off: [payloadAt(member, "payload_not_available", "offline")],
      ...templateAt(member, "value_template"),
    };
    return [[topic, entity]];
  });
}

function topicAt(config: Config, name: string): string | undefined {
  const topic = config[name];
  if (topic === undefined || topic === null) return undefined;
  const fit =
    typeof topic === "string" && topic !== "" && topic.length <= LONGEST_TOPIC && !/[+#]/.test(topic);
  if (!fit) throw new Unfit(`${name} is no topic`);
  return topic;
}

function templateAt(config: Config, name: string): Pick<Entity, "value"> {
  const source = config[name];
  if (source === undefined || source === null || source === "") return {};
  return { value: (typeof source === "string" ? readTemplate(source) : undefined) ?? "unreadable" };
}

function payloadAt(config: Config, name: string, otherwise: string): string {
  const given = config[name];
  if (given === undefined || given === null) return otherwise;
  const text = templateText(given);
  if (text === undefined || text.length > LONGEST_WORD) throw new Unfit(`${name} is no payload`);
  return text;
}

function word(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_WORD ? value : undefined;
}
