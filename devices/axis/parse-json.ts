import { parseJson, textOf, type Parser } from "../../src/device-kit/index.ts";
import { toNotification } from "../onvif/notification.ts";
import { itemsOf } from "../onvif/parse-json.ts";

/**
 * An event as an Axis device publishes it over MQTT. The body is that of ONVIF notifications; `carries` is
 * `metadata` for a frame of its scene description.
 */
export const axisEvent: Parser = {
  format: "Axis event (JSON)",
  parse(payload, _input, { site, device }) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const { topic, timestamp, serial, message, ...rest } = itemsOf(parsed.body);
    const named = site === undefined ? (device ?? serial) : `${site}/${device}`;
    if (typeof topic !== "string") {
      return { body: { device: named, notifications: [], carries: isScene(rest) ? "metadata" : "nothing" } };
    }
    const { source, key, data } = itemsOf(message);
    const notification = toNotification({
      topic,
      timestamp,
      source: itemsOf(source),
      key: itemsOf(key),
      data: itemsOf(data),
    });
    return { body: { device: named, notifications: [notification], carries: "notification" } };
  },
};

/** Frames, tracks and snapshots of objects, which analytics publish beside events. */
function isScene(body: object): boolean {
  return ["frame", "observations", "track_id", "object_track_id"].some((name) => Object.hasOwn(body, name));
}
