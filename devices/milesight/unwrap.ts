import { parseJson, textOf, type Parser, isFields } from "../../src/device-kit/index.ts";

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
    if (!isFields(body)) return { fault: "schema", detail: "an object was expected, this is a list" };
    const isFrame = isFields(body["object"]) || typeof body["data"] === "string";
    return { body: isFrame || Object.keys(body).length === 0 ? body : { ...body, object: body } };
  },
};
