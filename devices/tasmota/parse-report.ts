import { parseJson, textOf, type Parser, isFields, type Fields } from "../../src/device-kit/index.ts";

/** Attributes by which Tasmota says what a zone's alarm means; with one of them, the raw bit says it twice. */
const NAMED = [
  "Contact",
  "Occupancy",
  "Fire",
  "Smoke",
  "Water",
  "CO",
  "Movement",
  "GlassBreak",
  "Panic",
  "PersonalAlarm",
];

/** Numbered inputs, gathered under one name: a device has as many as its chip has pins. */
const NUMBERED = /^(Switch|Button)\d{1,2}$/;

/**
 * A report as JSON. Its numbered inputs are gathered (`Switches: { Switch1: … }`, `Buttons`), and raw zone
 * states of Zigbee alarm devices (`ZoneStatusChange`, the bits of ZCL's zone status) are taken apart: bit 0
 * is the alarm, bit 2 tamper, bit 3 the battery.
 */
export const report: Parser = {
  format: "json, inputs gathered, zone states taken apart",
  parse(payload) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const { body } = parsed;
    if (!isFields(body)) return { fault: "schema", detail: "an object was expected, this is a list" };
    const found: Record<string, Record<string, unknown>> = {};
    for (const [name, value] of Object.entries(body)) {
      const stem = NUMBERED.exec(name)?.[1];
      if (stem !== undefined) (found[stem] ??= {})[name] = value;
    }
    const { Switch: switches, Button: buttons } = found;
    const devices = body["ZbReceived"];
    return {
      body: {
        ...body,
        ...(switches && { Switches: switches }),
        ...(buttons && { Buttons: buttons }),
        ...(isFields(devices) && { ZbReceived: zonedAll(devices) }),
      },
    };
  },
};

function zonedAll(devices: Fields): Fields {
  return Object.fromEntries(Object.entries(devices).map(([name, values]) => [name, zoned(values)]));
}

function zoned(values: unknown): unknown {
  if (!isFields(values)) return values;
  const bits = values["ZoneStatusChange"];
  if (typeof bits !== "number" || !Number.isSafeInteger(bits) || bits < 0) return values;
  const isSet = (bit: number): boolean => ((bits >> bit) & 1) === 1;
  return {
    ...values,
    ZoneTamper: isSet(2),
    ZoneBattery: isSet(3),
    ...(!NAMED.some((name) => Object.hasOwn(values, name)) && { ZoneAlarm: isSet(0) }),
  };
}
