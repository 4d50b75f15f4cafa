import { describe, expect, test } from "vitest";
import { decodeMessages } from "../../src/app/decode-messages.ts";
import type { Trial, TrialMessage, TrialOutcome } from "../../src/ports.ts";

const NOW = Date.UTC(2026, 2, 1, 4);
const clock = { now: () => NOW };

function message(topic: string, payload: unknown, more: Partial<TrialMessage> = {}): TrialMessage {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return { transport: "mqtt", topic, payload: Buffer.from(text), retained: false, ...more };
}

async function decode(messages: readonly TrialMessage[], more: Partial<Trial> = {}) {
  return decodeMessages({ messages, ...more }, clock);
}

async function decodeOne(...[topic, payload, more]: Parameters<typeof message>): Promise<TrialOutcome> {
  const [outcome] = await decode([message(topic, payload, more)]);
  if (!outcome) throw new Error("no outcome");
  return outcome;
}

const faultsOf = (trial: Promise<unknown>) =>
  trial.then(
    () => [],
    (error: { faults: { field: string; reason: string }[] }) =>
      error.faults.map(({ field, reason }) => `${field}: ${reason}`),
  );

describe("one message", () => {
  test("becomes the events that would be stored", async () => {
    expect(
      await decodeOne("zigbee2mqtt/front", { contact: false, last_seen: "2026-03-01T04:00:00Z" }),
    ).toEqual({
      topic: "zigbee2mqtt/front",
      profile: "zigbee2mqtt",
      outcome: "events",
      events: [
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          estateId: "estate",
          gatewayId: "gateway",
          deviceId: "gateway:zigbee2mqtt:front",
          code: "access.door_opened",
          phase: "state",
          transition: "initial",
          occurredAt: NOW,
          deviceAt: NOW,
          receivedAt: NOW,
          attributes: {},
          flags: [],
          profile: "zigbee2mqtt",
          report: "level",
          property: "contact",
          stored: true,
        },
      ],
    });
  });

  test("is ignored for a reason, and says whose sign of life it is", async () => {
    expect(await decodeOne("zigbee2mqtt/front", { battery: 80 })).toMatchObject({
      outcome: "ignored",
      reason: "telemetry",
      deviceId: "gateway:zigbee2mqtt:front",
    });
    expect(await decodeOne("zigbee2mqtt/bridge/logging", {})).not.toHaveProperty("deviceId");
  });

  test("is dead with reason and detail", async () => {
    expect(await decodeOne("zigbee2mqtt/front", "{")).toMatchObject({ outcome: "dead", reason: "malformed" });
    expect(await decodeOne("nobody/knows", {})).toEqual({
      topic: "nobody/knows",
      profile: "none",
      outcome: "dead",
      reason: "no_profile",
      detail: "no profile reads this path",
    });
  });

  test("names estate and gateway when its topic does, native or bridged", async () => {
    const native = await decodeOne("estates/xf/devices/door-1/events", { code: "life.sos", phase: "pulse" });
    expect(native).toMatchObject({
      profile: "native",
      events: [{ estateId: "xf", deviceId: "door-1", code: "life.sos" }],
    });
    const bridged = await decodeOne("estates/xf/bridges/gw-7/zigbee2mqtt/front", { contact: true });
    expect(bridged).toMatchObject({
      events: [{ estateId: "xf", gatewayId: "gw-7", deviceId: "gw-7:zigbee2mqtt:front" }],
    });
    expect(await decodeOne("devices/door-1/events", { code: "life.sos", phase: "pulse" })).toMatchObject({
      events: [{ deviceId: "door-1" }],
    });
  });

  test("keeps the retain flag", async () => {
    const outcome = await decodeOne("zigbee2mqtt/smoke", { smoke: true }, { retained: true });
    expect(outcome).toMatchObject({
      events: [{ flags: ["retained", "no_device_time"], transition: "initial" }],
    });
  });

  test("hides personal data behind a key that is new each time", async () => {
    const payload = { code: "access.granted", phase: "pulse", attributes: { cardNo: "3501029900" } };
    const [first, second] = [
      await decodeOne("devices/g/events", payload),
      await decodeOne("devices/g/events", payload),
    ];
    const hashOf = (outcome: TrialOutcome) =>
      outcome.outcome === "events" ? outcome.events[0]?.attributes["cardNoHash"] : undefined;
    expect(hashOf(first)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf(first)).not.toBe(hashOf(second));
    expect(JSON.stringify(first)).not.toContain("3501029900");
  });
});

describe("several messages", () => {
  test("later ones know the states of earlier ones", async () => {
    const outcomes = await decode([
      message("zigbee2mqtt/front", { contact: true }),
      message("zigbee2mqtt/front", { contact: true }),
      message("zigbee2mqtt/front", { contact: false }),
      message("zigbee2mqtt/back", { contact: false }),
    ]);
    expect(
      outcomes.map(
        (outcome) => outcome.outcome === "events" && outcome.events.map((e) => [e.transition, e.stored]),
      ),
    ).toEqual([[["initial", true]], [["repeat", false]], [["edge", true]], [["initial", true]]]);
  });

  test("later ones know what earlier ones taught, of the same bridge only", async () => {
    const discovery = {
      device_class: "smoke",
      state_topic: "attic/smoke",
      name: "Attic",
      unique_id: "attic-1",
      device: { identifiers: ["attic"], name: "Attic" },
    };
    const config = message("homeassistant/binary_sensor/attic/config", discovery, { retained: true });
    const [taught, known] = await decode([config, message("attic/smoke", "ON")]);
    expect(taught).toMatchObject({
      outcome: "ignored",
      learned: expect.arrayContaining([expect.objectContaining({ key: "attic/smoke" })]),
    });
    expect(known).toMatchObject({ outcome: "events", events: [{ code: "fire.smoke", phase: "raise" }] });
    const [alone] = await decode([message("attic/smoke", "ON")]);
    expect(alone).toMatchObject({ outcome: "dead", reason: "no_profile" });
    const [, elsewhere] = await decode([config, message("estates/e/bridges/other/attic/smoke", "ON")]);
    expect(elsewhere).toMatchObject({ outcome: "dead" });
  });
});

describe("what the site says", () => {
  const button = message("zigbee2mqtt/button", { action: "single" });

  test("the device's configuration holds for every device", async () => {
    expect(await decode([button])).toMatchObject([{ events: [{ code: "info.button" }] }]);
    const said = await decode([button], { config: { buttonCode: "life.sos" } });
    expect(said).toMatchObject([{ events: [{ code: "life.sos" }] }]);
  });

  test("a binding replaces the first segment, or the prefix it names", async () => {
    const one = await decode([message("z/button", { action: "single" })], { profile: "zigbee2mqtt" });
    expect(one).toMatchObject([{ events: [{ deviceId: "gateway:zigbee2mqtt:button" }] }]);
    const two = message("site/z/button", { action: "single" });
    expect(await decode([two], { profile: "zigbee2mqtt", prefix: "site/z" })).toMatchObject([
      { events: [{ deviceId: "gateway:zigbee2mqtt:button" }] },
    ]);
    expect(await decode([button], { profile: "zigbee2mqtt" })).toMatchObject([
      { events: [{ deviceId: "gateway:zigbee2mqtt:button" }] },
    ]);
  });

  test("times without an offset are in the zone", async () => {
    const local = message("devices/d/events", {
      code: "life.sos",
      phase: "pulse",
      at: "2026-03-01T10:00:00",
    });
    const at = async (zone: string) => {
      const [outcome] = await decode([local], { zone });
      return outcome?.outcome === "events" && outcome.events[0]?.deviceAt;
    };
    expect(await at("Asia/Shanghai")).toBe(Date.UTC(2026, 2, 1, 2));
    expect(await at("UTC")).toBe(Date.UTC(2026, 2, 1, 10));
  });

  test.each<[Partial<Trial>, string]>([
    [{ config: { buttonCode: "no.such" } }, "buttonCode: is not a code of the taxonomy"],
    [{ config: { colour: "red" } }, 'configuration: Unrecognized key: "colour"'],
    [{ profile: "frigate", options: { timeUnit: "hours" } }, "timeUnit: Invalid option"],
    [{ options: { codes: {} } }, "options: belong to a binding"],
    [{ profile: "frigat" }, "profile: there is no profile frigat"],
    [{ profile: "native" }, "profile: there is no profile native"],
    [{ profile: "zigbee2mqtt", prefix: "other" }, 'prefix: "zigbee2mqtt/button" does not begin with other/'],
    [{ zone: "Mars/Base" }, "zone: must be the name of an IANA zone"],
  ])("%j is refused", async (more, fault) => {
    expect((await faultsOf(decode([button], more)))[0]).toContain(fault);
  });

  test.each(["estates/e/gateways/g/status", "estates/e", "", "a\u0000b"])("%j is no topic", async (topic) => {
    expect(await faultsOf(decode([message(topic, {})]))).toEqual([
      expect.stringContaining("is no topic or path of a device's messages"),
    ]);
  });

  test("native events cannot be bound", async () => {
    const native = message("devices/d/events", { code: "life.sos" });
    expect(await faultsOf(decode([native], { profile: "frigate" }))).toEqual([
      "topic: native events are not read by frigate",
    ]);
  });
});
