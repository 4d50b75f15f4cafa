import {
  captured,
  defineProfile,
  equals,
  field,
  first,
  firstOf,
  noTime,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { accessEvents, closedDoor } from "./access.ts";
import { camera, heartbeats, input } from "./camera.ts";
import { panelEvents } from "./panel.ts";
import { alertDocument } from "./parse-alert.ts";
import { plates } from "./plates.ts";

const alert = (path: string): MessageSpec => ({
  path,
  parse: alertDocument,
  // deviceID is left out: panels put a user's name there.
  device: firstOf(
    captured("device"),
    field("macAddress"),
    field("Extensions.serialNumber.#text"),
    field("Extensions.serialNumber"),
    field("ipAddress"),
  ),
  // Each rule reads its own, once for the event and its identity.
  time: noTime,
  flags: { replayed: [equals(field("replayed"), true)] },
  redact: [
    { path: "AccessControllerEvent.cardNo", how: "hashed", what: "card number" },
    { path: "AccessControllerEvent.employeeNoString", how: "hashed", what: "number of the person" },
    { path: "AccessControllerEvent.employeeNo", how: "hashed", what: "number of the person" },
    { path: "AccessControllerEvent.name", how: "dropped", what: "name of the person" },
    { path: "AccessControllerEvent.FaceRect", how: "dropped", what: "where the face is in the picture" },
    { path: "AccessControllerEvent.cardReaderKind", how: "harmless", what: "kind of the reader" },
    { path: "AccessControllerEvent.cardReaderNo", how: "harmless", what: "number of the reader" },
    { path: "ANPR.licensePlate", how: "hashed", what: "licence plate" },
    { path: "ANPR.originalLicensePlate", how: "hashed", what: "licence plate before it was corrected" },
    { path: "ANPR.plateCharBelieve", how: "dropped", what: "confidence of each character of the plate" },
    { path: "CIDEvent.name", how: "dropped", what: "user of the panel" },
    { path: "deviceID", how: "dropped", what: "a user's name on some panels" },
  ],
  rules: [first(...heartbeats, ...accessEvents, ...panelEvents, ...plates, input, ...camera), ...closedDoor],
  otherwise: "no_code",
});

/**
 * Hikvision cameras, recorders, door terminals and alarm panels that push their alarms to an HTTP server:
 * all send an EventNotificationAlert. Cameras repeat what lasts, so their alarms are levels that expire.
 */
export const hikvision = defineProfile({
  id: "hikvision",
  title: { zh: "海康威视设备（ISAPI）", en: "Hikvision devices (ISAPI)" },
  vendor: "Hikvision",
  transports: ["http", "mqtt"],
  prefix: "hikvision",
  kind: "camera",
  tier: "gold",
  messages: [alert(""), alert("{device...}")],
});
