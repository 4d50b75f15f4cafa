import { describe, expect, test } from "vitest";
import type { Decoded, DecodedEvent } from "../../src/domain/event.ts";
import {
  decode,
  eventsOf,
  ownFixtures,
  pseudonym,
  SHARED,
  sharedBytes,
  type Circumstances,
} from "./support.ts";

const ej = (topic: string, payload: unknown, circumstances?: Circumstances): Decoded =>
  decode("onvif", `cam-7/onvif-ej/${topic}`, payload, circumstances);

interface Told {
  readonly topic: string;
  readonly operation?: string;
  readonly at?: string;
  readonly source?: Readonly<Record<string, string>>;
  readonly key?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
}

const items = (of: Readonly<Record<string, string>> = {}): string =>
  Object.entries(of)
    .map(([name, value]) => `<SimpleItem Name="${name}" Value="${value}"/>`)
    .join("");

/** A push with these notifications; namespaces make no difference and are left out. */
const pushed = (...told: readonly Told[]): string =>
  `<Envelope><Body><Notify>${told
    .map(
      ({ topic, operation, at = "2026-03-01T00:59:58Z", source, key, data }) =>
        `<NotificationMessage><Topic Dialect="x">${topic}</Topic><Message><Message UtcTime="${at}"` +
        `${operation === undefined ? "" : ` PropertyOperation="${operation}"`}><Source>${items(source)}</Source>` +
        `<Key>${items(key)}</Key><Data>${items(data)}</Data></Message></Message></NotificationMessage>`,
    )
    .join("")}</Notify></Body></Envelope>`;

const push = (told: Told, circumstances?: Circumstances): Decoded =>
  decode("onvif", "onvif/gate-north", pushed(told), { transport: "http", ...circumstances });

const one = (decoded: Decoded): DecodedEvent => {
  const [event, ...more] = eventsOf(decoded);
  if (!event || more.length > 0) throw new Error(`not one event: ${JSON.stringify(decoded)}`);
  return event;
};

describe.skipIf(SHARED.missing)("captured messages", () => {
  test("a line crossed over MQTT", () => {
    const topic = "RuleEngine/LineDetector/Crossed/&1/2/MyImportantFence1";
    expect(one(ej(topic, sharedBytes("onvif_ej_line_crossed.json")))).toMatchObject({
      device: "cam-7",
      point: "1/2/MyImportantFence1",
      code: "intrusion.tripwire",
      phase: "pulse",
      deviceAt: Date.UTC(2008, 9, 10, 12, 24, 57, 321),
    });
  });

  test("a high temperature is a moment: nothing will say that it is over", () => {
    const bytes = sharedBytes("onvif_ej_temperature_high.json");
    expect(one(ej("Device/Sensor/Temperature/High", bytes))).toMatchObject({
      point: "temp_001",
      code: "facility.high_temperature",
      phase: "pulse",
      report: "edge",
      value: 28.65,
    });
  });

  test("a deleted property ends what it told", () => {
    const bytes = sharedBytes("onvif_ej_property_deleted.txt");
    const topic = "RuleEngine/FieldDetector/ObjectsInside/&1/2/Rule1";
    expect(one(ej(topic, bytes, { retained: true }))).toMatchObject({
      point: "1/2/Rule1",
      code: "intrusion.perimeter",
      phase: "clear",
      report: "level",
    });
  });

  test("an answer with two notifications, each with its own time", () => {
    const answer = decode("onvif", "onvif/gate-north", sharedBytes("onvif_pullmessages_line_crossed.xml"), {
      transport: "http",
    });
    expect(eventsOf(answer).map(({ code, point, deviceAt }) => [code, point, deviceAt])).toEqual([
      ["intrusion.tripwire", "1/2/MyImportantFence1", Date.UTC(2008, 9, 10, 12, 24, 57, 321)],
      ["intrusion.tripwire", "1/2/MyImportantFence2", Date.UTC(2008, 9, 10, 12, 24, 57, 789)],
    ]);
  });

  test("an event in a metadata stream, misspelt and without an offset", () => {
    const stream = decode("onvif", "onvif/yard", sharedBytes("onvif_metadata_cell_motion.xml"));
    const event = one(stream);
    expect(event).toMatchObject({
      code: "intrusion.motion",
      phase: "raise",
      deviceAt: Date.UTC(2010, 9, 20, 12, 24, 57, 628),
    });
    expect(event.flags).toBeUndefined();
  });

  test.each([
    ["onvif_mj_video_analytics_human.json", "VideoAnalytics/1/MyClassifier", "metadata"],
    ["onvif_mj_sensor_temperature.json", "SensorData/Temperature", "telemetry"],
  ])("%s is no event", (file, topic, reason) => {
    expect(decode("onvif", `cam-7/onvif-mj/${topic}`, sharedBytes(file))).toMatchObject({
      outcome: "ignored",
      reason,
    });
  });
});

describe("values", () => {
  const topic = "VideoSource/SignalLoss/&1";
  test.each([true, "true", 1, "1"])("%j is on", (State) => {
    expect(one(ej(topic, { Data: { State } })).phase).toBe("raise");
  });
  test.each([false, "false", 0, "0"])("%j is off", (State) => {
    expect(one(ej(topic, { Data: { State } })).phase).toBe("clear");
  });
  test.each([null, "", "maybe", 2, {}])("%j is neither", (State) => {
    expect(ej(topic, { Data: { State } })).toMatchObject({ outcome: "undecodable", reason: "schema" });
  });
});

test.each([28.65, "28.65", " 28.65 "])(
  "a measurement of %j is a number, with quotes and without",
  (Value) => {
    expect(one(ej("Device/Sensor/Temperature/High/&roof", { Data: { Value } })).value).toBe(28.65);
  },
);

test("what is measured in other words stays as it is told", () => {
  expect(one(ej("Device/Sensor/Temperature/High/&roof", { Data: { Value: "high" } })).value).toBe("high");
});

describe("times", () => {
  const at = (UtcTime: unknown): readonly unknown[] => {
    const event = one(
      ej("VideoSource/SignalLoss/&1", { UtcTime, Data: { State: true } }, { zone: "Asia/Urumqi" }),
    );
    return [event.deviceAt, event.flags];
  };
  test("nine decimals, an offset, none: without one it is UTC and nothing is assumed", () => {
    const expected = Date.UTC(2026, 2, 1, 0, 59, 58, 123);
    expect(at("2026-03-01T00:59:58.123456789Z")).toEqual([expected, undefined]);
    expect(at("2026-03-01T08:59:58.123+08:00")).toEqual([expected, undefined]);
    expect(at("2026-03-01T00:59:58.123")).toEqual([expected, undefined]);
  });
  test("what cannot be meant is no time", () => {
    expect(at("0000-00-00T00:00:00Z")).toEqual([undefined, undefined]);
    expect(at("1970-01-01T00:00:07Z")).toEqual([undefined, undefined]);
    expect(at(17)).toEqual([undefined, undefined]);
  });
});

describe("properties", () => {
  const motion: Told = {
    topic: "tns1:RuleEngine/CellMotionDetector/Motion",
    source: { VideoSourceConfigurationToken: "1", VideoAnalyticsConfigurationToken: "1", Rule: "Cells" },
    data: { IsMotion: "true" },
  };

  test("a present state keeps its side and is flagged, each notification for itself", () => {
    const both = pushed({ ...motion, operation: "Initialized" }, { ...motion, operation: "Changed" });
    const events = eventsOf(decode("onvif", "onvif/x", both));
    expect(events.map(({ phase, flags }) => [phase, flags])).toEqual([
      ["raise", ["initial"]],
      ["raise", undefined],
    ]);
  });

  test("XML, JSON and an empty message name the same property", () => {
    const { data: _none, ...without } = motion;
    const told = [
      push(motion),
      push({ ...without, operation: "Deleted" }),
      ej("RuleEngine/CellMotionDetector/Motion/&1/1/Cells", {
        Source: { A: "1", B: 1, Rule: "Cells" },
        Data: { IsMotion: true },
      }),
      ej("RuleEngine/CellMotionDetector/Motion/&1/1/Cells", ""),
    ].map(one);
    for (const event of told) {
      expect(event).toMatchObject({ point: "1/1/Cells", property: "RuleEngine/CellMotionDetector/Motion" });
    }
    expect(told.map(({ phase }) => phase)).toEqual(["raise", "clear", "raise", "clear"]);
  });

  test("what an MQTT topic cannot hold is not in a point either way", () => {
    const Rule = "Fence #3+";
    const topic = "tns1:RuleEngine/FieldDetector/ObjectsInside";
    const fromXml = push({ topic, source: { VideoSource: "1", Rule }, data: { IsInside: "true" } });
    const body = { Source: { VideoSource: "1", Rule }, Data: { IsInside: true } };
    const fromJson = ej("RuleEngine/FieldDetector/ObjectsInside/&1/Fence 3", body);
    expect(one(fromXml).point).toBe("1/Fence 3");
    expect(one(fromJson).point).toBe("1/Fence 3");
  });

  test("the services of a camera that tell the same are properties of their own", () => {
    const told = ["ImagingService", "AnalyticsService"].map((service) =>
      one(
        push({
          topic: `tns1:VideoSource/GlobalSceneChange/${service}`,
          source: { Source: "0" },
          data: { State: "1" },
        }),
      ),
    );
    expect(told.map(({ code }) => code)).toEqual(["device.scene_change", "device.scene_change"]);
    expect(new Set(told.map(({ property }) => property)).size).toBe(2);
  });
});

describe("access control", () => {
  const told = (topic: string, data: Told["data"] = {}): DecodedEvent =>
    one(push({ topic: `tns1:AccessControl/${topic}`, source: { AccessPointToken: "reader-1" }, data }));

  test.each([
    ["AccessGranted/Anonymous", "access.granted"],
    ["AccessGranted/Credential", "access.granted"],
    ["AccessGranted/Identifier", "access.granted"],
    ["Denied/Anonymous", "access.denied"],
    ["Denied/Credential", "access.denied"],
    ["Denied/Identifier", "access.denied"],
    ["Denied/CredentialNotFound", "access.denied"],
    ["Denied/CredentialNotFound/Card", "access.denied"],
    ["Duress", "access.duress"],
    ["AccessTaken/Credential", "info.enrichment"],
    ["AccessNotTaken/Credential", "info.enrichment"],
    ["Request/Credential", "access.card_presented"],
  ])("%s → %s", (topic, code) => {
    expect(told(topic)).toMatchObject({ code, phase: "pulse", point: "reader-1" });
  });

  test("names are dropped, credentials and numbers hashed", () => {
    const name = told("AccessGranted/Credential", {
      CredentialToken: "c-42",
      CredentialHolderName: "Mo Fang",
    });
    expect(name.attributes).toEqual({
      topic: "AccessControl/AccessGranted/Credential",
      cardHash: pseudonym("c-42"),
    });
    const card = told("Denied/Identifier", {
      IdentifierValue: "00A1B2C3",
      IdentifierType: "pt:Card",
      Reason: "Unauthorized",
    });
    expect(card.attributes).toEqual({
      topic: "AccessControl/Denied/Identifier",
      cardHash: pseudonym("00A1B2C3"),
      method: "pt:Card",
      reason: "Unauthorized",
    });
  });

  test("a credential is never a point, over MQTT neither", () => {
    const overMqtt = ej("Credential/State/ApbViolation/&c-42", { Data: { ApbViolation: true } });
    const overXml = push({
      topic: "tns1:Credential/State/ApbViolation",
      source: { CredentialToken: "c-42" },
      data: { ApbViolation: "1" },
    });
    for (const event of [overMqtt, overXml].map(one)) {
      expect(event).toMatchObject({
        code: "access.denied",
        attributes: { cardHash: pseudonym("c-42"), reason: "antipassback" },
      });
      expect(event.point).toBeUndefined();
    }
  });

  test("forced, then too long open, then normal: each alarm begins and ends once", () => {
    const phases = ["DoorForcedOpen", "DoorOpenTooLong", "Normal"].map((State) =>
      eventsOf(push({ topic: "tns1:Door/State/DoorAlarm", source: { DoorToken: "d" }, data: { State } })).map(
        ({ code, phase }) => `${code} ${phase}`,
      ),
    );
    expect(phases).toEqual([
      ["access.forced_open raise", "access.held_open clear"],
      ["access.forced_open clear", "access.held_open raise"],
      ["access.forced_open clear", "access.held_open clear"],
    ]);
  });

  test("a door contact can be turned round", () => {
    const open = push(
      { topic: "tns1:Door/State/DoorPhysicalState", source: { DoorToken: "d" }, data: { State: "Open" } },
      { config: { points: { d: { contact: "normally-open" } } } },
    );
    expect(one(open).code).toBe("access.door_closed");
  });
});

describe("what a site says", () => {
  const fence: Told = {
    topic: "tns1:RuleEngine/FieldDetector/ObjectsInside",
    source: { VideoSource: "1", Rule: "Fire lane" },
    data: { IsInside: "true" },
  };

  test("a rule's name has the meaning of this site; the others keep theirs", () => {
    const config = { codes: { "Fire lane": "fire.lane_blocked" } };
    expect(one(push(fence, { config })).code).toBe("fire.lane_blocked");
    const other = { ...fence, source: { VideoSource: "1", Rule: "Court" } };
    expect(one(push(other, { config })).code).toBe("intrusion.perimeter");
  });

  test("a rule can be left out", () => {
    expect(push(fence, { config: { codes: { "Fire lane": "ignore" } } })).toMatchObject({
      outcome: "ignored",
      reason: "no_code",
    });
  });
});

describe("personal data", () => {
  const PERSONAL = ["Mo Fang", "credential-0042", "00A1B2C3", "ZZ-00000", "192.0.2.77", "Female", "AAAA"];

  test.each(["onvif", "axis"])("%s: none of it leaves a fixture", (id) => {
    for (const [file, { topic, payload, transport }] of ownFixtures(id)) {
      const lines =
        typeof payload === "object" && payload !== null && "lines" in payload ? payload.lines : undefined;
      const body = Array.isArray(lines) ? lines.join("\r\n") : payload;
      const decoded = JSON.stringify(decode(id, topic, body, { ...(transport && { transport }) }));
      for (const word of PERSONAL) expect(decoded, file).not.toContain(word);
    }
  });

  test("the fixtures hold all of it", () => {
    const all = JSON.stringify(ownFixtures("onvif")) + JSON.stringify(ownFixtures("axis"));
    for (const word of PERSONAL) expect(all).toContain(word);
  });

  test.each([
    { LicensePlateInfo: { LicensePlateInfo: { PlateNumber: { "#text": "ZZ-00000" } } } },
    { LicensePlateInfo: { LicensePlateInfo: { PlateNumber: "ZZ-00000" } } },
    { LicensePlateInfo: { PlateNumber: { "#text": "ZZ-00000" } } },
    { LicensePlateInfo: { PlateNumber: "ZZ-00000" } },
    { PlateNumber: "ZZ-00000" },
  ])("a plate is hashed wherever it stands (%#)", (Data) => {
    const event = one(ej("RuleEngine/Recognition/LicensePlate/&1/Gate", { Data }));
    expect(event.attributes).toMatchObject({ plateHash: pseudonym("ZZ-00000") });
  });
});
