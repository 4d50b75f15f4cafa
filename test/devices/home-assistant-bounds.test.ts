/** However much is announced, and whatever it is: what is remembered stays bounded, and decoding returns. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Decoded } from "../../src/domain/event.ts";
import { eventsOf } from "./support.ts";
import { bridge } from "./taught-bridge.ts";

const codes = (decoded: Decoded) => eventsOf(decoded).map(({ code, phase }) => `${code} ${phase}`);

test("topics hold only so many entities; a bridge's status does not keep sensors from being learned", () => {
  const { send, shelf } = bridge();
  const announce = (at: number, topic: string, id: string) =>
    send(`homeassistant/binary_sensor/s${at}/config`, {
      device_class: "smoke",
      state_topic: topic,
      availability_topic: "site/status",
      device: { identifiers: [id] },
    });
  for (let at = 0; at < 150; at++) announce(at, `site/${at}`, `dev-${at}`);
  expect(codes(send("site/149", "ON"))).toEqual(["fire.smoke raise"]);
  expect(eventsOf(send("site/status", "offline"))).toHaveLength(100);
  for (let at = 150; at < 350; at++) announce(at, "site/all", "dev-all");
  expect(eventsOf(send("site/all", "ON"))).toHaveLength(200);
  expect(announce(350, "site/all", "dev-all")).toMatchObject({
    outcome: "undecodable",
    reason: "too_large",
  });
  for (const value of shelf.values()) expect(JSON.stringify(value).length).toBeLessThan(100_000);
});

test("whatever is announced and whatever arrives, decoding returns an outcome and lessons stay bounded", () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      "site/a",
      "site/b",
      "ON",
      "{{ value_json.a }}",
      "binary_sensor",
      "~/x",
      1,
      true,
      null,
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const key = fc.constantFrom(
    "~",
    "stat_t",
    "state_topic",
    "avty",
    "avty_t",
    "val_tpl",
    "pl_on",
    "payload_off",
    "dev",
    "device",
    "ids",
    "dev_cla",
    "uniq_id",
    "cmps",
    "components",
    "p",
    "off_delay",
    "type",
    "subtype",
    "topic",
    "__proto__",
    "toString",
  );
  const config = fc.dictionary(
    key,
    fc.oneof(value, fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)))),
  );
  const topic = fc.constantFrom(
    "homeassistant/binary_sensor/x/config",
    "homeassistant/event/n/x/config",
    "homeassistant/device_automation/x/config",
    "homeassistant/device/x/config",
  );
  const step = fc.oneof(
    fc.tuple(topic, fc.oneof(config, fc.constant(""))),
    fc.tuple(fc.constantFrom("site/a", "site/b", "homeassistant/x/state"), value),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const { send, shelf } = bridge();
      for (const [path, payload] of steps) {
        expect(send(path, payload)).not.toMatchObject({ reason: "profile_fault" });
      }
      for (const lesson of shelf.values()) expect(JSON.stringify(lesson).length).toBeLessThan(100_000);
    }),
    { numRuns: 500 },
  );
});
