import { expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { createEncode } from "../../simulators/gateway/message.ts";
import { writeScript } from "../../simulators/gateway/script.ts";
import { encodeTemplate } from "../../simulators/loader/template.ts";
import { createWorld, type SimulatedEstate } from "../../simulators/world.ts";
import { parseTopic } from "../../src/domain/topic.ts";
import type { DecodedMessage } from "../../src/ports.ts";
import { createDecoder } from "../../src/registry/decoder.ts";

const world = createWorld({ seed: 11, today: "2026-03-31" });
const estate = world.estates.find(({ devices }) =>
  devices.some(({ role }) => role === "lift-camera"),
) as SimulatedEstate;
const decoder = createDecoder({
  profiles,
  configOf: (_estate, device) => {
    const buttonCode = estate.devices.find(({ id }) => id === device)?.buttonCode;
    return buttonCode === undefined ? {} : { buttonCode };
  },
  bindingsOf: () => [],
  pseudonymKey: Buffer.alloc(32),
  zoneOf: () => "Asia/Shanghai",
  recall: () => undefined,
});

function decode(topic: string, payload: string, receivedAt: number): DecodedMessage {
  const route = parseTopic(topic);
  if (!route) throw new Error(`not a topic of the contract: ${topic}`);
  return decoder.decode({
    transport: "mqtt",
    gatewayId: estate.gateway.id,
    route,
    payload: Buffer.from(payload),
    retained: false,
    receivedAt,
  });
}

/** What a simulated estate must make the hub see. */
const WANTED = [
  "access.denied pulse",
  "access.door_closed state",
  "access.door_opened state",
  "access.forced_open raise",
  "access.granted pulse",
  "device.low_battery clear",
  "device.low_battery raise",
  "device.offline clear",
  "device.offline raise",
  "device.tamper clear",
  "device.tamper raise",
  "device.test raise",
  "device.video_loss raise",
  "facility.water_leak clear",
  "facility.water_leak raise",
  "fire.ebike_elevator raise",
  "fire.gas raise",
  "fire.lane_blocked clear",
  "fire.lane_blocked raise",
  "fire.smoke clear",
  "fire.smoke raise",
  "info.vehicle_detected raise",
  "intrusion.loitering raise",
  "intrusion.motion raise",
  "intrusion.person_detected clear",
  "intrusion.person_detected raise",
  "life.sos pulse",
];
const MOST_MESSAGES = 200_000;

test("the hub reads every simulated message, from enrolled devices only, and meets all kinds", () => {
  let seq = 0;
  let messages = 0;
  const encode = createEncode(estate, { boot: "b", next: () => ++seq });
  const enrolled = new Set(estate.devices.map(({ id }) => id));
  const missing = new Set(WANTED);
  const faults = new Set<string>();
  const from = Date.parse("2026-03-31T00:00:00Z");
  for (const { at, device, told } of writeScript(estate, { seed: 1, speed: 300, from })) {
    if (missing.size === 0 || ++messages > MOST_MESSAGES) break;
    const { topic, payload } = encode(device, told, at);
    const { decoded, deviceId } = decode(topic, payload, at);
    if (decoded.outcome === "undecodable") faults.add(`${topic}: ${decoded.detail}`);
    if (decoded.outcome !== "events") continue;
    for (const event of decoded.events) {
      missing.delete(`${event.code} ${event.phase}`);
      if (!enrolled.has(deviceId(event.device))) faults.add(`${topic}: a device nobody enrolled`);
      if (Math.abs((event.deviceAt ?? at) - at) > 1_000) faults.add(`${topic}: not the present time`);
      if (device.profile !== "native") continue;
      if (event.eventKey !== `b:${seq}`) faults.add(`${topic}: no identity`);
      if (event.flags?.join() !== "simulated") faults.add(`${topic}: not marked as simulated`);
    }
  }
  expect([...faults]).toEqual([]);
  expect([...missing]).toEqual([]);
  expect(seq).toBeGreaterThan(1_000);
});

test("what the bridges say of themselves belongs to enrolled devices too", () => {
  const ids = [
    ["zigbee2mqtt/bridge/state", '{"state":"online"}'],
    ["frigate/available", "online"],
  ].map(([path, payload = ""]) => {
    const read = decode(`estates/${estate.id}/bridges/${estate.gateway.id}/${path}`, payload, 0);
    return read.decoded.outcome === "events" ? read.deviceId(read.decoded.events[0]?.device ?? "") : "";
  });
  const enrolled = estate.devices.filter(({ kind }) => kind === "gateway").map(({ id }) => id);
  expect(ids).toEqual(enrolled);
});

test("the hub reads the loader's events, each with an identity of its own", () => {
  const { packet } = encodeTemplate(
    "estates/e/devices/load-1/events",
    "boot",
    { code: "access.granted", phase: "pulse" },
    300,
  );
  const payload = packet.subarray(packet.length - 300).toString();
  const { decoded } = decode("estates/e/devices/load-1/events", payload, Date.parse("2000-01-01T00:00:01Z"));
  expect(decoded).toMatchObject({
    outcome: "events",
    events: [{ code: "access.granted", eventKey: "boot:1000000000", flags: ["simulated"] }],
  });
});

test("what the hub cannot read would be found", () => {
  const topic = "estates/e/devices/d/events";
  const { decoded } = decode(topic, JSON.stringify({ code: "gate.sings", phase: "pulse" }), 0);
  expect(decoded).toMatchObject({ outcome: "undecodable", reason: "unknown_code" });
});
