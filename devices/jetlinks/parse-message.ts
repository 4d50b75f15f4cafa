import { parseJson, textOf, type Parser } from "../../src/device-kit/index.ts";
import { eventPosition, readingsOf } from "./thing-model.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `properties/report`: all properties, and the times of those that have one of their own. */
export const propertyReport: Parser = {
  format: "JetLinks properties",
  parse(payload, input, captures) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const { properties, propertySourceTimes, timestamp } = fieldsOf(parsed.body);
    if (typeof properties !== "object" || properties === null) {
      return { fault: "schema", detail: "properties are missing" };
    }
    const times = fieldsOf(propertySourceTimes);
    const list = Object.entries(properties).map(([name, value]) => ({
      name,
      value: value as unknown,
      time: Object.hasOwn(times, name) ? times[name] : undefined,
    }));
    const readings = readingsOf(list, input, captures["child"] ?? captures["device"] ?? "");
    if (!readings)
      return { fault: "unknown_code", detail: "a configured property has a value that is no position" };
    return { body: { time: timestamp, readings, count: list.length } };
  },
};

/** `event/<id>`: the id is in the topic alone. */
export const thingEvent: Parser = {
  format: "JetLinks event",
  parse(payload, input, captures) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const position = eventPosition(parsed.body, input, "data.phase");
    const { timestamp } = fieldsOf(parsed.body);
    return { body: { event: captures["event"], time: timestamp, ...(position && { position }) } };
  },
};

/** A message whose topic says everything; the body, if there is one, may have a time. */
export const presence = (said: "online" | "offline" | "removed"): Parser => ({
  format: `JetLinks ${said}`,
  readsEmpty: true,
  parse(payload) {
    const parsed = payload.byteLength === 0 ? { body: {} } : parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    return { body: { presence: said, time: fieldsOf(parsed.body)["timestamp"] } };
  },
});

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
