import {
  codeTable,
  contact,
  edge,
  epochMilliseconds,
  equals,
  exists,
  field,
  firstTime,
  flag,
  level,
  lookup,
  oneOf,
  outer,
  phaseTable,
  siteCode,
  within,
  type Guard,
  type Rule,
} from "../../src/device-kit/index.ts";

const code = field("code");
const value = field("value");
const time = firstTime(epochMilliseconds(field("t")), epochMilliseconds(outer(field("time"))));
const common = { property: code, time } as const;

/** A data point of which some values mean a condition and others that it is over. */
const condition = (
  points: readonly string[],
  on: readonly (string | boolean)[],
  off: readonly (string | boolean)[],
  meaning: string,
  expiresAfter?: number,
): Rule =>
  flag({
    ...common,
    when: [oneOf(code, ...points)],
    of: value,
    on,
    off,
    whenOn: { code: meaning, phase: "raise" },
    whenOff: { code: meaning, phase: "clear" },
    ...(expiresAfter !== undefined && { expiresAfter }),
  });

/** Older products write the two states as numbers. */
const ALARM = [
  ["alarm", "1"],
  ["normal", "2"],
] as const;

/** Alarms of a lock: moments, of which it does not say that they are over. */
const LOCK_ALARMS = {
  wrong_finger: "access.denied_repeat",
  wrong_password: "access.denied_repeat",
  wrong_card: "access.denied_repeat",
  wrong_face: "access.denied_repeat",
  pry: "device.tamper",
  shock: "intrusion.vibration",
  unclosed_time: "access.held_open",
  tongue_bad: "device.fault",
  tongue_not_out: "device.fault",
  too_hot: "facility.high_temperature",
  low_battery: "device.low_battery",
  power_off: "device.low_battery",
};

/** What was tried at a lock that alarms about it. */
const WRONG = {
  wrong_finger: "fingerprint",
  wrong_password: "password",
  wrong_card: "card",
  wrong_face: "face",
};

/** Ways to open a lock; the value is the number of a person and is left out. */
const UNLOCKED = {
  unlock_fingerprint: "access.granted",
  unlock_password: "access.granted",
  unlock_temporary: "access.granted",
  unlock_dynamic: "access.granted",
  unlock_card: "access.granted",
  unlock_face: "access.granted",
  unlock_key: "access.granted",
  unlock_ble: "access.granted",
  unlock_app: "access.remote_open",
};

/** What becomes of one data point; the first that fits. */
export const dataPointRules: readonly Rule[] = [
  // What the installation says of a data point comes before the table.
  level({
    ...common,
    code: siteCode(code, {}),
    phase: phaseTable(field("position"), { on: "raise", off: "clear" }),
  }),
  condition(["smoke_sensor_status", "smoke_sensor_state"], ...ALARM, "fire.smoke"),
  condition(["gas_sensor_status", "gas_sensor_state", "ch4_sensor_state"], ...ALARM, "fire.gas"),
  condition(["co_status", "co_state"], ...ALARM, "fire.co"),
  condition(["watersensor_state"], ...ALARM, "facility.water_leak"),
  contact({
    ...common,
    when: [oneOf(code, "doorcontact_state", "closed_opened")],
    of: value,
    on: [true, "open", "opened"],
    off: [false, "closed", "close"],
    whenOn: { code: "access.door_opened", phase: "state" },
    whenOff: { code: "access.door_closed", phase: "state" },
  }),
  // Some of these never say that it is over; they repeat it while it lasts.
  condition(["pir", "pir_state"], ["pir"], ["none"], "intrusion.motion", 180),
  condition(
    ["presence_state"],
    ["presence", "small_move", "large_move", "peaceful"],
    ["none"],
    "intrusion.motion",
  ),
  condition(["shock_state"], ["vibration", "drop", "tilt"], ["normal"], "intrusion.vibration", 60),
  condition(["temper_alarm"], [true], [false], "device.tamper"),
  condition(["battery_state"], ["low"], ["middle", "high"], "device.low_battery"),
  edge({
    when: [oneOf(code, "sos_state", "sos")],
    code: "life.sos",
    phase: phaseTable(value, { true: "pulse", sos: "pulse", alarm: "pulse" }),
    time,
  }),
  edge({
    when: [equals(code, "alarm_lock")],
    code: codeTable(value, LOCK_ALARMS),
    phase: "pulse",
    time,
    attributes: { reason: lookup(value, WRONG) },
  }),
  edge({
    when: [equals(code, "hijack")],
    code: "access.duress",
    phase: phaseTable(value, { true: "pulse" }),
    time,
  }),
  edge({
    when: [equals(code, "doorbell")],
    code: "info.visitor_call",
    phase: phaseTable(value, { true: "pulse" }),
    time,
  }),
  edge({
    when: [exists(lookup(code, UNLOCKED))],
    code: codeTable(code, UNLOCKED),
    phase: "pulse",
    time,
    attributes: { method: code },
  }),
  // Bits of faults whose meaning each product has of its own.
  level({
    ...common,
    when: [equals(code, "fault"), within(value, { least: 1 })],
    code: "device.fault",
    phase: "raise",
  }),
  level({
    ...common,
    when: [equals(code, "fault"), within(value, { least: 0, most: 0 })],
    code: "device.fault",
    phase: "clear",
  }),
  flag({
    ...common,
    when: [equals(code, "checking_result")],
    of: value,
    on: ["check_failure"],
    off: ["check_success"],
    whenOn: { code: "device.fault", phase: "raise" },
    whenOff: { code: "device.fault", phase: "clear" },
  }),
];

/** The data points of which a rule says what they mean; all others mean what the installation says. */
export const DATA_POINTS: ReadonlySet<unknown> = new Set([
  ...Object.keys(UNLOCKED),
  ...dataPointRules.flatMap((rule) =>
    rule.rule === "event" || rule.rule === "flag" ? (rule.when ?? []).flatMap(namesIn) : [],
  ),
]);

function namesIn(guard: Guard): readonly unknown[] {
  return guard.is === "in" && guard.of === code ? guard.values : [];
}
