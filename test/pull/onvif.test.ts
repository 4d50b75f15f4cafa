import { afterEach, describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { readXml, writeXml } from "../../src/pull/onvif/xml-tree.ts";
import type { PullTiming } from "../../src/pull/timing.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { startOnvifDevice, type OnvifDevice, type OnvifDeviceOptions } from "./fake-onvif-device.ts";
import { clearStage, eventually, setStage, type PullStage } from "./stage.ts";

let device: OnvifDevice;
afterEach(async () => {
  await clearStage();
  await device.close();
});

async function pulling(
  options: OnvifDeviceOptions = {},
  source: object = {},
  timing: Partial<PullTiming> = {},
): Promise<PullStage> {
  device = await startOnvifDevice(options);
  const url = new URL(device.url);
  return setStage({ url, kind: "onvif", device: "hall", ...source }, { graceMs: 5_000, ...timing });
}

const times = (operation: string): number => device.operations.filter((each) => each === operation).length;
const pulls = (): number => times("PullMessages");
const created = (): number => times("CreatePullPointSubscription");

describe("ONVIF pull point", () => {
  test("clock, event service, pull point; answers with messages are handed over as they are", async () => {
    const stage = await pulling();
    await eventually(() => expect(stage.state()).toBe("streaming"));
    expect(device.operations.slice(0, 4)).toEqual([
      "GetSystemDateAndTime",
      "GetServices",
      "CreatePullPointSubscription",
      "PullMessages",
    ]);
    // A poll that brought nothing is no message.
    await eventually(() => expect(pulls()).toBeGreaterThan(1));
    expect(stage.messages).toEqual([]);

    const began = performance.now();
    device.emit("fence-1");
    await eventually(() => expect(stage.messages).toHaveLength(1));
    // The device holds its answer back only while nothing happens.
    expect(performance.now() - began).toBeLessThan(150);
    expect(stage.messages[0]).toMatchObject({
      route: { kind: "bridge", estateId: "e1", gatewayId: "gw-1", path: "onvif/hall" },
      payload: device.answers[0],
      contentType: "application/soap+xml; charset=utf-8",
    });
    device.emit("fence-2");
    device.emit("fence-3");
    await eventually(() => expect(stage.texts().join("")).toContain("fence-3"));
    expect(stage.pull.faults()).toEqual({});
    const [message] = stage.messages;
    const decoder = createDecoder({
      profiles,
      configOf: () => ({}),
      bindingsOf: () => [],
      pseudonymKey: Buffer.alloc(32, 1),
      zoneOf: () => "Asia/Shanghai",
      recall: () => undefined,
    });
    expect(message && decoder.decode(message)).toMatchObject({
      profile: "onvif",
      decoded: { outcome: "events", events: [{ device: "hall", code: "intrusion.tripwire" }] },
    });
  });

  test("the proof is dated by the device's clock, an hour wrong or not", async () => {
    const stage = await pulling({ clockOff: -3_600_000 });
    await eventually(() => expect(stage.state()).toBe("streaming"));
    expect(device.operations.join(" ")).not.toContain("!");
  });

  test("a user's name with signs that XML knows", async () => {
    // The device compares what stands in the XML.
    const stage = await pulling({ user: "a&lt;b&amp;&quot;c" }, { user: 'a<b&"c' });
    await eventually(() => expect(stage.state()).toBe("streaming"));
    expect(device.operations.join(" ")).not.toContain("!");
  });

  test("a wrong password is refused once, not shown, and waited for long", async () => {
    const stage = await pulling({ password: "another" }, { password: "s3cret" });
    await eventually(() =>
      expect(stage.reason()).toBe("the device refuses user or password (NotAuthorized)"),
    );
    expect(device.operations).toEqual(["GetSystemDateAndTime", "GetServices!"]);
    expect(stage.pull.faults()).toEqual({ refused: 1 });
    expect(stage.log()).not.toMatch(/s3cret|not shown/);
  });

  test("devices that prove by HTTP digest", async () => {
    const stage = await pulling({ digest: true });
    await eventually(() => expect(stage.state()).toBe("streaming"));
    device.emit("fence-1");
    await eventually(() => expect(stage.texts().join("")).toContain("fence-1"));
  });

  test("a device that wants a digest even for the time: a wrong password is tried once all the same", async () => {
    const right = await pulling({ digest: true, shut: true });
    await eventually(() => expect(right.state()).toBe("streaming"));
    await clearStage();
    await device.close();
    const wrong = await pulling({ digest: true, shut: true }, { password: "another" });
    await eventually(() => expect(wrong.reason()).toBe("the device refuses user or password (401)"));
    expect(device.door.seen.wrong).toBe(1);
  });

  test("a clock that is set back during a poll does not hold up the next", async () => {
    const stage = await pulling();
    await eventually(() => expect(stage.state()).toBe("streaming"));
    stage.ahead = -3_600_000;
    const before = pulls();
    await eventually(() => expect(pulls()).toBeGreaterThan(before + 2));
  });

  test("older devices, and those that name a pull point by a reference parameter", async () => {
    const stage = await pulling({ services: false, parameter: true });
    await eventually(() => expect(stage.state()).toBe("streaming"));
    expect(device.operations).toContain("GetCapabilities");
    device.emit("fence-1");
    await eventually(() => expect(stage.texts().join("")).toContain("fence-1"));
  });

  test("a short life is prolonged before it is over", async () => {
    const stage = await pulling({ lifeMs: 400 }, {}, { pollMs: 100 });
    await eventually(() => expect(pulls()).toBeGreaterThan(9));
    expect(device.operations).toContain("Renew");
    expect(created()).toBe(1);
    expect(stage.pull.faults()).toEqual({});
  });

  test("a device that cannot prolong: asked once of each pull point, and a new one when it is over", async () => {
    const stage = await pulling({ lifeMs: 350, renews: false }, {}, { pollMs: 100 });
    await eventually(() => expect(created()).toBeGreaterThan(2));
    expect(times("Renew")).toBeGreaterThan(1);
    expect(times("Renew")).toBeLessThanOrEqual(created());
    expect(Object.keys(stage.pull.faults())).toEqual(["answer"]);
    expect(stage.log()).not.toContain("does not stream");
  });

  test("a device that forgot its pull points, as after an update: a new one at once, still streaming", async () => {
    const stage = await pulling({}, {}, { pollMs: 50 });
    await eventually(() => expect(pulls()).toBeGreaterThan(4));
    device.forget();
    await eventually(() => expect(device.pullPoints()).toBe(1));
    device.emit("fence-9");
    await eventually(() => expect(stage.texts().join("")).toContain("fence-9"));
    expect(created()).toBe(2);
    expect(stage.pull.faults()).toEqual({ answer: 1 });
    expect(stage.told.map(({ phase }) => phase)).toEqual(["clear"]);
  });

  test("a fault right after the pull point was made is no reason to hurry", async () => {
    const stage = await pulling({}, {}, { backoffMs: 60_000, mostBackoffMs: 60_000 });
    device.say("<x/>", 500);
    await eventually(() => expect(stage.reason()).toContain("HTTP 500"));
    expect(created()).toBe(1);
  });

  test("an answer that cannot be read is kept by the hub, not dropped", async () => {
    const stage = await pulling();
    await eventually(() => expect(stage.state()).toBe("streaming"));
    const broken = '<s:Envelope xmlns:s="x"><s:Body><PullMessagesResponse><NotificationMessage>';
    device.say(broken);
    await eventually(() => expect(stage.texts()).toEqual([broken]));
    await eventually(() => expect(stage.pull.faults()).toEqual({ answer: 1 }));
  });

  test("a poll that is not answered in time ends the connection", async () => {
    const stage = await pulling({}, {}, { openMs: 100, pollMs: 50 });
    await eventually(() => expect(stage.state()).toBe("streaming"));
    device.hang();
    await eventually(() => expect(stage.pull.faults()).toEqual({ unreachable: 1 }));
    expect(stage.log()).toMatch(/no answer within 1[15]0 ms/);
  });

  test("an answer beyond a megabyte is given up, and counted as such", async () => {
    const stage = await pulling();
    await eventually(() => expect(stage.state()).toBe("streaming"));
    device.say(`<!-- ${" ".repeat(2 * 1024 * 1024)} -->`);
    await eventually(() => expect(stage.pull.faults()).toEqual({ answer: 1 }));
    expect(stage.pull.messages()).toEqual({ too_large: 1 });
    expect(stage.messages).toEqual([]);
  });

  test("closing ends the poll at once and gives the pull point back", async () => {
    const stage = await pulling({}, {}, { pollMs: 20_000 });
    await eventually(() => expect(pulls()).toBe(2));
    expect(device.pullPoints()).toBe(1);
    const began = performance.now();
    await stage.pull.close();
    expect(performance.now() - began).toBeLessThan(700);
    expect(device.pullPoints()).toBe(0);
    expect(device.operations.at(-1)).toBe("Unsubscribe");
  });

  test("a slow hub is waited for before the next poll", async () => {
    const stage = await pulling();
    const gate = Promise.withResolvers<void>();
    stage.accept = async () => {
      await gate.promise;
      return { outcome: "events", events: 1 };
    };
    await eventually(() => expect(stage.state()).toBe("streaming"));
    device.emit("fence-1");
    await eventually(() => expect(stage.messages).toHaveLength(1));
    const { length } = device.operations;
    device.emit("fence-2");
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    expect(device.operations).toHaveLength(length);
    gate.resolve();
    await eventually(() => expect(stage.texts().join("")).toContain("fence-2"));
  });
});

describe("XML of a device", () => {
  test.each([
    ["broken off", "<a><b>"],
    ["with a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ["with a prefix of nobody", "<q:a/>"],
    ["too deep", "<a>".repeat(100) + "</a>".repeat(100)],
    ["not there", ""],
  ])("%s is not read", (_what, text) => {
    expect(readXml(Buffer.from(text))).toBeUndefined();
  });

  test("an element is written as it was read", () => {
    const text = '<v:A xmlns:v="urn:1" xmlns:w="urn:2" w:k="1&amp;2" j="3"><w:B>x &lt; y</w:B></v:A>';
    const element = readXml(Buffer.from(text));
    const again = element && readXml(Buffer.from(writeXml(element)));
    expect(again).toEqual(element);
    expect(element).toMatchObject({ uri: "urn:1", local: "A", children: [{ uri: "urn:2", local: "B" }] });
  });
});
