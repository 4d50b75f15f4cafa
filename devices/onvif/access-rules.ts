import {
  codeTable,
  constant,
  contact,
  edge,
  equals,
  field,
  firstOf,
  flag,
  lookup,
  oneOf,
  phaseTable,
  pseudonym,
  type Rule,
} from "../../src/device-kit/index.ts";
import { data, EVENT_PARTS, TOPIC } from "./event-parts.ts";

const KINDS = ["Anonymous", "Credential", "Identifier"];

/** A topic with each kind of credential a person can have. */
const ofKinds = (topic: string, code: string): Readonly<Record<string, string>> =>
  Object.fromEntries(KINDS.map((kind) => [`${topic}/${kind}`, code]));

/** What happened at an access point. */
const ACCESS_TOPICS: Readonly<Record<string, string>> = {
  ...ofKinds("AccessControl/AccessGranted", "access.granted"),
  ...ofKinds("AccessControl/Denied", "access.denied"),
  "AccessControl/Denied/CredentialNotFound": "access.denied",
  "AccessControl/Denied/CredentialNotFound/Card": "access.denied",
  "AccessControl/Duress": "access.duress",
  // Whether a person who was let in went through adds to the grant before it.
  ...ofKinds("AccessControl/AccessTaken", "info.enrichment"),
  ...ofKinds("AccessControl/AccessNotTaken", "info.enrichment"),
  // The device asks somebody else to decide.
  ...ofKinds("AccessControl/Request", "access.card_presented"),
};

/** The person's credential; the holder's name is not read at all. */
const CREDENTIAL = {
  cardHash: pseudonym(firstOf(data("CredentialToken"), data("IdentifierValue"), data("Card"))),
};

const accessed = edge({
  ...EVENT_PARTS,
  when: [oneOf(TOPIC, ...Object.keys(ACCESS_TOPICS))],
  code: codeTable(TOPIC, ACCESS_TOPICS),
  phase: "pulse",
  attributes: {
    ...CREDENTIAL,
    topic: TOPIC,
    reason: firstOf(
      data("Reason"),
      lookup(TOPIC, {
        "AccessControl/Denied/CredentialNotFound": "CredentialNotFound",
        "AccessControl/Denied/CredentialNotFound/Card": "CredentialNotFound",
      }),
    ),
    method: data("IdentifierType"),
    external: data("External"),
  },
});

const antiPassback = edge({
  ...EVENT_PARTS,
  when: [equals(TOPIC, "Credential/State/ApbViolation")],
  code: "access.denied",
  phase: phaseTable(data("ApbViolation"), { true: "pulse", 1: "pulse" }),
  attributes: {
    topic: TOPIC,
    reason: constant("antipassback"),
    cardHash: pseudonym(field("source.CredentialToken")),
  },
});

/** The alarm of a door is one of three words: each alarm is over when it is another. */
const DOOR_ALARM = firstOf(lookup(field("operation"), { Deleted: "Normal" }), data("State"));
const doorAlarm = (word: string, other: string, code: string): Rule =>
  flag({
    ...EVENT_PARTS,
    when: [equals(TOPIC, "Door/State/DoorAlarm")],
    of: DOOR_ALARM,
    on: [word],
    off: ["Normal", other],
    whenOn: { code, phase: "raise" },
    whenOff: { code, phase: "clear" },
    property: constant(`Door/State/DoorAlarm/${word}`),
  });

const doorPosition = contact({
  ...EVENT_PARTS,
  when: [equals(TOPIC, "Door/State/DoorPhysicalState")],
  of: data("State"),
  on: ["Open"],
  off: ["Closed"],
  whenOn: { code: "access.door_opened", phase: "state" },
  whenOff: { code: "access.door_closed", phase: "state" },
  property: TOPIC,
});

const lockPosition = flag({
  ...EVENT_PARTS,
  when: [oneOf(TOPIC, "Door/State/LockPhysicalState", "Door/State/DoubleLockPhysicalState")],
  of: data("State"),
  on: ["Unlocked"],
  off: ["Locked"],
  whenOn: { code: "access.door_unlocked", phase: "state" },
  whenOff: { code: "access.door_locked", phase: "state" },
  property: TOPIC,
});

/** A position that cannot be told any more; the overall fault of a door has a topic of its own. */
const positionFault = edge({
  ...EVENT_PARTS,
  when: [
    oneOf(
      TOPIC,
      "Door/State/DoorPhysicalState",
      "Door/State/LockPhysicalState",
      "Door/State/DoubleLockPhysicalState",
    ),
    equals(data("State"), "Fault"),
  ],
  code: "device.fault",
  phase: "pulse",
});

/** A monitor of a door with a word for trouble and one for none. */
const doorMonitor = (topic: string, trouble: string, none: string, code: string): Rule =>
  flag({
    ...EVENT_PARTS,
    when: [equals(TOPIC, topic)],
    of: firstOf(lookup(field("operation"), { Deleted: none }), data("State")),
    on: [trouble],
    off: [none],
    whenOn: { code, phase: "raise" },
    whenOff: { code, phase: "clear" },
    property: TOPIC,
  });

/** Access control as ONVIF's profiles A, C and D tell it. */
export const accessRules: readonly Rule[] = [
  accessed,
  antiPassback,
  doorAlarm("DoorForcedOpen", "DoorOpenTooLong", "access.forced_open"),
  doorAlarm("DoorOpenTooLong", "DoorForcedOpen", "access.held_open"),
  doorPosition,
  lockPosition,
  positionFault,
  doorMonitor("Door/State/DoorTamper", "TamperDetected", "NotInTamper", "device.tamper"),
  doorMonitor("Door/State/DoorFault", "FaultDetected", "NotInFault", "device.fault"),
];
