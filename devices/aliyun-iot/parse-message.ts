import {
  parseJson,
  textOf,
  type Captures,
  type Parsed,
  type Parser,
  type ProfileInput,
  isFields,
  type Fields,
} from "../../src/device-kit/index.ts";
import { eventPosition, readingsOf, type Property } from "../jetlinks/thing-model.ts";

/** Most properties of one message. */
const PROPERTIES = 1_000;

/**
 * A message that Alibaba Cloud IoT passes on (rule engine or AMQP), or a device's own Alink message: presence,
 * properties or an event, told apart by what is in it.
 */
export const thingMessage: Parser = {
  format: "Alibaba Cloud IoT",
  parse(payload, input, captures) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    if (!isFields(parsed.body)) return { fault: "schema", detail: "an object was expected" };
    const body = parsed.body;
    const device = deviceOf(body, captures);
    const { status, items, params, identifier, time, utcTime } = body;
    if (typeof status === "string") return { body: { device, presence: status, utcTime } };
    if (body["action"] === "delete") return { body: { device, presence: "removed" } };
    if (isFields(items)) return properties(items, device, input, time);
    const method = typeof body["method"] === "string" ? body["method"] : "";
    if (isFields(params) && method === "thing.event.property.post")
      return properties(params, device, input, undefined);
    const posted = /^thing\.event\.(.+)\.post$/.exec(method)?.[1];
    if (isFields(params) && posted !== undefined) return event(posted, params, device, input);
    if (typeof identifier === "string") return event(identifier, body, device, input);
    return { body: { device, other: "yes" } };
  },
};

function properties(items: Fields, device: string | undefined, input: ProfileInput, time: unknown): Parsed {
  const entries = Object.entries(items);
  if (entries.length > PROPERTIES)
    return { fault: "too_large", detail: `more than ${PROPERTIES} properties` };
  const list = entries.map(([name, given]): Property =>
    isFields(given) && "value" in given
      ? { name, value: given["value"], time: given["time"] }
      : { name, value: given },
  );
  const readings = readingsOf(list, input, device ?? "");
  if (!readings)
    return { fault: "unknown_code", detail: "a configured property has a value that is no position" };
  return { body: { device, readings, time } };
}

function event(id: string, told: Fields, device: string | undefined, input: ProfileInput): Parsed {
  const position = eventPosition(told, input, "value.phase");
  return { body: { device, event: id, time: told["time"], ...(position && { position }) } };
}

/** A device's name is its own only within its product. */
function deviceOf({ productKey, deviceName }: Fields, { product, device }: Captures): string | undefined {
  if (typeof productKey === "string" && typeof deviceName === "string") return `${productKey}/${deviceName}`;
  return product === undefined || device === undefined ? undefined : `${product}/${device}`;
}
