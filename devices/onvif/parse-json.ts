import { parseJson, textOf, type Parser } from "../../src/device-kit/index.ts";
import { toNotification, type Items } from "./notification.ts";

/**
 * An ONVIF event as JSON over MQTT. The topic stands behind `onvif-ej` and tells the values of the source
 * behind `&`; an empty message says that the property was deleted. The body is `{ device, notifications }`.
 */
export const notificationInJson: Parser = {
  format: "ONVIF event (JSON)",
  readsEmpty: true,
  parse(payload, _input, { site, device, topic = "" }) {
    const parsed = payload.byteLength === 0 ? DELETED : parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const message = itemsOf(parsed.body);
    const [local, values] = splitTopic(topic);
    const notification = toNotification({
      topic: local,
      operation: message["PropertyOperation"],
      utcTime: message["UtcTime"],
      source: itemsOf(message["Source"]),
      key: itemsOf(message["Key"]),
      data: itemsOf(message["Data"]),
      ...(values.length > 0 && { values }),
    });
    return {
      body: { device: site === undefined ? device : `${site}/${device}`, notifications: [notification] },
    };
  },
};

/** `RuleEngine/LineDetector/Crossed/&1/2/Fence` → the topic and the values of its source. */
function splitTopic(topic: string): readonly [topic: string, values: readonly string[]] {
  const at = `/${topic}`.indexOf("/&");
  return at < 0 ? [topic, []] : [topic.slice(0, Math.max(at - 1, 0)), topic.slice(at + 1).split("/")];
}

const DELETED = { body: { PropertyOperation: "Deleted" }, fault: undefined };

/** Items by name; some devices write the list of the XML instead: `{ SimpleItem: [{ Name, Value }] }`. */
export function itemsOf(section: unknown): Items {
  if (typeof section !== "object" || section === null || Array.isArray(section)) return {};
  const items = section as Items;
  const list = items["SimpleItem"];
  if (list === undefined) return items;
  const named = (Array.isArray(list) ? (list as readonly unknown[]) : [list]).flatMap((item) => {
    const { Name, Value } = itemsOf(item);
    return typeof Name === "string" ? [[Name, Value] as const] : [];
  });
  return Object.fromEntries(named);
}
