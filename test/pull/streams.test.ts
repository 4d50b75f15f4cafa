import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  alert,
  DAHUA,
  dahuaPart,
  hikvisionPart,
  startStreamDevice,
  type StreamDevice,
  type StreamDeviceOptions,
} from "./fake-stream-device.ts";
import { clearStage, eventually, setStage, type PullStage } from "./stage.ts";

let device: StreamDevice;
afterEach(async () => {
  await clearStage();
  await device.close();
});

/** A device of which the hub reads. */
async function reading(
  options: StreamDeviceOptions = {},
  source: Partial<Parameters<typeof setStage>[0]> = {},
): Promise<{ stage: PullStage; read: Awaited<ReturnType<StreamDevice["nextReading"]>> }> {
  device = await startStreamDevice(options);
  const next = device.nextReading();
  const stage = setStage({ url: new URL(device.url), ...source });
  return { stage, read: await next };
}

describe("Hikvision", () => {
  test("an alarm is handed over at once, with where it belongs and what it is", async () => {
    const { stage, read } = await reading();
    expect(stage.state()).toBe("connecting");
    // Not a byte after it: the next boundary may be ten seconds away.
    read.write(hikvisionPart(alert("IO")).trimEnd());
    await eventually(() => expect(stage.messages).toHaveLength(1));
    expect(device.requests.at(-1)).toEqual({ method: "GET", url: "/ISAPI/Event/notification/alertStream" });
    expect(stage.messages[0]).toEqual({
      transport: "http",
      gatewayId: "gw-1",
      route: { kind: "bridge", estateId: "e1", gatewayId: "gw-1", path: "hikvision/east-gate" },
      payload: Buffer.from(alert("IO")),
      contentType: 'application/xml; charset="UTF-8"',
      retained: false,
      receivedAt: expect.closeTo(Date.now(), -4),
    });
    expect(stage.pull.states()).toEqual([
      { id: "east", state: "streaming", since: expect.any(Number), reason: undefined },
    ]);
    expect(stage.pull.messages()).toEqual({ events: 1 });
  });

  test("pictures between alarms are passed over; JSON and a part without a length are read", async () => {
    const { stage, read } = await reading({ chunked: true });
    const jpeg = Buffer.concat([
      Buffer.from([0xff, 0xd8]),
      Buffer.alloc(300_000, 0x2d),
      Buffer.from([0xff, 0xd9]),
    ]);
    read.write(hikvisionPart(alert("linedetection")));
    read.write(`--boundary\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
    read.write(jpeg);
    read.write(`\r\n${hikvisionPart('{"eventType":"heartBeat"}', { type: "application/json" })}`);
    read.write(hikvisionPart(alert("VMD"), { length: false }));
    read.write(hikvisionPart(alert("videoloss", 0)));
    await eventually(() => expect(stage.messages).toHaveLength(4));
    expect(stage.texts()).toEqual([
      alert("linedetection"),
      '{"eventType":"heartBeat"}',
      alert("VMD"),
      alert("videoloss", 0),
    ]);
    expect(stage.pull.messages()).toEqual({ events: 4, picture: 1 });
  });

  test("a part beyond a megabyte is passed over and counted, and the stream read on", async () => {
    const { stage, read } = await reading();
    read.write(hikvisionPart("x".repeat(1024 * 1024 + 1)));
    read.write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.texts()).toEqual([alert("IO")]));
    expect(stage.pull.messages()).toEqual({ too_large: 1, events: 1 });
  });

  test("however the network cuts it, the same alarms arrive", async () => {
    const { stage, read } = await reading();
    const alerts = Array.from({ length: 6 }, (_, index) => alert(`VMD${index}`, index));
    const bytes = Buffer.from(
      alerts.map((each, index) => hikvisionPart(each, { length: index % 2 === 0 })).join(""),
    );
    read.socket.setNoDelay(true);
    const [cuts = []] = fc.sample(
      fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 60, maxLength: 60 }),
      {
        numRuns: 1,
        seed: 7,
      },
    );
    let at = 0;
    for (const cut of cuts) {
      read.write(bytes.subarray(at, at + cut));
      at += cut;
      await new Promise(setImmediate);
    }
    read.write(bytes.subarray(at));
    read.write("--boundary--\r\n");
    await eventually(() => expect(stage.texts()).toEqual(alerts));
  });

  test("a path that was configured replaces the usual one, and is proved as it stands", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    setStage({ url: new URL(`${device.url}/nvr-2/alertStream?channel=[1]&x=%E4%B8%9C`) });
    await next;
    expect(device.requests.at(-1)?.url).toBe("/nvr-2/alertStream?channel=[1]&x=%E4%B8%9C");
  });
});

describe("Dahua", () => {
  test("events and signs of life are handed over, text as it stands", async () => {
    const { stage, read } = await reading({ contentType: DAHUA }, { kind: "dahua", device: "门口" });
    const event = 'Code=CrossLineDetection;action=Start;index=0;data={\n   "Name" : "东门"\n}\n';
    read.write(dahuaPart("Heartbeat") + dahuaPart(event));
    await eventually(() => expect(stage.texts()).toEqual(["Heartbeat", event]));
    expect(device.requests.at(-1)).toEqual({
      method: "GET",
      url: "/cgi-bin/eventManager.cgi?action=attach&codes=[All]&heartbeat=5",
    });
    expect(stage.messages[0]?.route).toEqual({
      kind: "bridge",
      estateId: "e1",
      gatewayId: "gw-1",
      path: "dahua/门口",
    });
    expect(stage.messages[0]?.contentType).toBe("text/plain");
  });
});

describe("the digest door", () => {
  test("a user's name in another alphabet", async () => {
    const { stage, read } = await reading({ user: "管理员" }, { user: "管理员" });
    read.write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.state()).toBe("streaming"));
  });

  test.each([
    ["MD5", { algorithms: ["MD5"] }],
    ["SHA-256", { algorithms: ["SHA-256"] }],
    ["both", { algorithms: ["MD5", "SHA-256"] }],
    ["neither named, no quality (RFC 2069)", { old: true }],
  ] as const)("%s: one question, one answer", async (_what, options) => {
    await reading(options);
    expect(device.door.seen).toEqual({ none: 1, right: 1, wrong: 0 });
  });

  test("a nonce that aged on the way is answered again, and is no wrong password", async () => {
    const { stage, read } = await reading({ stale: 1 });
    read.write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.state()).toBe("streaming"));
    expect(device.requests).toHaveLength(3);
    expect(device.door.seen).toEqual({ none: 1, right: 1, wrong: 0 });
  });

  test("a device to which every nonce is too old is left alone, not asked for ever", async () => {
    device = await startStreamDevice({ stale: Infinity });
    const stage = setStage({ url: new URL(device.url) }, { backoffMs: 60_000, mostBackoffMs: 60_000 });
    await eventually(() => expect(stage.reason()).toContain("each of its nonces too old"));
    expect(device.requests).toHaveLength(3);
    // It may mean a wrong password: waited for as long as after one.
    expect(stage.pull.faults()).toEqual({ refused: 1 });
  });
});
