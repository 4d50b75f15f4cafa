/** JetLinks, Tuya and Alibaba Cloud IoT: captured messages, meanings given by the site, personal data. */
import { describe, expect, test } from "vitest";
import type { BindingOptions } from "../../src/domain/estate.ts";
import { decode, eventsOf, SHARED, sharedBytes, sharedFixtures } from "./support.ts";
import { bridge } from "./taught-bridge.ts";

const AT = Date.UTC(2026, 2, 1, 1);

describe.skipIf(SHARED.missing)("captured messages", () => {
  test.each(sharedFixtures("jetlinks_"))("$file is telemetry without a site's meaning", ({ file, topic }) => {
    const { send } = bridge();
    expect(send(topic, sharedBytes(file))).toMatchObject({ outcome: "ignored", reason: "telemetry" });
  });

  test.each(sharedFixtures("jetlinks_"))(
    "$file is an event where the site gives a meaning",
    ({ file, topic }) => {
      const options = { codes: { temp: "facility.high_temperature", sn: "facility.flood" } };
      const decoded = decode("jetlinks", topic, sharedBytes(file), { options });
      const [event] = decoded.outcome === "events" ? decoded.events : [];
      const device = topic.includes("/child/") ? "test" : "device1";
      // A serial number is neither on nor off: kept as a dead letter, not guessed.
      const expected = topic.endsWith("report")
        ? { outcome: "undecodable", reason: "unknown_code" }
        : { outcome: "events", events: [{ device, code: "facility.high_temperature", phase: "pulse" }] };
      expect(decoded).toMatchObject(expected);
      expect(event?.deviceAt).toBeUndefined();
    },
  );

  test.each(sharedFixtures("tuya_"))("$file: one event out of seven data points", ({ file, expected }) => {
    const events = eventsOf(decode("tuya", "tuya/queue", sharedBytes(file)));
    expect(events).toMatchObject([
      {
        device: "6ca",
        ...expected,
        value: 0.4065,
        deviceAt: 1_650_433_413_000,
        eventKey: "eed6810d-82e1-41cd-ba4a-7664f31942cb:on",
        attributes: { unit: "MPa", limit: "upper" },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain("未处理");
  });
});

describe("JetLinks", () => {
  test("claims topics with a leading slash, in the hub's order of profiles, and none without", () => {
    const { send } = bridge();
    expect(send("/p/d/event/x", { data: 1 })).toMatchObject({ reason: "telemetry", device: "d" });
    expect(send("p/d/event/x", { data: 1 })).toMatchObject({ reason: "no_profile" });
    expect(send("/p/d/e/f/g", {})).toMatchObject({ reason: "no_profile" });
  });

  test("properties have times of their own; an impossible one is none", () => {
    const options = { codes: { a: "fire.smoke", b: "fire.smoke", c: "fire.smoke" } };
    const report = {
      timestamp: AT,
      properties: { a: true, b: "报警", c: 0 },
      propertySourceTimes: { a: AT - 1_000, b: 10_086, c: "x" },
    };
    const events = eventsOf(decode("jetlinks", "/p/d/properties/report", report, { options }));
    expect(events.map(({ phase, deviceAt }) => [phase, deviceAt])).toEqual([
      ["raise", AT - 1_000],
      ["raise", AT],
      ["clear", AT],
    ]);
  });

  test("online and offline with a body, without one, and with one that is broken", () => {
    const present = (path: string, payload: unknown) => decode("jetlinks", path, payload);
    expect(eventsOf(present("/p/d/online", ""))).toMatchObject([{ code: "device.offline", phase: "clear" }]);
    expect(eventsOf(present("/p/d/offline", { timestamp: AT }))).toMatchObject([
      { phase: "raise", deviceAt: AT },
    ]);
    expect(present("/p/d/offline", "{")).toMatchObject({ outcome: "undecodable", reason: "malformed" });
  });
});

describe("Tuya", () => {
  const point = (code: string, value: unknown) => ({ devId: "d", status: [{ code, value, t: AT }] });

  test("no value of an unlock record, no account, no text reaches an event", () => {
    const payload = {
      protocol: 4,
      data: {
        devId: "d",
        bizData: { uid: "account-77" },
        status: [
          { code: "unlock_card", value: 4711, t: AT },
          { code: "alarm_lock", value: "wrong_card", t: AT },
          { code: "alarm_result_content", value: "Mr Example was told", t: AT },
        ],
      },
    };
    const events = eventsOf(decode("tuya", "tuya", payload));
    expect(events.map(({ code }) => code)).toEqual(["access.granted", "access.denied_repeat"]);
    expect(JSON.stringify(events)).not.toMatch(/4711|account|Example/);
  });

  test("an SOS is a moment each time, a repeat of a state is a level", () => {
    const pressed = eventsOf(decode("tuya", "tuya", point("sos_state", true)));
    expect(pressed).toMatchObject([{ code: "life.sos", phase: "pulse", report: "edge" }]);
    const smoke = eventsOf(decode("tuya", "tuya", point("smoke_sensor_status", "alarm")));
    expect(smoke).toMatchObject([{ phase: "raise", report: "level", property: "smoke_sensor_status" }]);
  });

  test("a data point means what the site says before what the table says", () => {
    const options = { codes: { pir: "intrusion.perimeter", doorcontact_state: "facility.manhole_open" } };
    const meaning = (code: string, value: unknown) => decode("tuya", "tuya", point(code, value), { options });
    expect(eventsOf(meaning("doorcontact_state", true))).toMatchObject([
      { code: "facility.manhole_open", phase: "raise" },
    ]);
    // `pir` is none of the words by which a state is told.
    expect(meaning("pir", "pir")).toMatchObject({ reason: "unknown_code" });
  });

  test("the two protocols say the same of a device", () => {
    const older = decode("tuya", "tuya", { protocol: 4, data: point("watersensor_state", "alarm") });
    const properties = [{ code: "watersensor_state", dpId: 1, value: "alarm", time: AT }];
    const newer = {
      protocol: 1000,
      data: { bizCode: "devicePropertyMessage", bizData: { devId: "d", properties } },
    };
    expect(decode("tuya", "tuya", newer)).toEqual(older);
  });
});

describe("Alibaba Cloud IoT", () => {
  const options: BindingOptions = { codes: { Smoke: "fire.smoke", Leak: "facility.water_leak" } };

  test("presence as the platform's documentation shows it, timed in UTC whatever the device's zone", () => {
    const status = {
      status: "offline",
      iotId: "ca460d99",
      productKey: "k1nh",
      deviceName: "gate-1",
      time: "2026-03-01 09:00:00.000",
      utcTime: "2026-03-01T01:00:00.000Z",
      clientIp: "192.0.2.7",
    };
    for (const zone of ["Asia/Shanghai", "Europe/London"]) {
      const events = eventsOf(decode("aliyun-iot", "aliyun", status, { zone, transport: "http" }));
      expect(events).toMatchObject([
        { device: "k1nh/gate-1", code: "device.offline", phase: "raise", deviceAt: AT },
      ]);
      expect(events[0]?.flags ?? []).not.toContain("zone_assumed");
      expect(JSON.stringify(events)).not.toContain("192.0.2.7");
    }
  });

  test("the same names in two products are two devices", () => {
    const of = (productKey: string) => ({
      productKey,
      deviceName: "s1",
      identifier: "Smoke",
      value: {},
      time: AT,
    });
    const devices = ["a", "b"].map(
      (product) => eventsOf(decode("aliyun-iot", "aliyun", of(product), { options }))[0]?.device,
    );
    expect(devices).toEqual(["a/s1", "b/s1"]);
  });

  test("properties: only what has a meaning here, each by its own time", () => {
    const message = {
      productKey: "a",
      deviceName: "s1",
      items: {
        Leak: { value: "1", time: AT },
        Smoke: { value: false, time: AT + 5 },
        Temp: { value: 20, time: AT },
      },
    };
    const events = eventsOf(
      decode("aliyun-iot", "aliyun/a/s1/thing/event/property/post", message, { options }),
    );
    expect(events.map(({ code, phase, deviceAt }) => [code, phase, deviceAt])).toEqual([
      ["facility.water_leak", "raise", AT],
      ["fire.smoke", "clear", AT + 5],
    ]);
  });
});
