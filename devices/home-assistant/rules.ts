import {
  codeTable,
  constant,
  contact,
  dryContact,
  edge,
  equals,
  exists,
  field,
  first,
  flag,
  level,
  oneOf,
  phaseTable,
  siteCode,
  type Rule,
} from "../../src/device-kit/index.ts";
import { ACTIONS, CONDITIONS, DOORS, INPUTS } from "./device-classes.ts";

const deviceClass = field("deviceClass");
const point = field("point");
const attributes = { deviceName: field("deviceName"), deviceClass };
const ON_OFF = { of: field("position"), on: ["on"], off: ["off"], attributes } as const;
const STATE = { ...ON_OFF, point, property: constant("state") } as const;

/** One rule a code: classes with the same meaning stand together. */
const conditions: readonly Rule[] = [...Map.groupBy(Object.entries(CONDITIONS), ([, code]) => code)].map(
  ([code, classes]) =>
    dryContact({
      ...STATE,
      when: [oneOf(deviceClass, ...classes.map(([name]) => name))],
      whenOn: { code, phase: "raise" },
      whenOff: { code, phase: "clear" },
    }),
);

/** The device is there or gone; another topic of the same device is another property. */
const availability: Rule = flag({
  ...ON_OFF,
  when: [equals(field("kind"), "availability")],
  property: constant("availability"),
  whenOn: { code: "device.offline", phase: "clear" },
  whenOff: { code: "device.offline", phase: "raise" },
});

const DOOR_OPENED = Object.fromEntries(DOORS.map((name) => [name, "access.door_opened"]));

/** A sensor of which only the beginning is heard: each is a moment of its own. */
const momentary: Rule = first(
  edge({
    when: [equals(field("momentary"), "yes"), equals(field("position"), "on"), exists(deviceClass)],
    code: siteCode(deviceClass, { ...CONDITIONS, ...DOOR_OPENED }),
    phase: "pulse",
    point,
    attributes,
  }),
  edge({
    when: [equals(field("momentary"), "yes"), equals(field("position"), "on"), oneOf(deviceClass, ...INPUTS)],
    code: { configured: "inputCode", otherwise: "device_input.on" },
    phase: "pulse",
    point,
    attributes,
  }),
);

/** What a button, a doorbell or an event entity reports. */
const moments: Rule = first(
  edge({
    when: [exists(field("word"))],
    code: siteCode(field("word"), ACTIONS),
    phase: "pulse",
    point,
    attributes: { ...attributes, action: field("word") },
  }),
  edge({
    when: [exists(field("word"))],
    code: codeTable(deviceClass, { doorbell: "info.visitor_call", motion: "intrusion.motion" }),
    phase: "pulse",
    point,
    attributes: { ...attributes, action: field("word") },
  }),
  edge({
    when: [exists(field("word"))],
    code: { configured: "buttonCode", otherwise: "info.button" },
    phase: "pulse",
    point,
    attributes: { ...attributes, action: field("word") },
  }),
);

/** What becomes of one reading. */
export const readingRules: Rule = first(
  availability,
  moments,
  momentary,
  level({
    when: [exists(deviceClass)],
    code: siteCode(deviceClass, {}),
    phase: phaseTable(field("position"), { on: "raise", off: "clear" }),
    point,
    property: constant("state"),
    attributes,
  }),
  ...conditions,
  contact({
    ...STATE,
    when: [oneOf(deviceClass, ...DOORS)],
    whenOn: { code: "access.door_opened", phase: "state" },
    whenOff: { code: "access.door_closed", phase: "state" },
  }),
  dryContact({
    ...STATE,
    when: [oneOf(deviceClass, ...INPUTS)],
    whenOn: { code: "device_input.on", phase: "state" },
    whenOff: { code: "device_input.off", phase: "state" },
  }),
  flag({
    ...STATE,
    when: [equals(deviceClass, "lock")],
    whenOn: { code: "access.door_unlocked", phase: "state" },
    whenOff: { code: "access.door_locked", phase: "state" },
  }),
  flag({
    ...STATE,
    when: [equals(deviceClass, "connectivity")],
    whenOn: { code: "device.offline", phase: "clear" },
    whenOff: { code: "device.offline", phase: "raise" },
  }),
);
