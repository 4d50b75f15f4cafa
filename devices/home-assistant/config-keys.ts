/** A discovery message, or a component of one, with its keys written out. */
export type Config = Readonly<Record<string, unknown>>;

/** The abbreviations of what is read; the rest of a discovery message describes how it looks on a screen. */
const KEYS: Readonly<Record<string, string>> = {
  atype: "automation_type",
  avty: "availability",
  avty_mode: "availability_mode",
  avty_t: "availability_topic",
  avty_tpl: "availability_template",
  cmd_t: "command_topic",
  cmps: "components",
  cns: "connections",
  dev: "device",
  dev_cla: "device_class",
  ids: "identifiers",
  json_attr_t: "json_attributes_topic",
  off_dly: "off_delay",
  p: "platform",
  pl: "payload",
  pl_avail: "payload_available",
  pl_not_avail: "payload_not_available",
  pl_off: "payload_off",
  pl_on: "payload_on",
  stat_locked: "state_locked",
  stat_t: "state_topic",
  stat_unlocked: "state_unlocked",
  stype: "subtype",
  t: "topic",
  uniq_id: "unique_id",
  val_tpl: "value_template",
};

/** True for an object that is no list. */
export function isConfig(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes abbreviated keys out and puts the base topic `~` in place, in the parts of a message too. */
export function writtenOut(raw: Config, outerBase = ""): Config {
  const base = typeof raw["~"] === "string" ? raw["~"] : outerBase;
  return Object.fromEntries(
    Object.entries(raw).map(([short, value]) => {
      const name = Object.hasOwn(KEYS, short) ? (KEYS[short] ?? short) : short;
      return [name, part(name, value, base)];
    }),
  );
}

function part(name: string, value: unknown, base: string): unknown {
  if (typeof value === "string") return name.endsWith("topic") ? onBase(value, base) : value;
  switch (name) {
    case "device":
      return isConfig(value) ? writtenOut(value) : value;
    case "availability":
      return Array.isArray(value)
        ? value.map((member: unknown) => (isConfig(member) ? writtenOut(member, base) : member))
        : value;
    case "components":
      return isConfig(value)
        ? Object.fromEntries(
            Object.entries(value).map(([id, component]) => [
              id,
              isConfig(component) ? writtenOut(component, base) : component,
            ]),
          )
        : value;
    default:
      return value;
  }
}

function onBase(topic: string, base: string): string {
  if (topic.startsWith("~")) return base + topic.slice(1);
  return topic.endsWith("~") ? topic.slice(0, -1) + base : topic;
}
