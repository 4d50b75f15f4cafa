import { isConfig, type Config } from "./config-keys.ts";

/** Whose entity it is, in the words of the discovery message. */
export interface Identity {
  readonly device: string;
  readonly deviceName?: string;
  /** Which of the device's entities; absent where the entity stands for itself. */
  readonly point?: string;
}

const LONGEST = 128;

/**
 * The device an entity belongs to: the first identifier, else the first connection; an entity without a
 * device is one by itself. Undefined when nothing fit to be a name is given.
 */
export function identityOf(config: Config, object: string): Identity | undefined {
  const { device } = config;
  const about = isConfig(device) ? device : {};
  const owner = name(firstOf(about["identifiers"])) ?? name(lastOf(firstOf(about["connections"])));
  if (owner === undefined) {
    const alone = name(config["unique_id"]) ?? name(object);
    return alone === undefined ? undefined : { device: alone };
  }
  const point = name(object.slice(object.lastIndexOf("/") + 1));
  const deviceName = name(about["name"]);
  return {
    device: owner,
    ...(deviceName !== undefined && { deviceName }),
    ...(point !== undefined && { point }),
  };
}

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const lastOf = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value);

function name(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" && text.length <= LONGEST ? text.trim() : undefined;
}
