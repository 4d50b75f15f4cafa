/**
 * The simulated sub-district: 25 estates with their places, gateways and devices. Everything in it is
 * invented and says so in its name. The same seed and day always give the same world.
 */
import { addDays, isDay, ZONE } from "./day.ts";
import { createRandom, type Random } from "./random.ts";
import { equip, type SimulatedDevice } from "./world/devices.ts";
import { estateNames } from "./world/names.ts";
import { layOut, type SimulatedPlace } from "./world/places.ts";

export type { DeviceRole, SimulatedDevice } from "./world/devices.ts";

export interface WorldOptions {
  readonly seed: number;
  /** The calendar day `YYYY-MM-DD` around which everything is laid out. */
  readonly today: string;
  /** Number of estates; 25 when absent. */
  readonly estates?: number;
}

export interface SimulatedEstate {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly households: number;
  readonly buildings: number;
  readonly policeGrid: string;
  readonly communityGrid: string;
  readonly installedOn: string;
  readonly commissionedOn: string;
  readonly places: readonly SimulatedPlace[];
  readonly gateway: { readonly id: string; readonly name: string };
  readonly devices: readonly SimulatedDevice[];
}

export interface World {
  readonly seed: number;
  readonly today: string;
  readonly estates: readonly SimulatedEstate[];
}

const ESTATES = 25;
const HOUSEHOLDS = { from: 300, to: 2_500 };
/** Days before today on which estates were equipped: about a year, some long enough for a full year after. */
const INSTALLED_AGO = { from: 315, to: 470 };
/** Days from installation to commissioning. */
const COMMISSIONING = { from: 14, to: 35 };

/** Makes the world. Throws RangeError when a field of the options is wrong. */
export function createWorld({ seed, today, estates = ESTATES }: WorldOptions): World {
  if (!Number.isSafeInteger(seed)) throw new RangeError("seed must be a whole number");
  if (!isDay(today)) throw new RangeError("today must be a calendar day, YYYY-MM-DD");
  if (!Number.isInteger(estates) || estates < 1 || estates > 100) {
    throw new RangeError("estates must be a whole number from 1 to 100");
  }
  const names = estateNames(createRandom(seed, "names"), estates);
  return { seed, today, estates: names.map((name, n) => createEstate(n, name, seed, today)) };
}

function createEstate(n: number, name: string, seed: number, today: string): SimulatedEstate {
  const number = String(n + 1).padStart(2, "0");
  const random = createRandom(seed, "estate", number);
  const households = n === 0 ? HOUSEHOLDS.to - random.whole(0, 200) : householdsOf(random);
  const buildings = Math.ceil(households / random.whole(48, 72));
  // The first estate is the one a reader is shown: large, and equipped long enough ago to be judged.
  const ago = n === 0 ? INSTALLED_AGO.to : random.whole(INSTALLED_AGO.from, INSTALLED_AGO.to);
  const installedOn = addDays(today, -ago);
  const gateway = { id: `sim-gateway-${number}`, name: `${name}网关` };
  const places = layOut(random, buildings);
  return {
    id: `sim-estate-${number}`,
    name,
    zone: ZONE,
    households,
    buildings,
    policeGrid: `模拟警务网格${String(1 + (n % 5)).padStart(2, "0")}`,
    communityGrid: `模拟社区网格${String(1 + (n % 12)).padStart(2, "0")}`,
    installedOn,
    commissionedOn: addDays(installedOn, random.whole(COMMISSIONING.from, COMMISSIONING.to)),
    places,
    gateway,
    devices: equip(random, { gatewayId: gateway.id, households, places }),
  };
}

/** More small estates than large ones, as in a real sub-district. */
function householdsOf(random: Random): number {
  const span = HOUSEHOLDS.to - HOUSEHOLDS.from;
  return Math.round(HOUSEHOLDS.from + span * random.share() ** 1.5);
}
