import { parseJson, textOf, type Parser, isFields } from "../../src/device-kit/index.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A callback of the platform. `info` and `info.extend` can be objects or JSON in a text; in the body they
 * are objects. `device` is the code of the device, also where only its channel is named
 * (`1000002$1$0$1`), and `channel` that of the channel.
 */
export const iccMessage: Parser = {
  format: "json",
  parse(payload) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const info = isFields(parsed.body) ? fieldsOf(parsed.body["info"]) : undefined;
    if (!isFields(parsed.body) || !info) return { fault: "schema", detail: "a callback has an info" };
    const { category, method } = parsed.body;
    const { deviceCode, nodeCode, chnId, devChnId } = info;
    const channel = [nodeCode, chnId, devChnId].find(isChannel);
    const device = deviceCode === undefined || deviceCode === "" ? channel?.split("$")[0] : deviceCode;
    const extend = fieldsOf(info["extend"]);
    const whole = extend === info["extend"] ? info : { ...info, extend };
    return { body: { category, method, device, channel, info: whole } };
  },
};

function fieldsOf(value: unknown): Fields | undefined {
  if (isFields(value)) return value;
  if (typeof value !== "string" || !value.trimStart().startsWith("{")) return undefined;
  const parsed = parseJson(value);
  return parsed.fault === undefined && isFields(parsed.body) ? parsed.body : undefined;
}

function isChannel(value: unknown): value is string {
  return typeof value === "string" && value.includes("$");
}
