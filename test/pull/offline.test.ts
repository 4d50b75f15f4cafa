import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import {
  alert,
  hikvisionPart,
  startStreamDevice,
  type Reading,
  type StreamDevice,
} from "./fake-stream-device.ts";
import { clearStage, eventually, setStage } from "./stage.ts";

let device: StreamDevice;
afterEach(async () => {
  await clearStage();
  await device.close();
});

const HEARTBEAT = hikvisionPart(alert("videoloss", 0));

/** Waits longer than the grace. */
const outlast = (): Promise<void> => sleep(450);
const GRACE = { graceMs: 300 };

async function streaming(stage: ReturnType<typeof setStage>, next: Promise<Reading>): Promise<Reading> {
  const read = await next;
  read.write(HEARTBEAT);
  await eventually(() => expect(stage.state()).toBe("streaming"));
  return read;
}

describe("device.offline", () => {
  test("once gone and once back, however often it is tried between", async () => {
    let away = false;
    device = await startStreamDevice({
      instead(_request, response) {
        if (away) response.writeHead(503).end();
        return away;
      },
    });
    const first = device.nextReading();
    const stage = setStage({ url: new URL(device.url) }, GRACE);
    const read = await streaming(stage, first);
    // It may have been gone when the hub stopped: told as a state, it begins nothing.
    await eventually(() =>
      expect(stage.told).toEqual([
        { code: "device.offline", phase: "clear", gatewayAt: expect.any(Number), flags: ["initial"] },
      ]),
    );

    away = true;
    read.end();
    await eventually(() => expect(stage.state()).toBe("waiting"));
    const lostAt = stage.pull.states()[0]?.since;
    await eventually(() => expect(stage.told).toHaveLength(2));
    expect(stage.told[1]).toEqual({
      code: "device.offline",
      phase: "raise",
      gatewayAt: lostAt,
      attributes: { cause: "answer" },
    });
    const { length } = device.requests;
    await outlast();
    expect(device.requests.length).toBeGreaterThan(length + 1);
    expect(stage.told).toHaveLength(2);

    away = false;
    await streaming(stage, device.nextReading());
    await eventually(() => expect(stage.told).toHaveLength(3));
    expect(stage.told[2]).toEqual({
      code: "device.offline",
      phase: "clear",
      gatewayAt: expect.any(Number),
    });
    await outlast();
    expect(stage.told).toHaveLength(3);
  });

  test("a short interruption is nothing to tell", async () => {
    device = await startStreamDevice();
    const first = device.nextReading();
    const stage = setStage({ url: new URL(device.url) }, { graceMs: 1_500 });
    for (let next = first, turn = 0; turn < 4; turn++) {
      const read = await streaming(stage, next);
      next = device.nextReading();
      read.reset();
      await eventually(() => expect(stage.state()).not.toBe("streaming"));
    }
    expect(stage.told.map(({ phase }) => phase)).toEqual(["clear"]);
  });

  test("a device that never answers is told once, and answering without a part is not streaming", async () => {
    device = await startStreamDevice();
    const stage = setStage({ url: new URL(device.url), silenceMs: 50 });
    await eventually(() => expect(stage.told).toHaveLength(1));
    await outlast();
    expect(device.readings.length).toBeGreaterThan(2);
    expect(stage.told).toEqual([
      {
        code: "device.offline",
        phase: "raise",
        gatewayAt: stage.pull.states()[0]?.since,
        attributes: { cause: "silence" },
      },
    ]);
  });

  test("a gateway that may not speak tells nothing; what is due is told when it may", async () => {
    device = await startStreamDevice({ password: "another" });
    const stage = setStage({ url: new URL(device.url) });
    stage.estates = undefined;
    await eventually(() => expect(stage.state()).toBe("waiting"));
    await outlast();
    expect(stage.told).toEqual([]);
    stage.estates = ["e1"];
    await eventually(() => expect(stage.told).toHaveLength(1));
    expect(stage.told[0]).toMatchObject({ phase: "raise", attributes: { cause: "refused" } });
  });

  test("the hub reads it as an event of the very device that its messages lead to", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url), device: "东门" }, GRACE);
    const read = await streaming(stage, next);
    read.reset();
    await device.nextReading();
    await eventually(() => expect(stage.told.map(({ phase }) => phase)).toEqual(["clear", "raise"]));
    const decoder = createDecoder({
      profiles,
      configOf: () => ({}),
      bindingsOf: () => [],
      pseudonymKey: Buffer.alloc(32, 1),
      zoneOf: () => "Asia/Shanghai",
      recall: () => undefined,
    });
    const events = stage.native.map((message) => {
      const { decoded, deviceId } = decoder.decode(message);
      if (decoded.outcome !== "events") throw new Error(JSON.stringify(decoded));
      return decoded.events.map(({ device: name, ...event }) => [deviceId(name), event]);
    });
    const id = "gw-1:hikvision:东门";
    const common = { code: "device.offline", report: "edge" };
    // No time of the device: it would count as a sample of the device's clock.
    expect(events).toEqual([
      [[id, { ...common, phase: "clear", gatewayAt: expect.any(Number), flags: ["initial"] }]],
      [[id, { ...common, phase: "raise", gatewayAt: expect.any(Number), attributes: { cause: "closed" } }]],
    ]);
    const heard = stage.messages.map((message) => {
      const { decoded, deviceId, profile } = decoder.decode(message);
      const names =
        decoded.outcome === "events" ? decoded.events.map((event) => event.device) : [deviceOf(decoded)];
      return { profile, devices: names.map((name) => deviceId(name)) };
    });
    expect(heard[0]).toEqual({ profile: "hikvision", devices: ["gw-1:hikvision:东门"] });
  });
});

function deviceOf(decoded: object): string {
  return "device" in decoded ? String(decoded.device) : "";
}
