/** Panels that must not fall silent. */
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { dial, eventually, frame, openStation, type Station } from "./panel.ts";

const POLL = frame('"NULL"0000L0#4F39[]');
const SILENCE_MS = 200;
const rest = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const openSupervised = (silenceMs = SILENCE_MS): Promise<Station> =>
  openStation({
    accounts: [
      { account: "4F39", estate: "e1", gateway: "gw-1", silenceMs },
      { account: "0002", estate: "e1", gateway: "gw-1" },
    ],
    limits: { tellAgainMs: 30 },
  });

/** What was told of panels themselves. */
const told = ({ accepted }: Station): readonly unknown[] =>
  accepted
    .filter(({ route }) => route.kind === "native")
    .map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as unknown);

const OFFLINE = { code: "device.offline", phase: "raise", attributes: { cause: "silence" } };
const BACK = { code: "device.offline", phase: "clear" };
const FOUND = { ...BACK, flags: ["initial"] };

describe("a supervised panel", () => {
  test("that falls silent is told once, and the next message ends it", async () => {
    const station = await openSupervised();
    const line = await dial(station.ports.tcp);
    line.send(POLL);
    await line.answer();
    await eventually(() => told(station).length === 1);
    // It may have been gone when the hub stopped.
    expect(told(station)).toEqual([FOUND]);
    await eventually(() => told(station).length === 2);
    await rest(2 * SILENCE_MS);
    expect(told(station)).toEqual([FOUND, OFFLINE]);
    line.send(POLL);
    await eventually(() => told(station).length === 3);
    expect(told(station).at(-1)).toEqual(BACK);
  });

  test("that polls in time is never told, and one that is not supervised may be silent", async () => {
    const station = await openSupervised(400);
    const line = await dial(station.ports.tcp);
    for (let polls = 0; polls < 8; polls++) {
      line.send(POLL);
      await line.answer();
      await rest(100);
    }
    expect(told(station)).toEqual([FOUND]);
  });

  test("that never reports is told; a message that is refused is no sign of life", async () => {
    const station = await openSupervised();
    const line = await dial(station.ports.tcp);
    for (let tries = 0; tries < 4; tries++) {
      line.send(frame('"NULL"0000L0#4F39[]', { crc: "0000" }));
      await rest(80);
    }
    expect(told(station)).toEqual([OFFLINE]);
  });

  test("of a gateway that may not speak is told when it may", async () => {
    const station = await openSupervised();
    const gateway = station.gateways.get("gw-1");
    station.gateways.clear();
    await rest(2 * SILENCE_MS);
    expect(told(station)).toEqual([]);
    if (gateway) station.gateways.set("gw-1", gateway);
    await eventually(() => told(station).length === 1);
    expect(told(station)).toEqual([OFFLINE]);
  });

  test("what could not be kept is told again", async () => {
    const station = await openSupervised();
    const broken = Promise.reject(new Error("no disk"));
    broken.catch(() => undefined);
    station.hold = broken;
    await eventually(() => told(station).length > 1);
    station.hold = undefined;
    const { length } = told(station);
    await eventually(() => told(station).length === length + 1);
    await rest(100);
    expect(told(station)).toHaveLength(length + 1);
  });

  test("is not offline because the hub goes", async () => {
    const station = await openSupervised();
    await station.receiver.close();
    await rest(2 * SILENCE_MS);
    expect(told(station)).toEqual([]);
  });

  test("is the very device that its messages lead to", async () => {
    const station = await openSupervised();
    const line = await dial(station.ports.tcp);
    line.send(frame('"SIA-DCS"0001L0#4F39[#4F39|Nri1/BA3]'));
    await line.answer();
    await eventually(() => told(station).length === 2);
    const decoder = createDecoder({
      profiles,
      configOf: () => ({}),
      bindingsOf: () => [],
      pseudonymKey: Buffer.alloc(32, 1),
      zoneOf: () => "Asia/Shanghai",
      recall: () => undefined,
    });
    const events = station.accepted.map((message) => {
      const { decoded, deviceId } = decoder.decode(message);
      if (decoded.outcome !== "events") throw new Error(JSON.stringify(decoded));
      return decoded.events.map(({ device, code, phase }) => [deviceId(device), code, phase]);
    });
    const id = "gw-1:sia-dc09:4F39";
    expect(events).toEqual([
      [[id, "intrusion.burglary", "raise"]],
      [[id, "device.offline", "clear"]],
      [[id, "device.offline", "raise"]],
    ]);
  });
});
