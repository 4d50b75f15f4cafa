import {
  constant,
  contact,
  dryContact,
  eachDevice,
  edge,
  equals,
  exists,
  field,
  firstOf,
  flag,
  key,
  not,
  siteCode,
  type Rule,
} from "../../src/device-kit/index.ts";
import { condition } from "../condition.ts";
import { lowBattery } from "../low-battery.ts";

/** The name given at the bridge; without one, the short address that is the key. */
const bridgedName = firstOf(field("Name"), key());

/** A contact that tells 1 while it is OPEN, the opposite of Zigbee2MQTT. */
const door = (name: string): Rule =>
  contact({
    of: field(name),
    property: constant("door"),
    on: [1, true],
    off: [0, false],
    whenOn: { code: "access.door_opened", phase: "state" },
    whenOff: { code: "access.door_closed", phase: "state" },
  });

/** An attribute that is 1 while the condition holds. */
const told = (name: string, code: string): Rule =>
  condition({ of: field(name), name, code, raised: ["1"], cleared: ["0"] });

/** A bit of the zone status, as the parser has taken it out. */
const zoneBit = (name: string, code: string): Rule =>
  flag({
    of: field(name),
    property: constant(name),
    on: [true],
    off: [false],
    whenOn: { code, phase: "raise" },
    whenOff: { code, phase: "clear" },
  });

/** Panic buttons only ever tell that they were pressed. */
const pressed = (name: string): Rule =>
  edge({
    when: [equals(field(name), 1)],
    code: siteCode(constant(name), { [name]: "life.sos" }),
    phase: "pulse",
  });

/** Devices behind a Zigbee bridge. */
export const zigbeeDevices = eachDevice(
  field("ZbReceived"),
  bridgedName,
  door("Contact"),
  told("Occupancy", "intrusion.motion"),
  told("Fire", "fire.smoke"),
  told("Smoke", "fire.smoke"),
  told("Water", "facility.water_leak"),
  told("CO", "fire.co"),
  told("Movement", "intrusion.vibration"),
  told("GlassBreak", "intrusion.vibration"),
  pressed("Panic"),
  pressed("PersonalAlarm"),
  edge({
    code: siteCode(field("AqaraVibrationMode"), {
      vibrate: "intrusion.vibration",
      tilt: "intrusion.vibration",
      drop: "intrusion.vibration",
    }),
    phase: "pulse",
    attributes: { mode: field("AqaraVibrationMode") },
  }),
  edge({
    when: [exists(field("Click")), not(equals(field("Click"), "release"))],
    code: { configured: "buttonCode", otherwise: "info.button" },
    phase: "pulse",
    attributes: { click: field("Click") },
  }),
  // What it means depends on the kind of device, which the message does not tell.
  dryContact({
    of: field("ZoneAlarm"),
    property: constant("ZoneStatusChange"),
    on: [true],
    off: [false],
    whenOn: { code: "device_input.on", phase: "state" },
    whenOff: { code: "device_input.off", phase: "state" },
  }),
  zoneBit("ZoneTamper", "device.tamper"),
  zoneBit("ZoneBattery", "device.low_battery"),
  lowBattery(field("BatteryPercentage"), "BatteryPercentage"),
);

/** Devices behind a LoRaWAN bridge. `Alarm` of a door sensor: it stands open for longer than set there. */
export const lorawanDevices = eachDevice(
  field("LwReceived"),
  bridgedName,
  door("DoorOpen"),
  condition({
    when: [exists(field("DoorOpen"))],
    of: field("Alarm"),
    name: "Alarm",
    code: "access.held_open",
    raised: ["1"],
    cleared: ["0"],
  }),
);
