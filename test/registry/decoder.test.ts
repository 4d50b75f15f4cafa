import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import type { DeviceConfig, TopicBinding } from "../../src/domain/estate.ts";
import { parseIntakePath, parseTopic, type Route } from "../../src/domain/topic.ts";
import type { DecodedMessage, InboundMessage, Profile } from "../../src/ports.ts";
import { createDecoder, type DecoderParts } from "../../src/registry/decoder.ts";
import { createPseudonym } from "../../src/registry/pseudonym.ts";

const PARTS: DecoderParts = {
  profiles,
  configOf: () => ({}),
  bindingsOf: () => [],
  pseudonymKey: Buffer.from("a key for tests only"),
  zoneOf: () => "Asia/Shanghai",
  recall: () => undefined,
};

function route(topic: string): Route {
  const found = parseTopic(topic);
  if (!found) throw new Error(`no route for ${topic}`);
  return found;
}

function message(topic: string, payload: unknown, more: Partial<InboundMessage> = {}): InboundMessage {
  const bytes = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return {
    transport: "mqtt",
    gatewayId: "gw-1",
    route: route(topic),
    payload: bytes,
    retained: false,
    receivedAt: 0,
    ...more,
  };
}

function decode(topic: string, payload: unknown, parts: Partial<DecoderParts> = {}): DecodedMessage {
  return createDecoder({ ...PARTS, ...parts }).decode(message(topic, payload));
}

const bridged = (path: string) => `estates/e1/bridges/gw-1/${path}`;
const events = (read: DecodedMessage) => (read.decoded.outcome === "events" ? read.decoded.events : []);

describe("device ids", () => {
  test("a native device keeps its plain id", () => {
    const read = decode("estates/e1/devices/gate-3/events", { code: "life.sos" });
    expect(read.profile).toBe("native");
    expect(events(read).map(({ device }) => read.deviceId(device))).toEqual(["gate-3"]);
  });

  test("a bridged device is named after gateway, profile and the vendor's name", () => {
    const read = decode(bridged("zigbee2mqtt/3-1/单元门"), { contact: false });
    expect(read.profile).toBe("zigbee2mqtt");
    expect(events(read).map(({ device }) => read.deviceId(device))).toEqual(["gw-1:zigbee2mqtt:3-1/单元门"]);
  });
});

describe("which profile", () => {
  test("by the first segment", () => {
    expect(decode(bridged("frigate/available"), "offline").profile).toBe("frigate");
    expect(decode(bridged("zigbee2mqtt/x"), { contact: true }).profile).toBe("zigbee2mqtt");
  });

  test.each(["tasmota/x", "zigbee2mqttx/y", "zigbee2mqtt", "x"])("%s: none, and that is said", (path) => {
    const { profile, decoded } = decode(bridged(path), { a: 1 });
    expect(profile).toBe("none");
    expect(decoded).toEqual({
      outcome: "undecodable",
      reason: "no_profile",
      detail: "no profile reads this path",
    });
  });

  test("a bridge cannot speak for native devices", () => {
    expect(decode(bridged("devices/gate-3/events"), { code: "life.sos" }).decoded).toMatchObject({
      reason: "no_profile",
    });
    const bindingsOf = () => [{ prefix: "own", profile: "native" }];
    expect(decode(bridged("own/gate-3/events"), { code: "life.sos" }, { bindingsOf }).decoded).toMatchObject({
      reason: "no_profile",
    });
  });

  test("a profile reads only its transports", () => {
    const inbound = message(bridged("frigate/available"), "offline", { transport: "http" });
    expect(createDecoder(PARTS).decode(inbound).decoded).toMatchObject({ reason: "no_profile" });
  });

  test("native events over HTTP", () => {
    const http = parseIntakePath("e1", "gw-1", "devices/gate-3/events");
    if (!http) throw new Error("no route");
    const read = createDecoder(PARTS).decode(
      message("estates/e1/devices/x/events", { code: "life.sos" }, { transport: "http", route: http }),
    );
    expect(events(read)).toMatchObject([{ device: "gate-3", code: "life.sos" }]);
  });

  test("a profile without fixed prefix is asked when none with one fits; path and content type reach it", () => {
    const seen: unknown[] = [];
    const anywhere: Profile = {
      id: "any",
      title: { zh: "", en: "" },
      vendor: "",
      transports: ["http"],
      prefix: "",
      kind: "camera",
      tier: "bronze",
      matches: (path, transport) => transport === "http" && path.endsWith("/alarm"),
      decode: ({ path, contentType }) => {
        seen.push(path, contentType);
        return { outcome: "ignored", reason: "heartbeat" };
      },
    };
    const decoder = createDecoder({ ...PARTS, profiles: [...profiles, anywhere] });
    const inbound = message(bridged("cam/7/alarm"), "x", { transport: "http", contentType: "text/xml" });
    expect(decoder.decode(inbound).decoded).toEqual({ outcome: "ignored", reason: "heartbeat" });
    expect(seen).toEqual(["cam/7/alarm", "text/xml"]);
    expect(decoder.decode(message(bridged("cam/7/alarm"), "x")).decoded).toMatchObject({
      reason: "no_profile",
    });
  });

  test("a gateway's status is no device message", () => {
    const status: Route = { kind: "status", estateId: "e1", gatewayId: "gw-1" };
    const read = createDecoder(PARTS).decode(
      message("estates/e1/devices/x/events", "online", { route: status }),
    );
    expect(read.decoded).toMatchObject({ outcome: "undecodable", reason: "no_profile" });
  });

  test("two profiles of one id are refused", () => {
    expect(() => createDecoder({ ...PARTS, profiles: [...profiles, ...profiles] })).toThrow(/same id/);
  });
});

describe("bindings", () => {
  const bindings: readonly TopicBinding[] = [
    { prefix: "home", profile: "frigate" },
    { prefix: "home/zigbee", profile: "zigbee2mqtt" },
    { prefix: "zigbee2mqtt", profile: "frigate" },
    { prefix: "odd", profile: "no-such" },
  ];
  const parts = { bindingsOf: (gatewayId: string) => (gatewayId === "gw-1" ? bindings : []) };

  test("the longest prefix wins and is rewritten to the profile's own", () => {
    const read = decode(bridged("home/zigbee/cellar"), { water_leak: true }, parts);
    expect(read.profile).toBe("zigbee2mqtt");
    expect(events(read)).toMatchObject([{ device: "cellar", code: "facility.water_leak" }]);
    expect(decode(bridged("home/gate/motion"), "ON", parts)).toMatchObject({
      profile: "frigate",
      decoded: { outcome: "events" },
    });
  });

  test("a binding goes before a profile's own prefix", () => {
    expect(decode(bridged("zigbee2mqtt/gate/motion"), "ON", parts).profile).toBe("frigate");
  });

  test("the prefix alone belongs to its profile: devices that push have one address for everything", () => {
    expect(decode(bridged("home"), "ON", parts).profile).toBe("frigate");
  });

  test("what a profile asks for is asked below the binding's prefix", () => {
    const bindingsOf = () => [{ prefix: "plant/sparkplug", profile: "sparkplug" }];
    const unknown = { timestamp: 1, metrics: [{ alias: 7, dataType: "Boolean", value: true }] };
    const read = decode(bridged("plant/sparkplug/g/NDATA/n"), unknown, { bindingsOf });
    expect(read.decoded.asks?.map(({ path }) => path)).toEqual(["plant/sparkplug/g/NCMD/n"]);
    const plain = decode(bridged("spBv1.0/g/NDATA/n"), unknown);
    expect(plain.decoded.asks?.map(({ path }) => path)).toEqual(["spBv1.0/g/NCMD/n"]);
  });

  test("part of a segment is no prefix; a binding to nothing is said", () => {
    expect(decode(bridged("homes/gate/motion"), "ON", parts).profile).toBe("none");
    expect(decode(bridged("hom"), "ON", parts).profile).toBe("none");
    expect(decode(bridged("odd/x"), "ON", parts).decoded).toMatchObject({
      reason: "no_profile",
      detail: expect.stringContaining("no-such") as string,
    });
  });
});

describe("configuration and zone", () => {
  test("overrides are asked for by the hub's ids, the zone by estate", () => {
    const asked: string[] = [];
    const config: DeviceConfig = { contact: "normally-open" };
    const parts: Partial<DecoderParts> = {
      configOf: (estateId, deviceId) => {
        asked.push(`${estateId}/${deviceId}`);
        return config;
      },
      zoneOf: (estateId) => (estateId === "e1" ? "Asia/Urumqi" : "UTC"),
    };
    expect(events(decode(bridged("zigbee2mqtt/door"), { contact: false }, parts))).toMatchObject([
      { code: "access.door_closed" },
    ]);
    const [native] = events(
      decode("estates/e1/devices/g/events", { code: "life.sos", at: "2026-03-01T06:00:00" }, parts),
    );
    expect(native?.deviceAt).toBe(Date.UTC(2026, 2, 1));
    expect(new Set(asked)).toEqual(new Set(["e1/gw-1:zigbee2mqtt:door", "e1/g"]));
  });
});

test("a profile that throws becomes a dead letter that does not quote the message", () => {
  const [native] = profiles;
  if (!native) throw new Error("no profiles");
  const broken: Profile = {
    ...native,
    decode: () => {
      throw new RangeError("Zhang San");
    },
  };
  const read = decode("estates/e1/devices/g/events", { code: "life.sos" }, { profiles: [broken] });
  expect(read.decoded).toEqual({
    outcome: "undecodable",
    reason: "profile_fault",
    detail: "native: RangeError",
  });
});

test("pseudonyms: same for spacing, width and case; other for another key; not the thing itself", () => {
  const [one, other] = ["key one", "key two"].map((key) => createPseudonym(Buffer.from(key)));
  expect(one?.("沪A·12345")).toMatch(/^[0-9a-f]{16}$/);
  for (const written of ["沪a12345", "沪A 12345", "沪Ａ１２３４５"])
    expect(one?.(written)).toBe(one?.("沪A·12345"));
  expect(one?.("沪A12346")).not.toBe(one?.("沪A12345"));
  expect(other?.("沪A12345")).not.toBe(one?.("沪A12345"));
});
