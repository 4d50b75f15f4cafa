import { parseJson, textOf, type Parser } from "../../src/device-kit/index.ts";

type Message = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A decoded object alone, or in the message of a Milesight gateway (`devEUI`, `time`, `data`, `object`).
 * The body always has it as `object`; a message with raw `data` and no codec has none.
 */
export const unwrap: Parser = {
  format: "json, bare or with the gateway's frame",
  parse(payload) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const { body } = parsed;
    if (!isObject(body)) return { fault: "schema", detail: "an object was expected, this is a list" };
    const isFrame = isObject(body["object"]) || typeof body["data"] === "string";
    return { body: isFrame || Object.keys(body).length === 0 ? body : { ...body, object: body } };
  },
};
