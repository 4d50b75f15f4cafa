import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ACCESS_EVENTS } from "../../devices/hikvision/access-events.ts";
import { canonicalCode, phaseFits } from "../../src/device-kit/index.ts";
import { observeEdge, unknownDevice } from "../../src/domain/device-memory.ts";
import type { Decoded, DecodedEvent } from "../../src/domain/event.ts";
import {
  decode,
  eventsOf,
  pseudonym,
  SHARED,
  sharedBytes,
  sharedFixtures,
  type Circumstances,
} from "./support.ts";

const T = Date.parse("2026-03-01T08:00:00+08:00");

function alert(path: string, body: unknown, circumstances: Circumstances = {}): Decoded {
  return decode("hikvision", path, body, { transport: "http", ...circumstances });
}

function camera(eventType: string, eventState: string, seconds = 0, more: object = {}): unknown {
  return {
    macAddress: "c0:51:7e:10:20:30",
    channelID: 1,
    dateTime: new Date(T + seconds * 1_000).toISOString(),
    activePostCount: seconds + 1,
    eventType,
    eventState,
    ...more,
  };
}

function access(major: number, sub: number, more: object = {}): unknown {
  return camera("AccessControllerEvent", "active", 0, {
    AccessControllerEvent: { majorEventType: major, subEventType: sub, doorNo: 1, serialNo: 7, ...more },
  });
}

/** What the hub makes of a series of messages of one device: their transitions. */
function transitions(bodies: readonly unknown[]): readonly string[] {
  const state = unknownDevice();
  return bodies.flatMap((body) =>
    eventsOf(alert("hikvision/cam", body)).map((event) => {
      const how = observeEdge(state, event, event.deviceAt ?? 0, event.flags ?? []);
      return `${event.code} ${event.phase} ${how}`;
    }),
  );
}

describe.skipIf(SHARED.missing)("shared fixtures", () => {
  const fixtures = sharedFixtures("hik_").map(({ file, expected }) => {
    const profile = file.startsWith("hik_isc_") ? "hikvision-isc" : "hikvision";
    return { file, expected, profile };
  });
  const read = (file: string, profile: string): readonly DecodedEvent[] =>
    eventsOf(decode(profile, profile, sharedBytes(file), { transport: "http" }));

  test("the index lists the family", () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(13);
  });

  test.each(fixtures)("$file → $expected.code $expected.phase", ({ file, profile, expected }) => {
    const events = read(file, profile);
    expect(events.map(({ code, phase }) => ({ code, phase }))).toEqual([expected]);
    expect(events[0]?.deviceAt).toBeDefined();
  });

  test("a recorder's channel and serial number, a camera's own channel", () => {
    expect(read("hik_isapi_nvr_fielddetection.xml", "hikvision")[0]).toMatchObject({
      device: "DS-7608NXI-I0/0P/S0000000000CCRRJ00000000WCVU",
      point: "2",
      attributes: { channelId: "34" },
    });
    expect(read("hik_isapi_vmd.xml", "hikvision")[0]).toMatchObject({
      device: "a6:60:9e:f8:01:09",
      point: "2",
    });
  });

  test.each([
    ["hik_isapi_fielddetection_human.xml", "human", "3"],
    ["hik_isapi_fielddetection_vehicle.xml", "vehicle", "2"],
  ])("%s: target and region", (file, target, region) => {
    expect(read(file, "hikvision")[0]?.attributes).toMatchObject({ target, region });
  });

  test.each([
    ["hik_acs_fingerprint_pass.json", ["hex", "001"]],
    ["hik_anpr_deepinview.xml", ["WX1234A"]],
    ["hik_axpro_closing.json", ["username"]],
  ])("%s: nothing personal is left", (file, personal) => {
    const payload = sharedBytes(file);
    const left = JSON.stringify(read(file, "hikvision"));
    for (const text of personal) {
      expect(payload.toString()).toContain(text);
      expect(left).not.toContain(text);
    }
  });

  test("cards, people and plates are hashed", () => {
    expect(read("hik_acs_fingerprint_pass.json", "hikvision")[0]?.attributes).toMatchObject({
      cardHash: pseudonym("11"),
      personHash: pseudonym("001"),
      verifyMode: "cardOrFaceOrFp",
    });
    expect(read("hik_anpr_deepinview.xml", "hikvision")[0]?.attributes).toMatchObject({
      plateHash: pseudonym("WX1234A"),
      list: "otherList",
      direction: "reverse",
    });
  });

  test("every number of the access table is the vendor's", () => {
    const path = new URL("../tables/hik_acs_codes.json", `file://${SHARED.path}/`);
    const { codes } = JSON.parse(readFileSync(path, "utf8")) as {
      codes: Record<string, Record<string, unknown>>;
    };
    const numbers = new Set(
      Object.entries(codes).flatMap(([major, subs]) => Object.keys(subs).map((sub) => `${major}/${sub}`)),
    );
    expect(numbers.size).toBeGreaterThan(250);
    expect(Object.keys(ACCESS_EVENTS).filter((event) => !numbers.has(event))).toEqual([]);
  });
});

describe("cameras", () => {
  test("an alarm that is repeated is one raise and one clear", () => {
    const posts = [0, 1, 2, 3, 4].map((second) => camera("fielddetection", "active", second));
    expect(transitions([...posts, camera("fielddetection", "inactive", 5)])).toEqual([
      "intrusion.perimeter raise edge",
      ...Array<string>(4).fill("intrusion.perimeter raise repeat"),
      "intrusion.perimeter clear edge",
    ]);
  });

  test("an end that never came does not hide the next alarm", () => {
    expect(transitions([camera("VMD", "active"), camera("VMD", "active", 61)])).toEqual([
      "intrusion.motion raise edge",
      "intrusion.motion raise edge",
    ]);
  });

  test("an end that is repeated long after is no new end", () => {
    const ends = [1, 300, 900].map((second) => camera("VMD", "inactive", second));
    expect(transitions([camera("VMD", "active"), ...ends])).toEqual([
      "intrusion.motion raise edge",
      "intrusion.motion clear edge",
      "intrusion.motion clear repeat",
      "intrusion.motion clear repeat",
    ]);
  });

  test("two detections with the same code do not end each other", () => {
    const bodies = [
      camera("fielddetection", "active"),
      camera("regionEntrance", "active", 1),
      camera("regionEntrance", "inactive", 2),
      camera("fielddetection", "active", 3),
    ];
    expect(transitions(bodies)).toEqual([
      "intrusion.perimeter raise edge",
      "intrusion.perimeter raise edge",
      "intrusion.perimeter clear edge",
      "intrusion.perimeter raise repeat",
    ]);
  });

  test("a hundred heartbeats are a hundred signs of life and no event", () => {
    const beat = camera("videoloss", "inactive", 0, { activePostCount: 0 });
    for (let count = 0; count < 100; count++) {
      expect(alert("hikvision", beat)).toEqual({
        outcome: "ignored",
        reason: "heartbeat",
        device: "c0:51:7e:10:20:30",
      });
    }
  });

  test.each([
    [32, "32"],
    [33, "1"],
    [64, "32"],
  ])("channel %i is camera %s", (channelID, point) => {
    const [event] = eventsOf(alert("hikvision/nvr", camera("VMD", "active", 0, { channelID })));
    expect(event?.point).toBe(point);
  });

  test("the user's name some panels send as deviceID never names a device", () => {
    const { macAddress: _mac, ...bare } = camera("VMD", "active", 0, { deviceID: "zhang san" }) as {
      macAddress: string;
    };
    expect(alert("hikvision", bare)).toMatchObject({ outcome: "undecodable", reason: "schema" });
    expect(alert("hikvision", { ...bare, ipAddress: "192.0.2.1" })).toMatchObject({
      events: [{ device: "192.0.2.1" }],
    });
  });

  test("a list of several regions is read, whichever way it is written", () => {
    const entries = [{ regionID: 4, detectionTarget: "human" }, { regionID: 5 }];
    for (const DetectionRegionList of [
      { DetectionRegionEntry: entries },
      { DetectionRegionEntry: entries[0] },
      entries,
    ]) {
      const [event] = eventsOf(
        alert("hikvision/c", camera("fielddetection", "active", 0, { DetectionRegionList })),
      );
      expect(event?.attributes).toMatchObject({ region: "4", target: "human" });
    }
  });
});

describe("access control", () => {
  const rows = Object.entries(ACCESS_EVENTS);

  test("codes are the taxonomy's and phases fit them", () => {
    expect(rows.filter(([, { code }]) => canonicalCode(code) !== code)).toEqual([]);
    expect(rows.filter(([, { code, phase }]) => !phaseFits(code, phase))).toEqual([]);
  });

  test("what begins has an end, and what ends a beginning", () => {
    const having = (wanted: string): ReadonlySet<string> =>
      new Set(
        rows
          .filter(([, { phase }]) => phase === wanted)
          .map(([, { code, property }]) => `${code} ${property ?? ""}`),
      );
    // These two end when the door closes.
    const begun = [...having("raise")].filter(
      (what) => what !== "access.forced_open forced_open" && what !== "access.held_open held_open",
    );
    expect(begun.toSorted()).toEqual([...having("clear")].toSorted());
  });

  test.each(rows)("%s", (event, { code, phase }) => {
    const [major, sub] = event.split("/").map(Number);
    const [told] = eventsOf(alert("hikvision/door", access(major ?? 0, sub ?? 0)));
    expect(told).toMatchObject({
      code,
      phase,
      report: "edge",
      point: "1",
      eventKey: "7:c0:51:7e:10:20:30",
      keyAt: T,
    });
  });

  test("a door that closes is neither forced nor held open, and says so once", () => {
    const at = (seconds: number, sub: number): unknown => ({
      ...(access(5, sub, { serialNo: seconds }) as object),
      dateTime: new Date(T + seconds * 1_000).toISOString(),
    });
    expect(transitions([at(1, 27), at(2, 28), at(3, 26), at(4, 26), at(5, 27)])).toEqual([
      "access.forced_open raise edge",
      "access.held_open raise edge",
      "access.door_closed state initial",
      "access.forced_open clear edge",
      "access.held_open clear edge",
      "access.door_closed state repeat",
      "access.forced_open clear repeat",
      "access.held_open clear repeat",
      "access.forced_open raise edge",
    ]);
  });

  test("a stored event has the identity of the live one", () => {
    const [live] = eventsOf(alert("hikvision/door", access(5, 1, { currentEvent: true })));
    const [stored] = eventsOf(alert("hikvision/door", access(5, 1, { currentEvent: false })));
    expect(live?.flags).toBeUndefined();
    expect(stored).toMatchObject({ flags: ["replayed"], eventKey: live?.eventKey, keyAt: live?.keyAt });
  });

  test("nothing personal is left of a person at a door", () => {
    const person = {
      cardNo: "3735928559",
      employeeNoString: "E-4711",
      name: "王小明",
      label: "王小明 in",
      FaceRect: { height: 0.271 },
      pictureURL: "http://192.0.2.9/face-4711.jpg",
    };
    const events = eventsOf(alert("hikvision/door", access(5, 75, person)));
    expect(JSON.stringify(events)).not.toMatch(/3735928559|4711|王|0\.271/);
    expect(events[0]?.attributes).toMatchObject({
      cardHash: pseudonym("3735928559"),
      personHash: pseudonym("E-4711"),
    });
  });
});

test("a plate is hashed as read; one that could not be read is a vehicle without one", () => {
  const at = (ANPR: object): readonly DecodedEvent[] =>
    eventsOf(alert("hikvision/gate", camera("ANPR", "active", 0, { ANPR })));
  const [read] = at({ licensePlate: "浙A00001", originalLicensePlate: "浙A0000I" });
  expect(read).toMatchObject({ code: "info.plate_read", attributes: { plateHash: pseudonym("浙A00001") } });
  expect(JSON.stringify(read)).not.toContain("浙");
  const [none] = at({ licensePlate: "unknown", direction: "forward" });
  expect(none).toMatchObject({ code: "info.vehicle_detected", attributes: { direction: "forward" } });
  expect(none?.attributes).not.toHaveProperty("plateHash");
});

describe("ISC", () => {
  const callback = (...events: readonly object[]): Decoded =>
    decode(
      "hikvision-isc",
      "hikvision-isc",
      { method: "OnEventNotify", params: { events } },
      { transport: "http" },
    );
  const passage = (data: object): object => ({
    eventId: "E-1",
    eventType: 198914,
    happenTime: "2026-03-01T08:00:00.000+08:00",
    srcIndex: "door-1",
    status: 0,
    data,
  });

  test("the same event by itself and in a linkage has one identity", () => {
    const happenTime = "2026-03-01T08:00:00.000+08:00";
    const source = { eventType: 254103, srcIndex: "camera-1" };
    const [single] = eventsOf(callback({ ...source, eventId: "O-1", happenTime, status: 0 }));
    const linked = { ...source, eventOriginalId: "O-1" };
    const [inside] = eventsOf(
      callback({ eventId: "L-1", eventType: 0, happenTime, status: 0, eventDetails: [linked] }),
    );
    const identity = ({ device, code, phase, eventKey, keyAt, property }: DecodedEvent): unknown => ({
      device,
      code,
      phase,
      eventKey,
      keyAt,
      property,
    });
    expect(single && identity(single)).toEqual(inside && identity(inside));
  });

  test("identity cards are dropped, cards and people hashed, nobody is person 0", () => {
    const data = {
      ExtEventCardNo: "3735928559",
      ExtEventPersonNo: "P-4711",
      ExtEventPictureURL: "/pic?face-4711",
      ExtEventIdentityCardInfo: { Name: "王小明", IdNum: "330100200001010000", Address: "幸福路 1 号" },
    };
    const events = eventsOf(callback(passage(data)));
    expect(JSON.stringify(events)).not.toMatch(/3735928559|4711|王|3301|幸福/);
    expect(events[0]?.attributes).toMatchObject({
      cardHash: pseudonym("3735928559"),
      personHash: pseudonym("P-4711"),
    });
    const [nobody] = eventsOf(callback(passage({ ExtEventCardNo: "", ExtEventPersonNo: "0" })));
    expect(nobody?.attributes).not.toHaveProperty("personHash");
    expect(nobody?.attributes).not.toHaveProperty("cardHash");
  });

  test("an event without a meaning does not keep the others of its message back", () => {
    const events = eventsOf(callback({ ...passage({}), eventType: 999_999 }, passage({})));
    expect(events.map(({ code }) => code)).toEqual(["access.granted"]);
  });
});
