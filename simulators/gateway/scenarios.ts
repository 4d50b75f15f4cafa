import type { Random } from "../random.ts";
import type { Facts, Phase, Review, SeenObject, Told } from "./message.ts";

/** One thing a device tells, so many milliseconds after the one before. */
interface Step {
  readonly afterMs: number;
  readonly told: Told;
}

/** Something that happens at a device. Durations are real: rules wait in real time at any speed. */
export type Scenario = (random: Random) => readonly Step[];

const SECOND = 1_000;

const native = (code: string, phase: Phase, afterMs = 0, attributes?: Facts): Step => ({
  afterMs,
  told: { kind: "native", code, phase, ...(attributes ? { attributes } : {}) },
});
const zigbee = (changes: Facts, afterMs = 0): Step => ({ afterMs, told: { kind: "zigbee", changes } });

/** A condition that a native device reports when it begins and when it ends. */
const condition =
  (code: string, fromS: number, toS: number): Scenario =>
  (random) => [native(code, "raise"), native(code, "clear", random.whole(fromS, toS) * SECOND)];

/** The same for a property of a Zigbee2MQTT device. */
const property =
  (on: Facts, off: Facts, fromS: number, toS: number): Scenario =>
  (random) => [zigbee(on), zigbee(off, random.whole(fromS, toS) * SECOND)];

const pass: Scenario = (random) => [
  native("access.granted", "pulse", 0, { method: random.pick(["card", "face", "code", "phone"]) }),
  native("access.door_opened", "state", 300),
  native("access.door_closed", "state", random.whole(2, 7) * SECOND),
];

const refusal: Scenario = (random) => [
  native("access.denied", "pulse", 0, { reason: random.pick(["unknown_card", "expired", "wrong_code"]) }),
];

const repeatedRefusals: Scenario = (random) =>
  Array.from({ length: random.whole(4, 6) }, (_, n) =>
    native("access.denied", "pulse", n === 0 ? 0 : random.whole(4, 12) * SECOND, { reason: "unknown_card" }),
  );

const heldOpen: Scenario = (random) => [
  native("access.granted", "pulse", 0, { method: "card" }),
  native("access.door_opened", "state", 300),
  native("access.door_closed", "state", random.whole(200, 280) * SECOND),
];

const forcedOpen: Scenario = condition("access.forced_open", 20, 90);
const tampering: Scenario = condition("device.tamper", 30, 120);
const nativeOffline: Scenario = condition("device.offline", 120, 400);
const laneBlocked: Scenario = condition("fire.lane_blocked", 330, 600);
const ebikeInLift: Scenario = condition("fire.ebike_elevator", 20, 50);
const loitering: Scenario = condition("intrusion.loitering", 60, 150);

const smokeTest: Scenario = () => [
  zigbee({ smoke: false, test: true }),
  zigbee({ smoke: false, test: false }, 5 * SECOND),
];
const smoke: Scenario = property({ smoke: true }, { smoke: false }, 40, 180);
const gas: Scenario = property({ gas: true, gas_density: 237 }, { gas: false, gas_density: 0 }, 60, 240);
const waterLeak: Scenario = property({ water_leak: true }, { water_leak: false }, 120, 400);
const cabinetOpened: Scenario = property({ contact: false }, { contact: true }, 20, 60);
const cabinetTampered: Scenario = property({ tamper: true }, { tamper: false }, 30, 120);
const movement: Scenario = property({ occupancy: true }, { occupancy: false }, 10, 30);
const lowBattery: Scenario = property(
  { battery: 7, battery_low: true },
  { battery: 100, battery_low: false },
  200,
  600,
);
const sosPressed: Scenario = () => [zigbee({ action: "emergency" })];
/** Zigbee devices repeat their whole state now and then; nothing happened. */
const stateReport: Scenario = (random) => [zigbee({ linkquality: random.whole(40, 160) })];

const zigbeeOffline: Scenario = (random) => [
  { afterMs: 0, told: { kind: "availability", state: "offline" } },
  { afterMs: random.whole(120, 400) * SECOND, told: { kind: "availability", state: "online" } },
];

const cameraOffline: Scenario = (random) => [
  { afterMs: 0, told: { kind: "stream", state: "offline" } },
  { afterMs: random.whole(60, 200) * SECOND, told: { kind: "stream", state: "online" } },
];

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

const frigateKey = (random: Random): string =>
  Array.from({ length: 6 }, () => LETTERS[random.whole(0, LETTERS.length - 1)]).join("");

function seen(random: Random, label: string, zone: string): SeenObject {
  return { key: frigateKey(random), label, score: 0.7 + 0.29 * random.share(), zone };
}

/** A person or vehicle goes by. */
const goesBy =
  (label: string, zone: string): Scenario =>
  (random) => {
    const object = seen(random, label, zone);
    return [
      { afterMs: 0, told: { kind: "object", step: "new", object } },
      { afterMs: random.whole(1, 3) * SECOND, told: { kind: "object", step: "update", object } },
      { afterMs: random.whole(2, 8) * SECOND, told: { kind: "object", step: "end", object } },
    ];
  };

const personAtGate: Scenario = goesBy("person", "entrance");
const carAtGate: Scenario = goesBy("car", "entrance");
const personInYard: Scenario = goesBy("person", "yard");

/** Somebody stays in the yard at night: the review rises from detection to alert. */
const nightVisitor: Scenario = (random) => {
  const object = seen(random, "person", "yard");
  const review: Review = { key: frigateKey(random), objects: ["person"], detections: [object] };
  const told = (step: "new" | "update" | "end", severity: "detection" | "alert"): Told => ({
    kind: "review",
    step,
    severity,
    review,
  });
  return [
    { afterMs: 0, told: { kind: "object", step: "new", object } },
    { afterMs: SECOND, told: told("new", "detection") },
    { afterMs: random.whole(20, 40) * SECOND, told: told("update", "alert") },
    { afterMs: random.whole(40, 90) * SECOND, told: { kind: "object", step: "end", object } },
    { afterMs: 2 * SECOND, told: told("end", "alert") },
  ];
};

/** Everything that can happen, by name. */
export const SCENARIOS = {
  pass,
  refusal,
  repeatedRefusals,
  heldOpen,
  forcedOpen,
  tampering,
  nativeOffline,
  laneBlocked,
  ebikeInLift,
  loitering,
  smokeTest,
  smoke,
  gas,
  waterLeak,
  cabinetOpened,
  cabinetTampered,
  movement,
  lowBattery,
  sosPressed,
  stateReport,
  zigbeeOffline,
  cameraOffline,
  personAtGate,
  carAtGate,
  personInYard,
  nightVisitor,
} as const satisfies Readonly<Record<string, Scenario>>;
