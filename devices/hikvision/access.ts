import {
  codeTable,
  constant,
  dryContact,
  edge,
  equals,
  exists,
  field,
  firstOf,
  level,
  lookup,
  phaseTable,
  pseudonym,
  siteCode,
  type Phase,
  type Rule,
  type Source,
} from "../../src/device-kit/index.ts";
import { ACCESS_EVENTS, type AccessEvent } from "./access-events.ts";
import { alertTime } from "./alert-time.ts";

const access = field("access");
const inner = (name: string): Source => field(`AccessControllerEvent.${name}`);

/** The part of the table whose events have one of these phases. */
function tables(...phases: readonly Phase[]): {
  readonly codes: Readonly<Record<string, string>>;
  readonly phases: Readonly<Record<string, Phase>>;
} {
  const rows = Object.entries(ACCESS_EVENTS).filter(([, { phase }]) => phases.includes(phase));
  return {
    codes: Object.fromEntries(rows.map(([event, { code }]) => [event, code])),
    phases: Object.fromEntries(rows.map(([event, { phase }]) => [event, phase])),
  };
}

/** One column of the table, for the events that have it. */
function column(name: keyof AccessEvent): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(ACCESS_EVENTS).flatMap(([event, meaning]) => {
      const value = meaning[name];
      return value === undefined ? [] : [[event, value]];
    }),
  );
}

const moments = tables("pulse");
const conditions = tables("raise", "clear");
const positions = tables("state");

const details = {
  // Devices send again what was not answered, and after a reset count from 1: number and time together.
  key: [inner("serialNo"), field("macAddress")],
  time: alertTime,
  keyTime: alertTime,
  attributes: {
    event: access,
    detail: lookup(access, column("detail")),
    verifyMode: inner("currentVerifyMode"),
    reader: inner("cardReaderNo"),
    userType: inner("userType"),
    cardHash: pseudonym(inner("cardNo")),
    personHash: pseudonym(firstOf(inner("employeeNoString"), inner("employeeNo"))),
  },
} as const;
const door = inner("doorNo");

/** Access-control events: the first of these that fits. */
export const accessEvents: readonly Rule[] = [
  edge({
    ...details,
    code: siteCode(access, moments.codes),
    phase: phaseTable(access, moments.phases),
    point: door,
  }),
  edge({
    ...details,
    code: codeTable(access, positions.codes),
    phase: phaseTable(access, positions.phases),
    point: door,
  }),
  edge({
    ...details,
    code: siteCode(access, conditions.codes),
    phase: phaseTable(access, conditions.phases),
    point: firstOf(door, inner("cardReaderNo")),
    property: lookup(access, column("property")),
  }),
  dryContact({
    of: access,
    on: ["1/1032"],
    off: ["1/1033"],
    whenOn: { code: "device_input.on", phase: "raise" },
    whenOff: { code: "device_input.on", phase: "clear" },
    point: firstOf(inner("alarmInNo"), inner("caseSensorNo"), door),
    property: constant("input"),
    time: alertTime,
    attributes: { event: access },
  }),
  // A number that no table has, but the installation.
  edge({ ...details, when: [exists(access)], code: siteCode(access, {}), phase: "pulse", point: door }),
];

/** A closed door is neither forced nor held open any more; the device has no event for that. */
export const closedDoor: readonly Rule[] = ["access.forced_open", "access.held_open"].map((code) =>
  level({
    when: [equals(access, "5/26")],
    code,
    phase: "clear",
    point: door,
    property: constant(code.slice("access.".length)),
    time: alertTime,
  }),
);
