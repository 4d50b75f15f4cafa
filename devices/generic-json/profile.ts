import {
  defineProfile,
  eachDevice,
  edge,
  exists,
  field,
  first,
  noTime,
  optionTime,
  phaseTable,
  siteCode,
  withPictures,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { ALARM_WORDS } from "./alarm-words.ts";
import { alarms } from "./parse-alarms.ts";

const word = field("code");
const time = optionTime(field("time"));
const alarm = {
  code: siteCode(word, ALARM_WORDS),
  point: field("point"),
  key: [field("id"), field("position")],
  time,
  // Numbers begin again when a box restarts: with its time one is not taken for another.
  keyTime: time,
  attributes: { reported: word, score: field("score"), phase: field("phase") },
} as const;

const message = (path: string): MessageSpec => ({
  path,
  parse: withPictures(alarms),
  device: field("device"),
  time: noTime,
  // The parser takes the named parts, none of them a person's, and leaves everything else behind.
  redact: [],
  rules: [
    eachDevice(
      field("alarms"),
      field("device"),
      first(
        edge({
          ...alarm,
          when: [exists(field("position"))],
          phase: phaseTable(field("position"), { on: "raise", off: "clear" }),
        }),
        edge({ ...alarm, phase: "pulse" }),
      ),
    ),
  ],
  otherwise: "no_code",
});

/**
 * JSON of any shape, for AI boxes and programs without a format of their own: the binding says where the
 * parts stand, how the time is written and what the words mean.
 */
export const genericJson = defineProfile({
  id: "generic-json",
  title: { zh: "通用 JSON（AI 盒子）", en: "Any JSON (AI boxes)" },
  vendor: "any",
  transports: ["http", "mqtt"],
  prefix: "webhook",
  kind: "camera",
  tier: "bronze",
  messages: [message(""), message("{device...}")],
});
