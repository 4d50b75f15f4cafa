import {
  defineProfile,
  each,
  edge,
  epochMilliseconds,
  exists,
  field,
  first,
  firstTime,
  ignored,
  phaseTable,
  siteCode,
  type MessageSpec,
  type Rule,
} from "../../src/device-kit/index.ts";
import { presenceRules } from "../jetlinks/thing-model.ts";
import { dataPointRules } from "./data-points.ts";
import { FIRE_EVENTS } from "./fire-alarm.ts";
import { tuyaMessage } from "./parse-message.ts";

const eventTime = firstTime(epochMilliseconds(field("fire.time")), epochMilliseconds(field("time")));

const fireEvent: Rule = edge({
  when: [exists(field("fire.id"))],
  code: siteCode(field("fire.word"), FIRE_EVENTS),
  phase: phaseTable(field("fire.position"), { on: "raise", off: "clear" }),
  property: field("fire.word"),
  value: field("fire.reading"),
  // Handling the event reports it again with another text for the result; it stays the same event.
  key: [field("fire.id"), field("fire.position")],
  time: eventTime,
  keyTime: eventTime,
  attributes: { unit: field("fire.unit"), limit: field("fire.limit"), type: field("fire.type") },
});

const common = {
  parse: tuyaMessage,
  device: field("device"),
  time: epochMilliseconds(field("time")),
  redact: [
    // The owner's account (`uid`) is left behind by the parser.
    { path: "points.*.user", how: "dropped", what: "number of a lock's user" },
    { path: "bizData.name", how: "harmless", what: "name of the device; dropped" },
  ],
} as const;

const message = (path: string): MessageSpec => ({
  ...common,
  path,
  rules: [
    each(field("points"), first(...dataPointRules)),
    ...presenceRules,
    fireEvent,
    ignored("metadata", exists(field("other"))),
  ],
  otherwise: "telemetry",
});

/** Tuya: what a consumer of the cloud's message queue passes on, decrypted; one message a device. */
export const tuya = defineProfile({
  id: "tuya",
  title: { zh: "涂鸦云", en: "Tuya cloud" },
  vendor: "Tuya",
  transports: ["mqtt", "http"],
  prefix: "tuya",
  kind: "sensor",
  tier: "silver",
  messages: [message(""), message("{rest...}")],
});
