import {
  constant,
  dryContact,
  each,
  edge,
  equals,
  exists,
  field,
  first,
  firstOf,
  ignored,
  level,
  not,
  oneOf,
  phaseTable,
  pseudonym,
  siteCode,
  type Phase,
  type Rule,
} from "../../src/device-kit/index.ts";
import { accessRules } from "./access-rules.ts";
import { data, EVENT_PARTS, RULE_OR_TOPIC, TOPIC } from "./event-parts.ts";
import { codesOf } from "./known-topic.ts";
import { TELEMETRY_FAMILIES } from "./topics.ts";
import { OFF, ON } from "./words.ts";

const KIND = field("known.kind");
const LASTING: Readonly<Record<string, Phase>> = Object.fromEntries([
  ...ON.map((word) => [String(word), "raise"] as const),
  ...OFF.map((word) => [String(word), "clear"] as const),
]);

/** Whatever lasts: its topic is the property. */
const lasting = level({
  ...EVENT_PARTS,
  when: [oneOf(KIND, "state", "presence")],
  code: siteCode(TOPIC, codesOf("state", "presence"), undefined, RULE_OR_TOPIC),
  phase: phaseTable(field("known.state"), LASTING),
  property: TOPIC,
});

const happened = edge({
  ...EVENT_PARTS,
  when: [equals(KIND, "moment")],
  code: siteCode(TOPIC, codesOf("moment"), undefined, RULE_OR_TOPIC),
  phase: "pulse",
  value: field("value"),
  attributes: {
    ...EVENT_PARTS.attributes,
    threshold: data("Threshold"),
    direction: data("Direction"),
    likelihood: data("Likelihood"),
  },
});

const wired = dryContact({
  ...EVENT_PARTS,
  when: [equals(KIND, "input")],
  of: field("known.state"),
  on: ON,
  off: OFF,
  whenOn: { code: "device_input.on", phase: "state" },
  whenOff: { code: "device_input.off", phase: "state" },
  property: TOPIC,
});

/** An input that notices when its wire is cut or short-circuited. */
const supervised = level({
  ...EVENT_PARTS,
  when: [equals(TOPIC, "Device/IO/SupervisedPort")],
  code: "device.tamper",
  phase: phaseTable(data("tampered"), LASTING),
  property: constant("tampered"),
});

/** One kind of object a camera sees: a state of its own, because a scene can hold several. */
const seen = (kind: string, code: string): Rule =>
  level({
    ...EVENT_PARTS,
    code: siteCode(RULE_OR_TOPIC, {}, code),
    phase: phaseTable(field(`seen.${kind}`), LASTING),
    property: constant(`seen/${kind}`),
  });

/** Tapo tells several detections under one topic, each by an item of its own. */
const smartEvent = (item: string, code: string): Rule =>
  level({
    ...EVENT_PARTS,
    when: [
      oneOf(
        TOPIC,
        "RuleEngine/TPSmartEventDetector/TPSmartEvent",
        "RuleEngine/CellMotionDetector/TpSmartEvent",
      ),
    ],
    code,
    phase: phaseTable(data(item), LASTING),
    property: constant(item),
  });

/** Where the plate stands: the standard's element, as XML and JSON nest it, or an item of a vendor. */
const PLATE = firstOf(
  data("LicensePlateInfo.LicensePlateInfo.PlateNumber.#text"),
  data("LicensePlateInfo.LicensePlateInfo.PlateNumber"),
  data("LicensePlateInfo.PlateNumber.#text"),
  data("LicensePlateInfo.PlateNumber"),
  data("PlateNumber"),
);

const plateRead = edge({
  ...EVENT_PARTS,
  when: [equals(TOPIC, "RuleEngine/Recognition/LicensePlate"), exists(PLATE)],
  code: "info.plate_read",
  phase: "pulse",
  attributes: {
    ...EVENT_PARTS.attributes,
    plateHash: pseudonym(PLATE),
    likelihood: data("Likelihood"),
  },
});

const visitor = edge({
  ...EVENT_PARTS,
  when: [equals(TOPIC, "RuleEngine/MyRuleDetector/Visitor")],
  code: "info.visitor_call",
  phase: phaseTable(data("State"), { true: "pulse", 1: "pulse" }),
});

/** An object that turns up outside an area does not say that nobody is inside. */
const outside = ignored(
  "initial_state",
  equals(TOPIC, "RuleEngine/FieldDetector/ObjectsInside"),
  equals(field("operation"), "Initialized"),
  exists(field("key.ObjectId")),
  oneOf(data("IsInside"), "false", "0"),
);

/** What the notifications of ONVIF devices mean, those with topics of Axis and Tapo among them. */
export const notificationRules: readonly Rule[] = [
  each(
    field("notifications"),
    first(outside, lasting, happened),
    wired,
    supervised,
    seen("human", "intrusion.person_detected"),
    seen("vehicle", "info.vehicle_detected"),
    seen("other", "intrusion.motion"),
    smartEvent("IsPeople", "intrusion.person_detected"),
    smartEvent("IsVehicle", "info.vehicle_detected"),
    plateRead,
    visitor,
    ...accessRules,
    // Pictures an application of Axis draws for its own page.
    ignored("metadata", equals(field("point"), "xinternal_data")),
    ignored("telemetry", oneOf(field("family"), ...TELEMETRY_FAMILIES)),
    ignored("heartbeat", equals(TOPIC, "UserAlarm/Recurring/Pulse")),
    ignored("initial_state", equals(field("operation"), "Initialized")),
    // A state that cannot be read stays a dead letter: somebody should look at it.
    ignored("no_code", not(oneOf(KIND, "state", "presence"))),
  ),
];
