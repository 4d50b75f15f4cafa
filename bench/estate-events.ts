import type { DeviceKind } from "../src/domain/estate.ts";
import type { Attributes, Phase, SecurityEvent } from "../src/domain/event.ts";
import { SECOND, type EpochMs } from "../src/domain/time.ts";
import type { DeviceFacts } from "../src/ports.ts";

/** An event as react hands it to the rules. */
export interface Told {
  readonly event: SecurityEvent;
  readonly facts: DeviceFacts;
}

/** Estates in which something happens all the time, always the same for the same number of them. */
export interface EstateEvents {
  readonly devices: number;
  /** What the hub receives in the next second, in order of arrival. */
  nextSecond(): readonly Told[];
}

/** Events a second that an estate sends: each of its doors is passed once in eleven minutes. */
const RATE = 0.25;
/** Half past ten in the evening, in the estates' zone: rules for the night have work. */
const BEGINNING = Date.parse("2026-03-02T22:30:00+08:00");
/** Who is in an estate, a hundred devices in all. */
const HOUSEHOLD: readonly (readonly [DeviceKind, number])[] = [
  ["gate", 20],
  ["camera", 20],
  ["sensor", 54],
  ["panel", 4],
  ["gateway", 2],
];

/** One event of an activity, seconds after its beginning. */
type Step = readonly [after: number, code: string, phase: Phase];

/** What is to be heard of a device at some second. */
interface Coming extends Pick<SecurityEvent, "code" | "phase" | "attributes"> {
  readonly receivedAt: EpochMs;
  readonly estate: number;
  readonly kind: DeviceKind;
  readonly number: number;
  readonly facts: DeviceFacts;
}

/** Something that happens at one device. */
interface Activity {
  /** How often, as a part of all activities. */
  readonly weight: number;
  readonly kind: DeviceKind;
  readonly steps: readonly Step[];
  /** Whether its events name a card. */
  readonly card?: true;
}

const lasting = (weight: number, kind: DeviceKind, code: string, seconds: number): Activity => ({
  weight,
  kind,
  steps: [
    [0, code, "raise"],
    [seconds, code, "clear"],
  ],
});
const moment = (weight: number, kind: DeviceKind, code: string, phase: Phase = "pulse"): Activity => ({
  weight,
  kind,
  steps: [[0, code, phase]],
});

/** Doors, movement and what no rule asks for, in nearly all cases; one in 125 is an alarm. */
const ACTIVITIES: readonly Activity[] = [
  {
    weight: 240,
    kind: "gate",
    card: true,
    steps: [
      [0, "access.granted", "pulse"],
      [2, "access.door_opened", "state"],
      [9, "access.door_closed", "state"],
    ],
  },
  {
    weight: 2,
    kind: "gate",
    card: true,
    steps: [
      [0, "access.granted", "pulse"],
      [2, "access.door_opened", "state"],
      [400, "access.door_closed", "state"],
    ],
  },
  { ...moment(12, "gate", "access.denied"), card: true },
  lasting(260, "sensor", "intrusion.motion", 30),
  lasting(130, "camera", "intrusion.person_detected", 12),
  lasting(70, "camera", "info.vehicle_detected", 8),
  moment(80, "camera", "info.plate_read"),
  moment(200, "sensor", "info.telemetry", "state"),
  lasting(1, "sensor", "fire.smoke", 240),
  lasting(0.5, "sensor", "fire.gas", 600),
  lasting(0.5, "sensor", "facility.water_leak", 3_600),
  moment(0.5, "sensor", "life.sos"),
  lasting(1, "camera", "fire.lane_blocked", 900),
  lasting(1, "camera", "fire.ebike_elevator", 40),
  lasting(1, "camera", "intrusion.loitering", 120),
  moment(1, "camera", "intrusion.tripwire"),
  lasting(0.5, "panel", "intrusion.burglary", 300),
  lasting(0.5, "sensor", "device.tamper", 7_200),
  lasting(0.5, "gateway", "device.offline", 120),
];

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** Makes the estates, each sending `rate` events a second; every event is an object of its own, with strings of its own, as decoding makes them. */
export function createEstateEvents(estates: number, rate = RATE): EstateEvents {
  const random = createRandom();
  const facts = HOUSEHOLD.map(([kind, count]) =>
    Array.from({ length: count }, (_, number): DeviceFacts => {
      // Two devices share a place, as a door and the camera above it do.
      return { kind, placeId: `place-${Math.floor(number / 2)}`, zone: "Asia/Shanghai" };
    }),
  );
  const kinds = HOUSEHOLD.map(([kind]) => kind);
  const weights = ACTIVITIES.reduce((sum, { weight }) => sum + weight, 0);
  const eventsEach = ACTIVITIES.reduce((sum, { weight, steps }) => sum + weight * steps.length, 0) / weights;
  const later = new Map<number, Coming[]>();
  let second = 0;
  let made = 0;
  let due = 0;

  function activity(): Activity {
    let at = random() * weights;
    return ACTIVITIES.find(({ weight }) => (at -= weight) < 0) ?? moment(0, "other", "info.telemetry");
  }

  function begin({ kind, steps, card }: Activity): void {
    const devices = facts[kinds.indexOf(kind)] ?? [];
    const number = Math.floor(random() * devices.length);
    const device = devices[number];
    if (!device) return;
    const estate = Math.floor(random() * estates);
    const holder = Math.floor(random() * 300);
    for (const [after, code, phase] of steps) {
      const at = second + after;
      const attributes = card ? { cardHash: `${estate}-${holder}` } : NO_ATTRIBUTES;
      const waiting = later.get(at) ?? [];
      if (waiting.length === 0) later.set(at, waiting);
      const receivedAt = BEGINNING + at * SECOND;
      waiting.push({ code, phase, attributes, receivedAt, estate, kind, number, facts: device });
    }
  }

  /** Made when it is heard, as by decoding: what is yet to come would be in the way of what is measured. */
  function tell({ code, phase, attributes, receivedAt, estate, kind, number, facts: device }: Coming): Told {
    made++;
    const event: SecurityEvent = {
      id: `${receivedAt.toString(32)}-${made.toString(32).padStart(16, "0")}`,
      estateId: `estate-${estate}`,
      gatewayId: `gw-${estate}`,
      deviceId: `gw-${estate}:zigbee2mqtt:${kind}-${number}`,
      ...(kind === "camera" && { point: "ch-1" }),
      transition: "edge",
      // Up to two seconds on the way, so that some overtake others.
      occurredAt: receivedAt - Math.floor(random() * 2 * SECOND),
      flags: [],
      profile: "zigbee2mqtt",
      code,
      phase,
      attributes,
      receivedAt,
    };
    // Plain texts, as from the journal: those put together here are trees of pieces, dear to keep and compare.
    return { event: JSON.parse(JSON.stringify(event)) as SecurityEvent, facts: device };
  }

  return {
    devices: estates * facts.reduce((sum, devices) => sum + devices.length, 0),
    nextSecond() {
      for (due += estates * rate; due >= eventsEach; due -= eventsEach) begin(activity());
      const now = later.get(second) ?? [];
      later.delete(second++);
      return now.map(tell);
    },
  };
}

/** A fixed sequence of numbers from 0 to 1, so that two runs do the same. */
function createRandom(): () => number {
  let seed = 42;
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}
