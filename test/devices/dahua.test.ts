import { describe, expect, test } from "vitest";
import { observeEdge, unknownDevice } from "../../src/domain/device-memory.ts";
import type { DecodedEvent } from "../../src/domain/event.ts";
import { decode, eventsOf, pseudonym, SHARED, sharedBytes, sharedFixtures } from "./support.ts";

const AT = 1_772_325_000_000;

/** Decodes a shared fixture as its transport would bring it; two were seen on the device's own connection. */
function decodeShared(file: string, topic: string, zone = "Asia/Shanghai") {
  const vto = /^DahuaVTO\/\w+\/Event/.exec(topic)?.[0];
  return vto === undefined
    ? decode("dahua", "dahua/front", sharedBytes(file), { transport: "http", zone })
    : decode("dahua-vto", vto, sharedBytes(file), { zone });
}

describe.skipIf(SHARED.missing)("shared fixtures", () => {
  const fixtures = sharedFixtures("dahua_cgi_", "dahua_vto_");

  test("the index lists the family", () => expect(fixtures.length).toBeGreaterThanOrEqual(11));

  test.each(fixtures)("$file → $expected.code $expected.phase", ({ file, topic, expected }) => {
    const events = eventsOf(decodeShared(file, topic));
    expect(events).toMatchObject([expected]);
  });

  // LocaleTime is 2, 8 or 12 hours ahead of UTC in them: the zone of the device, not of the estate.
  test.each([
    ["dahua_cgi_cross_line_smoke_label.txt", 1_549_080_650_702],
    ["dahua_cgi_cross_region_human.txt", 1_548_929_098_633],
    ["dahua_vto_access_control.json", 1_583_173_448_000],
    ["dahua_vto_backkeylight_ring.json", 1_624_168_340_000],
    ["dahua_vto_door_status_close.json", 1_618_148_092_000],
  ])("%s: the epoch is the time, whatever the zone", (file, at) => {
    const { topic = "" } = fixtures.find((fixture) => fixture.file === file) ?? {};
    for (const zone of ["Asia/Shanghai", "Europe/Athens", "UTC"]) {
      const [event] = eventsOf(decodeShared(file, topic, zone));
      expect(event).toMatchObject({ deviceAt: at });
      expect(event?.flags).toBeUndefined();
    }
  });

  test("channels are numbered as on the device's pages, and -1 is none", () => {
    const points = [
      "cgi_alarm_local_start.txt",
      "cgi_cross_region_human.txt",
      "vto_backkeylight_ring.json",
    ].map(
      (name) =>
        eventsOf(decode("dahua", "dahua/d", sharedBytes(`dahua_${name}`), { transport: "http" }))[0]?.point,
    );
    expect(points).toEqual(["6", "2", undefined]);
  });
});

const start = (seconds: number): DecodedEvent => {
  const line = `Code=VideoMotion;action=Start;index=0;data={"UTC":${AT / 1_000 + seconds}}`;
  const [event] = eventsOf(decode("dahua", "dahua/cam", line, { transport: "http" }));
  if (!event) throw new Error("no event");
  return event;
};

test("a Start whose Stop was lost does not hide the next one", () => {
  const state = unknownDevice();
  const transitions = [0, 3, 60].map((seconds) => {
    const { device: _device, eventKey: _key, keyAt: _keyAt, deviceAt = 0, ...event } = start(seconds);
    return observeEdge(state, event, deviceAt, []);
  });
  expect(transitions).toEqual(["edge", "repeat", "edge"]);
});

describe("personal data", () => {
  const data = {
    CardNo: "00BA839D07",
    CardName: "Zhang San",
    UserID: "1003",
    Password: "2468",
    SnapURL: "/snap/1003.jpg",
    QRCodeStr: "visitor|4711",
    ImageEncode: "/9j/4AAQSkZJRg",
    Method: 1,
    RecNo: 5,
    Status: 1,
    UTC: AT / 1_000,
  };

  test("card and person come out as hashes, all else is dropped", () => {
    const line = `Code=AccessControl;action=Pulse;index=0;data=${JSON.stringify(data)}`;
    const pushed = { Events: [{ Code: "AccessControl", Action: "Pulse", Index: 0, Data: data }] };
    for (const payload of [line, pushed]) {
      const events = eventsOf(decode("dahua", "dahua/gate", payload, { transport: "http" }));
      expect(events[0]?.attributes).toEqual({
        method: "card",
        cardHash: pseudonym("00BA839D07"),
        personHash: pseudonym("1003"),
      });
      expect(JSON.stringify(events)).not.toMatch(/839D07|Zhang|1003|2468|snap|visitor|9j/);
    }
  });

  test("a card at the door station is a hash, a known finger nothing", () => {
    const card = decode("dahua-vto", "DahuaVTO/DoorCard/Event", {
      Action: "Pulse",
      Data: { Number: "3a5b7c9d" },
    });
    expect(eventsOf(card)[0]?.attributes).toEqual({ cardHash: pseudonym("3a5b7c9d") });
  });

  test("broken data is not quoted", () => {
    const line = 'Code=AccessControl;action=Pulse;index=0;data={"CardName": Zhang San}';
    const decoded = decode("dahua", "dahua/gate", line, { transport: "http" });
    expect(decoded).toMatchObject({ outcome: "undecodable", reason: "malformed" });
    expect(JSON.stringify(decoded)).not.toContain("Zhang");
  });
});

describe("lines", () => {
  const decodeText = (text: string) => decode("dahua", "dahua/cam", text, { transport: "http" });

  test("a code inside data is no event", () => {
    const inside = { Note: 'x Code=VideoLoss;action=Start;index=1 "} Code=VideoBlind;action=Start;index=2' };
    const events = eventsOf(
      decodeText(`Code=VideoMotion;action=Start;index=0;data=${JSON.stringify(inside)}`),
    );
    expect(events.map(({ code }) => code)).toEqual(["intrusion.motion"]);
  });

  test("what stands behind the data does no harm", () => {
    const line = `Code=VideoMotion;action=Start;index=0;data={"UTC":${AT / 1_000}}`;
    for (const rest of ["\r\n\r\n--myboundary--\r\n", "\r\n--myboundary\r\n}{}\r\n", " {}"]) {
      expect(eventsOf(decodeText(line + rest))).toMatchObject([{ code: "intrusion.motion", deviceAt: AT }]);
    }
  });

  test("data that never ends takes no time", () => {
    const begun = performance.now();
    const decoded = decodeText(`Code=VideoMotion;action=Start;index=0;data=${'{"a":'.repeat(200_000)}`);
    expect(decoded.outcome).toBe("undecodable");
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  test("more events than a message may have are a dead letter", () => {
    const line = "Code=VideoMotion;action=Start;index=0\r\n";
    expect(eventsOf(decodeText(line.repeat(500)))).toHaveLength(500);
    expect(decodeText(line.repeat(501))).toMatchObject({ reason: "too_large" });
  });

  test("a heartbeat beside an event leaves the event", () => {
    expect(eventsOf(decodeText("Heartbeat\r\nCode=VideoMotion;action=Stop;index=0"))).toMatchObject([
      { code: "intrusion.motion", phase: "clear" },
    ]);
  });
});

test("the time of an event with quotes around its UTC, and of one whose UTC is zero", () => {
  const at = (data: object) =>
    eventsOf(decode("dahua", "dahua/cam", { Code: "VideoMotion", Action: "Start", Data: data }))[0]?.deviceAt;
  expect(at({ UTC: String(AT / 1_000), UTCMS: 7 })).toBe(AT + 7);
  expect(at({ UTC: 0, LocaleTime: "2026-03-01 08:30:00" })).toBe(AT);
  expect(at({ UTC: "soon" })).toBeUndefined();
});
