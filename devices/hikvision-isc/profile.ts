import {
  defineProfile,
  eachDevice,
  exists,
  field,
  first,
  ignored,
  json,
  noTime,
  type MessageSpec,
  type Redaction,
} from "../../src/device-kit/index.ts";
import { eventRules } from "./rules.ts";

/** Personal data of an event's `data`. */
const personal = (data: string): readonly Redaction[] => [
  { path: `${data}.ExtEventCardNo`, how: "hashed", what: "card number" },
  { path: `${data}.ExtEventPersonNo`, how: "hashed", what: "number of the person" },
  { path: `${data}.ExtEventIdentityCardInfo`, how: "dropped", what: "what is printed on an identity card" },
  { path: `${data}.ExtEventIDCardPictureURL`, how: "dropped", what: "picture of an identity card" },
  { path: `${data}.ExtEventPictureURL`, how: "dropped", what: "picture of the person at the door" },
  { path: `${data}.plateNo`, how: "hashed", what: "licence plate" },
];

const callback = (path: string): MessageSpec => ({
  path,
  parse: json,
  device: field("params.events.0.srcIndex"),
  time: noTime,
  redact: ["params.events.*.data", "params.events.*.eventDetails.*.data"].flatMap(personal),
  rules: [
    eachDevice(
      field("params.events"),
      field("srcIndex"),
      first(
        // A linkage event has the number 0 and the rule as its source; what happened is in its details.
        eachDevice(field("eventDetails"), field("srcIndex"), first(...eventRules("linkage"))),
        ...eventRules("event"),
      ),
    ),
    ignored("no_code", exists(field("params.events"))),
  ],
  otherwise: { undecodable: "schema", detail: "params.events is missing" },
});

/**
 * Hikvision's integrated platform (综合安防管理平台, ISC): events it was asked to call back with, several in a
 * message. A device is the event's source (door, camera) by its index.
 */
export const hikvisionIsc = defineProfile({
  id: "hikvision-isc",
  title: { zh: "海康威视综合安防平台（ISC）", en: "Hikvision ISC platform" },
  vendor: "Hikvision",
  transports: ["http", "mqtt"],
  prefix: "hikvision-isc",
  kind: "other",
  tier: "silver",
  messages: [callback(""), callback("{rest...}")],
});
