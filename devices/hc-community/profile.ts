import {
  defineProfile,
  edge,
  field,
  ignored,
  json,
  localTime,
  lookup,
  not,
  oneOf,
  pseudonym,
  type MessageSpec,
} from "../../src/device-kit/index.ts";

/** The user of an opening that has none. */
const NOBODY = ["-1", -1] as const;

const openDoorLog = (path: string): MessageSpec => ({
  path,
  parse: json,
  device: field("machineCode"),
  time: localTime(field("dateTime"), "yyyy-MM-dd HH:mm:ss", "device"),
  attributes: { method: lookup(field("openTypeCd"), { 1000: "face", 2000: "key" }) },
  redact: [
    { path: "userId", how: "hashed", what: "person, as personHash" },
    { path: "userName", how: "dropped", what: "name of the person" },
    { path: "photo", how: "dropped", what: "face" },
    { path: "tel", how: "dropped", what: "telephone number" },
    { path: "idNumber", how: "dropped", what: "identity card number" },
  ],
  rules: [
    edge({
      when: [oneOf(field("recordTypeCd"), "8888", 8888), not(oneOf(field("userId"), ...NOBODY))],
      code: "access.granted",
      phase: "pulse",
      attributes: { personHash: pseudonym(field("userId")) },
    }),
    edge({
      when: [oneOf(field("recordTypeCd"), "8888", 8888), oneOf(field("userId"), ...NOBODY)],
      code: "access.granted",
      phase: "pulse",
    }),
    ignored("metadata", oneOf(field("recordTypeCd"), "6666", 6666)),
  ],
  otherwise: { undecodable: "schema", detail: "neither an opening nor a visitor's picture" },
});

/** HC MicroCommunity (java110), a property platform: records of opened doors, on its two paths. */
export const hcCommunity = defineProfile({
  id: "hc-community",
  title: { zh: "HC 小区物业平台", en: "HC MicroCommunity property platform" },
  vendor: "java110/MicroCommunity",
  transports: ["http"],
  prefix: "",
  kind: "gate",
  tier: "silver",
  messages: [openDoorLog("api/machine/openDoorLog"), openDoorLog("app/machine/openDoorLog")],
});
