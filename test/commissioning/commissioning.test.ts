import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createCommissioning } from "../../src/commissioning/commissioning.ts";
import type { Device } from "../../src/domain/estate.ts";
import type { Decoded, DecodedEvent, SecurityEvent } from "../../src/domain/event.ts";
import { ZhianError } from "../../src/errors.ts";
import type { DeviceTest, InboundMessage, LiveItem, LiveListener } from "../../src/ports.ts";

const NOW = Date.UTC(2026, 2, 1, 4);
const DEVICE = "gw-1:p:cam";

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

const tested: Device = {
  id: DEVICE,
  estateId: "e",
  gatewayId: "gw-1",
  profile: "p",
  name: "cam",
  kind: "camera",
  status: "enrolled",
  config: {},
  simulated: false,
};

/** A hub of which only what a test of a device looks at is there. */
function setUp(device: Device = tested, simulatedGateways: readonly string[] = []) {
  const listeners = new Set<LiveListener>();
  const confirmed: unknown[][] = [];
  const hub = { caughtUp: async () => true };
  const commissioning = createCommissioning({
    live: {
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    store: {
      async device(estateId, id) {
        if (estateId === device.estateId && id === device.id) return device;
        throw new ZhianError("NOT_FOUND", `there is no device ${id}`);
      },
      async confirmDevice(...args) {
        confirmed.push(args);
      },
    },
    isSimulated: (gatewayId) => simulatedGateways.includes(gatewayId),
    caughtUp: () => hub.caughtUp(),
    clock: { now: () => Date.now() },
  });
  const publish = (...items: LiveItem[]): void => {
    for (const listener of listeners) listener(items);
  };
  return { commissioning, confirmed, listeners, publish, hub };
}

type Stage = ReturnType<typeof setUp>;

const MESSAGE: InboundMessage = {
  transport: "mqtt",
  gatewayId: "gw-1",
  route: { kind: "bridge", estateId: "e", gatewayId: "gw-1", path: "p/cam" },
  payload: new Uint8Array(),
  retained: false,
  receivedAt: NOW,
};
const EVENT: DecodedEvent = { device: "cam", code: "intrusion.motion", phase: "raise", report: "level" };

function hear({ commissioning }: Stage, decoded: Decoded, more: Partial<InboundMessage> = {}): void {
  const message = { ...MESSAGE, receivedAt: Date.now(), ...more };
  const stem = message.route.kind === "native" ? "" : `${message.gatewayId}:p:`;
  commissioning.heard(message, { profile: "p", decoded, deviceId: (name) => stem + name });
}
const events = (...members: Partial<DecodedEvent>[]): Decoded => ({
  outcome: "events",
  events: members.map((member) => Object.assign({}, EVENT, member)),
});
const ignored = (reason: "heartbeat" | "telemetry", device?: string): Decoded => ({
  outcome: "ignored",
  reason,
  ...(device !== undefined && { device }),
});
const dead: Decoded = { outcome: "undecodable", reason: "malformed", detail: "x" };

const stored = (more: Partial<SecurityEvent> = {}): SecurityEvent => ({
  id: "1",
  estateId: "e",
  gatewayId: "gw-1",
  deviceId: DEVICE,
  code: "intrusion.motion",
  phase: "raise",
  transition: "edge",
  occurredAt: Date.now(),
  receivedAt: Date.now(),
  attributes: {},
  flags: [],
  profile: "p",
  ...more,
});
const storedItem = (more: Partial<SecurityEvent> = {}): LiveItem => {
  const event = stored(more);
  return { estateId: event.estateId, event };
};

/** Begins a test; it listens when this resolves. */
async function begin(stage: Stage, signal = new AbortController().signal) {
  const answer = stage.commissioning.test({ estateId: "e", deviceId: DEVICE, waitMs: 10_000, signal });
  // Told by whoever awaits it.
  answer.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { answer };
}

/** The answer of a test while which this happens. */
async function outcome(stage: Stage, happen: () => void): Promise<DeviceTest> {
  const { answer } = await begin(stage);
  happen();
  await vi.advanceTimersByTimeAsync(13_000);
  return answer;
}

const NOTHING = { events: 0, ignored: {}, dead: {}, others: 0, noProof: {} };

describe("a real event", () => {
  test("that is stored confirms the device at once, and the store is told", async () => {
    const stage = setUp();
    const { answer } = await begin(stage);
    await vi.advanceTimersByTimeAsync(3_000);
    hear(stage, events({ deviceAt: NOW + 1_000 }));
    const item = storedItem({ deviceAt: NOW + 1_000 });
    stage.publish(item);
    expect(await answer).toEqual({
      outcome: "confirmed",
      event: item.event,
      heard: { ...NOTHING, events: 1 },
      clock: { deviceAt: NOW + 1_000, skewMs: 2_000 },
      tookMs: 3_000,
    });
    expect(stage.confirmed).toEqual([["e", DEVICE, NOW + 3_000]]);
    expect(stage.listeners.size).toBe(0);
  });

  test("that was heard in the last moment still counts when it is stored after it", async () => {
    const stage = setUp();
    const { answer } = await begin(stage);
    await vi.advanceTimersByTimeAsync(9_990);
    hear(stage, events({}));
    await vi.advanceTimersByTimeAsync(1_500);
    stage.publish(storedItem());
    expect(await answer).toMatchObject({ outcome: "confirmed", clock: {}, tookMs: 11_490 });
  });

  test("of a simulated gateway is as real as the device", async () => {
    const stage = setUp(tested, ["gw-1"]);
    const answer = await outcome(stage, () => stage.publish(storedItem({ flags: ["simulated"] })));
    expect(answer.outcome).toBe("confirmed");
  });

  test.each<[string, Partial<SecurityEvent>]>([
    ["a test button", { flags: ["test"] }],
    ["a first known state", { transition: "initial", phase: "state" }],
    ["a late event, because its clock may be wrong", { flags: ["late"], occurredAt: 0 }],
    ["a change told with the retain flag", { flags: ["retained"], transition: "edge" }],
  ])("%s confirms", async (_what, more) => {
    const stage = setUp();
    const answer = await outcome(stage, () => stage.publish(storedItem(more)));
    expect(answer.outcome).toBe("confirmed");
  });
});

describe("what does not confirm", () => {
  test.each<[string, Partial<SecurityEvent>, string]>([
    ["made by a simulator", { flags: ["simulated"] }, "simulated"],
    ["retained state", { flags: ["retained"], transition: "initial" }, "retained"],
    ["initial state", { flags: ["initial"], transition: "repeat" }, "initial"],
    ["replayed", { flags: ["replayed"] }, "replayed"],
    ["offline, as its bridge says", { code: "device.offline" }, "connection"],
    ["online again", { code: "device.online", phase: "pulse" }, "connection"],
  ])("%s", async (_what, more, reason) => {
    const stage = setUp();
    const answer = await outcome(stage, () => {
      hear(stage, events({}));
      stage.publish(storedItem(more));
    });
    expect(answer).toMatchObject({ outcome: "unchanged", heard: { events: 1, noProof: { [reason]: 1 } } });
    expect(answer).not.toHaveProperty("event");
    expect(stage.confirmed).toEqual([]);
  });

  test.each<[string, Partial<SecurityEvent>]>([
    ["another device", { deviceId: "gw-1:p:other" }],
    ["the same id in another estate", { estateId: "f" }],
    ["an event received before the test", { receivedAt: NOW - 1 }],
  ])("%s is not even counted", async (_what, more) => {
    const stage = setUp();
    const answer = await outcome(stage, () => stage.publish({ estateId: "e" }, storedItem(more)));
    expect(answer).toMatchObject({ outcome: "silent", heard: NOTHING });
  });

  test("a level that repeats what is known is heard and decoded: unchanged", async () => {
    const stage = setUp();
    const answer = await outcome(stage, () => {
      hear(stage, events({ deviceAt: NOW - 3_600_000 }, { device: "other" }));
      hear(stage, events({}));
    });
    expect(answer).toEqual({
      outcome: "unchanged",
      heard: { ...NOTHING, events: 2 },
      clock: { deviceAt: NOW - 3_600_000, skewMs: 3_600_000 },
      tookMs: 10_000,
    });
  });

  test("messages without an event are told by reason; those of others only counted", async () => {
    const stage = setUp();
    const answer = await outcome(stage, () => {
      for (let n = 0; n < 3; n++) hear(stage, ignored("heartbeat", "cam"));
      hear(stage, ignored("telemetry", "cam"));
      hear(stage, ignored("telemetry", "other"));
      hear(stage, ignored("telemetry"));
      hear(stage, events({ device: "other" }));
      hear(stage, events({}), { gatewayId: "gw-2" });
      hear(stage, events({}), { route: { kind: "bridge", estateId: "f", gatewayId: "gw-1", path: "p/cam" } });
    });
    expect(answer).toMatchObject({
      outcome: "ignored",
      heard: { ...NOTHING, ignored: { heartbeat: 3, telemetry: 1 }, others: 3 },
    });
  });

  test("messages of its gateway that cannot be read may be its own", async () => {
    const stage = setUp();
    const answer = await outcome(stage, () => {
      hear(stage, dead);
      hear(stage, dead, { gatewayId: "gw-2" });
      hear(stage, dead, { route: { kind: "native", estateId: "e", deviceId: "door-1" } });
      hear(stage, ignored("heartbeat", "other"));
    });
    expect(answer).toMatchObject({ outcome: "dead", heard: { dead: { malformed: 1 }, others: 2 } });
    // What is known to be the device's tells more.
    const both = await outcome(stage, () => {
      hear(stage, dead);
      hear(stage, ignored("heartbeat", "cam"));
    });
    expect(both).toMatchObject({
      outcome: "ignored",
      heard: { dead: { malformed: 1 }, ignored: { heartbeat: 1 } },
    });
  });

  test("a device never heard before has its gateway in its id; a native one has none", async () => {
    const { gatewayId: _unknown, ...unheard } = tested;
    const bridged = setUp(unheard);
    expect(await outcome(bridged, () => hear(bridged, dead))).toMatchObject({ outcome: "dead" });
    const { answer } = await beginNative("door-1", (stage) => {
      hear(stage, dead);
      hear(stage, dead, { route: { kind: "native", estateId: "e", deviceId: "door-1" } });
    });
    expect(answer).toMatchObject({ outcome: "dead", heard: { dead: { malformed: 1 }, others: 0 } });
  });

  test("what comes on a device's own topic is its own, although it does not name it", async () => {
    const route = { kind: "native", estateId: "e", deviceId: "door-1" } as const;
    const { answer } = await beginNative("door-1", (stage) => {
      hear(stage, ignored("heartbeat"), { route });
      hear(stage, ignored("heartbeat"), { route: { ...route, deviceId: "door-2" } });
    });
    expect(answer).toMatchObject({ outcome: "ignored", heard: { ignored: { heartbeat: 1 }, others: 0 } });
  });
});

async function beginNative(id: string, happen: (stage: Stage) => void) {
  const { gatewayId: _none, ...rest } = tested;
  const stage = setUp({ ...rest, id });
  const testing = stage.commissioning.test({
    estateId: "e",
    deviceId: id,
    waitMs: 1_000,
    signal: new AbortController().signal,
  });
  await vi.advanceTimersByTimeAsync(0);
  happen(stage);
  await vi.advanceTimersByTimeAsync(1_000);
  return { answer: await testing };
}

describe("when it cannot be told", () => {
  test("events were heard, but the hub is behind: no verdict", async () => {
    const stage = setUp();
    stage.hub.caughtUp = async () => false;
    const { answer } = await begin(stage);
    hear(stage, events({}));
    await vi.advanceTimersByTimeAsync(13_000);
    await expect(answer).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("behind"),
    });
    expect(stage.listeners.size).toBe(0);
  });

  test("the proof that comes while the hub catches up counts", async () => {
    const stage = setUp();
    const { answer } = await begin(stage);
    stage.hub.caughtUp = async () => {
      stage.publish(storedItem());
      return true;
    };
    hear(stage, events({}));
    await vi.advanceTimersByTimeAsync(13_000);
    expect((await answer).outcome).toBe("confirmed");
  });

  test("an unknown device is NOT_FOUND and leaves nothing behind", async () => {
    const { commissioning, listeners } = setUp();
    const { signal } = new AbortController();
    const testing = commissioning.test({ estateId: "e", deviceId: "nobody", waitMs: 1_000, signal });
    await expect(testing).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(listeners.size).toBe(0);
  });

  test("breaking off ends it at once", async () => {
    const stage = setUp();
    const end = new AbortController();
    const { answer } = await begin(stage, end.signal);
    expect(stage.listeners.size).toBe(1);
    end.abort();
    await expect(answer).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect([stage.listeners.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test("one that was broken off before it began", async () => {
    const { answer } = await begin(setUp(), AbortSignal.abort());
    await expect(answer).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("at most fifty at once", async () => {
    const stage = setUp();
    const end = new AbortController();
    const fifty = await Promise.all(Array.from({ length: 50 }, () => begin(stage, end.signal)));
    const { answer } = await begin(stage);
    await expect(answer).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("50"),
    });
    end.abort();
    await Promise.allSettled(fifty.map((each) => each.answer));
    stage.publish(storedItem());
    const again = await begin(stage);
    stage.publish(storedItem());
    expect((await again.answer).outcome).toBe("confirmed");
  });
});

test("two who test one device both learn of its event", async () => {
  const stage = setUp();
  const [one, two] = [await begin(stage), await begin(stage)];
  stage.publish(storedItem());
  expect([(await one.answer).outcome, (await two.answer).outcome]).toEqual(["confirmed", "confirmed"]);
});
