import { captured, equals, field, ignored, noTime, type MessageSpec } from "../../src/device-kit/index.ts";
import { notificationsInXml } from "./parse-xml.ts";
import { OF_AXIS, OF_STANDARD } from "./redact.ts";
import { notificationRules } from "./rules.ts";

/** Notifications in XML at a path that ends in the device's name. */
export const xmlMessage = (path: string): MessageSpec => ({
  path,
  parse: notificationsInXml,
  device: captured("device"),
  // Each notification tells its own.
  time: noTime,
  // A device of Axis may be pulled from like any other.
  redact: [...OF_STANDARD, ...OF_AXIS],
  rules: [
    ...notificationRules,
    ignored("heartbeat", equals(field("carries"), "answer")),
    ignored("metadata", equals(field("carries"), "metadata")),
  ],
  otherwise: { undecodable: "schema", detail: "no notification that can be read" },
});
