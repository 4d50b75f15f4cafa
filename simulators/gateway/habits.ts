import type { DeviceRole, SimulatedEstate } from "../world.ts";
import { ALWAYS, COMING_AND_GOING, DAYTIME, EVENING, NIGHT, type Rhythm } from "./rhythm.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

/** A scenario that happens at a device so many times on a mean day, in a rhythm. */
export interface Habit {
  readonly name: string;
  readonly scenario: Scenario;
  readonly perDay: number;
  readonly rhythm: Rhythm;
}

/** Times a household goes through the estate's gates in a day. */
const WALKS = 0.8;
const UNIT_DOOR_PASSES = 70;

const habit = (name: keyof typeof SCENARIOS, perDay: number, rhythm: Rhythm): Habit => ({
  name,
  scenario: SCENARIOS[name],
  perDay,
  rhythm,
});

/** What happens at a device of this role in this estate. */
export function habitsOf(role: DeviceRole, estate: SimulatedEstate): readonly Habit[] {
  const gates = Math.max(1, estate.devices.filter((device) => device.role === "gate").length);
  const radio = [
    habit("stateReport", 8, ALWAYS),
    habit("lowBattery", 0.02, ALWAYS),
    habit("zigbeeOffline", 0.03, ALWAYS),
  ];
  switch (role) {
    case "gate":
      return [
        habit("pass", (estate.households * WALKS) / gates, COMING_AND_GOING),
        habit("refusal", 4, DAYTIME),
        habit("repeatedRefusals", 0.3, NIGHT),
        habit("heldOpen", 0.5, EVENING),
        habit("forcedOpen", 0.04, NIGHT),
        habit("tampering", 0.02, NIGHT),
        habit("nativeOffline", 0.03, ALWAYS),
      ];
    case "door":
      return [
        habit("pass", UNIT_DOOR_PASSES, COMING_AND_GOING),
        habit("refusal", 1, DAYTIME),
        habit("heldOpen", 0.3, EVENING),
        habit("forcedOpen", 0.01, NIGHT),
        habit("nativeOffline", 0.02, ALWAYS),
      ];
    case "analytics":
      return [habit("laneBlocked", 0.8, EVENING), habit("loitering", 0.5, NIGHT)];
    case "lift-camera":
      return [habit("ebikeInLift", 1.2, EVENING)];
    case "gate-camera":
      return [
        habit("personAtGate", 120, COMING_AND_GOING),
        habit("carAtGate", 60, COMING_AND_GOING),
        habit("cameraOffline", 0.03, ALWAYS),
      ];
    case "yard-camera":
      return [
        habit("personInYard", 50, DAYTIME),
        habit("nightVisitor", 0.5, NIGHT),
        habit("cameraOffline", 0.03, ALWAYS),
      ];
    case "smoke":
      return [...radio, habit("smokeTest", 0.03, DAYTIME), habit("smoke", 0.01, EVENING)];
    case "gas":
      return [...radio, habit("gas", 0.02, EVENING)];
    case "leak":
      return [...radio, habit("waterLeak", 0.06, ALWAYS)];
    case "contact":
      return [...radio, habit("cabinetOpened", 1, DAYTIME), habit("cabinetTampered", 0.03, NIGHT)];
    case "motion":
      return [...radio, habit("movement", 60, COMING_AND_GOING)];
    case "sos":
      return [...radio, habit("sosPressed", 0.08, DAYTIME)];
    // They speak for themselves when the gateway connects.
    case "zigbee-bridge":
    case "video-server":
      return [];
  }
}

/** The state in which a Zigbee device begins. */
export const AT_REST: Readonly<Partial<Record<DeviceRole, Readonly<Record<string, boolean | number>>>>> = {
  smoke: { smoke: false, test: false, tamper: false, battery_low: false },
  gas: { gas: false, gas_density: 0, tamper: false, battery_low: false },
  leak: { water_leak: false, tamper: false, battery_low: false },
  contact: { contact: true, tamper: false, battery_low: false },
  motion: { occupancy: false, tamper: false, battery_low: false },
  sos: { battery_low: false },
};
