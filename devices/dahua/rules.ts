import {
  codeTable,
  constant,
  contact,
  dryContact,
  each,
  edge,
  epochMilliseconds,
  equals,
  exists,
  field,
  first,
  firstOf,
  firstTime,
  ignored,
  localTime,
  lookup,
  oneOf,
  phaseTable,
  pseudonym,
  siteCode,
  within,
  type Guard,
  type Rule,
} from "../../src/device-kit/index.ts";
import { CODES, ENRICHMENT, METHODS, TELEMETRY } from "./codes.ts";

const code = field("Code");
const is = (name: string) => equals(code, name);

/** Each event of a message has its own point and time. */
const here = {
  point: field("point"),
  time: firstTime(
    epochMilliseconds(field("at")),
    localTime(field("Data.LocaleTime"), "yyyy-MM-dd HH:mm:ss", "device"),
  ),
} as const;

/**
 * `Start` is sent once, and its `Stop` can be lost with the connection. The short expiry makes the next
 * `Start` a new beginning then, and only folds what a camera reports twice in the same moment.
 */
const EXPIRES_AFTER = 10;

const method = firstOf(lookup(field("Data.Method"), METHODS), constant("other"));
const opening = {
  ...here,
  key: [field("Data.RecNo")],
  keyTime: here.time,
  attributes: {
    method,
    direction: lookup(field("Data.Type"), { Entry: "entry", Exit: "exit" }),
    reader: field("Data.ReaderID"),
    cardHash: pseudonym(field("Data.CardNo")),
    personHash: pseudonym(field("Data.UserID")),
  },
} as const;

/** A door opened or refused by a credential, a button or from afar. */
const accessControl: Rule = first(
  edge({
    ...opening,
    when: [is("AccessControl"), equals(method, "duress_password")],
    code: "access.duress",
    phase: "pulse",
  }),
  edge({
    ...opening,
    when: [is("AccessControl"), oneOf(field("Data.Status"), 0, "0")],
    code: "access.denied",
    phase: "pulse",
    attributes: { ...opening.attributes, reason: field("Data.ErrorCode") },
  }),
  edge({
    ...opening,
    when: [is("AccessControl"), oneOf(field("Data.Status"), 1, "1")],
    code: codeTable(
      method,
      { remote: "access.remote_open", telephone: "access.remote_open" },
      "access.granted",
    ),
    phase: "pulse",
  }),
);

/** Some firmware says the position in place of the action. */
const doorStatus: Rule = contact({
  ...here,
  when: [is("DoorStatus")],
  of: firstOf(field("Data.Status"), field("Action")),
  property: code,
  on: ["Open"],
  off: ["Close"],
  whenOn: { code: "access.door_opened", phase: "state" },
  whenOff: { code: "access.door_closed", phase: "state" },
});

/** Inputs whose meaning the installation knows. */
const inputs: Rule = first(
  dryContact({
    ...here,
    when: [oneOf(code, "AlarmLocal", "ProfileAlarmTransmit")],
    of: field("Action"),
    property: code,
    on: ["Start"],
    off: ["Stop"],
    whenOn: { code: "device_input.on", phase: "raise" },
    whenOff: { code: "device_input.on", phase: "clear" },
    expiresAfter: EXPIRES_AFTER,
    attributes: { alarmType: field("Data.AlarmType"), sensor: field("Data.SenseMethod") },
  }),
  edge({
    ...here,
    when: [oneOf(code, "AlarmLocal", "ProfileAlarmTransmit"), equals(field("Action"), "Pulse")],
    code: { configured: "inputCode", otherwise: "device_input.on" },
    phase: "pulse",
    property: code,
    attributes: { alarmType: field("Data.AlarmType"), sensor: field("Data.SenseMethod") },
  }),
);

/** The key light of a door station tells what the station does. */
const doorStation: Rule = first(
  edge({
    ...here,
    when: [is("BackKeyLight")],
    code: codeTable(field("Data.State"), {
      1: "info.visitor_call",
      2: "info.visitor_call",
      8: "access.door_unlocked",
      9: "access.denied",
      11: "device.online",
    }),
    phase: "pulse",
    attributes: { reason: lookup(field("Data.State"), { 9: "unlock_failed", 11: "rebooted" }) },
  }),
  ignored("telemetry", is("BackKeyLight")),
  edge({
    ...here,
    when: [is("CallNoAnswered"), oneOf(field("Action"), "Start", "Pulse")],
    code: "info.visitor_call",
    phase: "pulse",
    attributes: { answered: constant(false) },
  }),
  ignored("telemetry", is("CallNoAnswered")),
);

/** Credentials read by a door station. */
const credentials: Rule = first(
  edge({
    ...here,
    when: [is("DoorCard"), exists(field("Data.Number"))],
    code: "access.card_presented",
    phase: "pulse",
    attributes: { cardHash: pseudonym(field("Data.Number")) },
  }),
  edge({
    ...here,
    when: [is("FingerPrintCheck"), within(field("Data.FingerPrintID"), { most: 0 })],
    code: "access.denied",
    phase: "pulse",
    attributes: { method: constant("fingerprint") },
  }),
  // AccessControl tells that the door was opened.
  ignored("enrichment", is("FingerPrintCheck")),
);

/** Analytics, picture faults and door alarms, and any other word that the installation gives a code. */
const condition = (...when: Guard[]): Rule =>
  edge({
    ...here,
    when,
    code: siteCode(code, CODES),
    phase: phaseTable(field("Action"), { Start: "raise", Stop: "clear", Pulse: "pulse" }),
    property: code,
    expiresAfter: EXPIRES_AFTER,
    attributes: {
      rule: field("Data.Name"),
      region: field("Data.RegionName"),
      object: field("Data.Object.ObjectType"),
      direction: field("Data.Direction"),
    },
  });

/** What becomes of one event in the shape of `DahuaEvent`. */
export const dahuaEventRule: Rule = first(
  // The most frequent before the rest.
  condition(oneOf(code, ...Object.keys(CODES))),
  accessControl,
  doorStatus,
  inputs,
  doorStation,
  credentials,
  ignored("telemetry", oneOf(code, ...TELEMETRY)),
  ignored("enrichment", oneOf(code, ...ENRICHMENT)),
  condition(),
);

/** What becomes of the events of a Dahua message in the shape of `dahuaMessage`. */
export const dahuaRules: readonly Rule[] = [
  each(field("Events"), dahuaEventRule),
  ignored("heartbeat", exists(field("heartbeat"))),
];
