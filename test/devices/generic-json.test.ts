/** The generic JSON profile as an installation uses it, and what must never get out of it. */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ALARM_WORDS } from "../../devices/generic-json/alarm-words.ts";
import { positionOf } from "../../devices/generic-json/position.ts";
import { profiles } from "../../devices/index.ts";
import type { TopicBinding } from "../../src/domain/estate.ts";
import type { Decoded } from "../../src/domain/event.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { decode, eventsOf, RECEIVED_AT, type Circumstances } from "./support.ts";

const AT = Date.UTC(2026, 2, 1, 1);

/** The JSON blocks of a README's language: the box's message, and the binding for it. */
function example(language: string): readonly [message: object, binding: TopicBinding] {
  const readme = readFileSync(new URL("../../devices/generic-json/README.md", import.meta.url), "utf8");
  const section = readme.slice(readme.indexOf(`## ${language}\n`));
  const [message, binding] = [...section.matchAll(/```json\n([^`]+)```/g)].map(
    ([, json = ""]) => JSON.parse(json) as unknown,
  );
  return [message as object, binding as TopicBinding];
}

describe.each(["中文", "English"])("the README's example (%s)", (language) => {
  const [message, binding] = example(language);
  const decoder = createDecoder({
    profiles,
    configOf: () => ({}),
    bindingsOf: () => [binding],
    pseudonymKey: Buffer.from("a key for tests only"),
    zoneOf: () => "Asia/Shanghai",
    recall: () => undefined,
  });
  const push = (payload: object): Decoded =>
    decoder.decode({
      transport: "http",
      gatewayId: "gw-1",
      route: { kind: "bridge", estateId: "old-town", gatewayId: "gw-1", path: "ai-box" },
      payload: Buffer.from(JSON.stringify(payload)),
      contentType: "application/json",
      retained: false,
      receivedAt: RECEIVED_AT,
    }).decoded;
  const alarm = (change: object) => {
    const [first] = (message as { alarms: object[] }).alarms;
    return { ...message, alarms: [{ ...first, ...change }] };
  };

  test("an e-bike in the lift, with its point, score, identity and time", () => {
    expect(eventsOf(push(message))).toMatchObject([
      {
        device: "lift-2",
        code: "fire.ebike_elevator",
        phase: "raise",
        deviceAt: AT,
        keyAt: AT,
        eventKey: "7c1e:on",
        attributes: { score: 0.93, reported: "1203" },
      },
    ]);
    expect(eventsOf(push(alarm({ state: "end" })))).toMatchObject([
      { code: "fire.ebike_elevator", phase: "clear" },
    ]);
  });

  test("an object thrown from a height is a moment, a blocked lane begins and ends", () => {
    const toss = push(alarm({ camera: { id: "facade-1" }, type: 1310, state: undefined }));
    expect(eventsOf(toss)).toMatchObject([{ device: "facade-1", code: "order.high_toss", phase: "pulse" }]);
    const lane = ["begin", "end"].map((state) => eventsOf(push(alarm({ type: 1101, state })))[0]);
    expect(lane).toMatchObject([
      { code: "fire.lane_blocked", phase: "raise" },
      { code: "fire.lane_blocked", phase: "clear" },
    ]);
  });

  test("a self-test is ignored, a new type is kept for later, the picture is gone", () => {
    expect(push(alarm({ type: 1900 }))).toMatchObject({ outcome: "ignored", reason: "no_code" });
    expect(push(alarm({ type: 9999 }))).toMatchObject({ outcome: "undecodable", reason: "unknown_code" });
    expect(JSON.stringify(push(message))).not.toContain("9j/4AAQ");
  });
});

test("every word of the table, and the words for beginning and end", () => {
  for (const [word, code] of Object.entries(ALARM_WORDS)) {
    expect(eventsOf(decode("generic-json", "webhook/box", { code: word }))).toMatchObject([
      { code, phase: "pulse" },
    ]);
  }
  const on = ["start", "RAISE", " begin ", "1", 1, true, "alarm", "开始", "报警"];
  const off = ["stop", "Clear", "end", "0", 0, false, "normal", "结束", "恢复"];
  expect(on.map(positionOf)).toEqual(on.map(() => "on"));
  expect(off.map(positionOf)).toEqual(off.map(() => "off"));
  expect(["", "2nd", "constructor", null, undefined, {}, []].map(positionOf)).toEqual(
    Array(7).fill(undefined),
  );
});

test("a time is read only in the unit the binding says", () => {
  const at = (time: unknown, options?: Circumstances["options"]) =>
    eventsOf(decode("generic-json", "webhook/box", { code: "FIRE", time }, options && { options }))[0]
      ?.deviceAt;
  expect(at(AT)).toBeUndefined();
  expect(at(AT, { timeUnit: "milliseconds" })).toBe(AT);
  expect(at(AT / 1_000, { timeUnit: "seconds" })).toBe(AT);
  expect(at(AT / 1_000, { timeUnit: "milliseconds" })).toBeUndefined();
  expect(at("2026-03-01 09:00:00", { timeUnit: "iso" })).toBe(AT);
});

test("numbers that begin again after a restart are not taken for repeats", () => {
  const key = (time: number) => {
    const [event] = eventsOf(
      decode(
        "generic-json",
        "webhook/box",
        { code: "FIRE", id: 1, time },
        { options: { timeUnit: "milliseconds" } },
      ),
    );
    return [event?.eventKey, event?.keyAt];
  };
  expect(key(AT)).not.toEqual(key(AT + 60_000));
  expect(key(AT)).toEqual(key(AT));
});

describe("personal data", () => {
  test.each(["plate", "personName", "user.name", "face", "idCard", "camera.cardNo", "姓名"])(
    "a part is not read from %s",
    (path) => {
      const message = path.split(".").reduceRight<unknown>((value, step) => ({ [step]: value }), "沪A12345");
      const options = { fields: { point: path, id: path, score: path } };
      const decoded = decode(
        "generic-json",
        "webhook/box",
        { ...(message as object), code: "FIRE" },
        { options },
      );
      expect(eventsOf(decoded)).toMatchObject([{ device: "box", code: "fire.flame" }]);
      expect(JSON.stringify(decoded)).not.toContain("12345");
    },
  );

  test.each(["camera.name", "deviceName", "channel.title"])("a device may be called by %s", (path) => {
    const message = path.split(".").reduceRight<unknown>((value, step) => ({ [step]: value }), "gate");
    const options = { fields: { device: path } };
    const decoded = decode("generic-json", "webhook", { ...(message as object), code: "FIRE" }, { options });
    expect(eventsOf(decoded)[0]?.device).toBe("gate");
  });

  test("nothing but the named parts reaches an event", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ minLength: 8 })), (other) => {
        const secret = Object.fromEntries(
          Object.entries(other).map(([name, value]) => [`x${name}`, `secret ${value}`]),
        );
        const decoded = decode("generic-json", "webhook/box", { ...secret, code: "FIRE" });
        expect(JSON.stringify(decoded)).not.toContain("secret");
      }),
      { numRuns: 200 },
    );
  });
});

test("a list too long is refused whole", () => {
  const list = Array.from({ length: 501 }, () => ({ code: "FIRE" }));
  expect(decode("generic-json", "webhook/box", list)).toMatchObject({ reason: "too_large" });
  expect(eventsOf(decode("generic-json", "webhook/box", list.slice(1)))).toHaveLength(500);
});
