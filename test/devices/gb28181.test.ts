import { describe, expect, test } from "vitest";
import { observeEdge, unknownDevice } from "../../src/domain/device-memory.ts";
import { decode, eventsOf, SHARED, sharedBytes, sharedFixtures, type Circumstances } from "./support.ts";

const alarm = (inner: string, head = '<?xml version="1.0"?>') =>
  `${head}<Notify><CmdType>Alarm</CmdType><SN>3</SN><DeviceID>31011500001320000017</DeviceID>${inner}</Notify>`;
const typed = (method: string, type: number, time = "2026-03-01T08:30:00") =>
  alarm(
    `<AlarmPriority>1</AlarmPriority><AlarmMethod>${method}</AlarmMethod><AlarmTime>${time}</AlarmTime>` +
      `<Info><AlarmType>${type}</AlarmType></Info>`,
  );
const decodeAlarm = (payload: unknown, circumstances: Circumstances = {}) =>
  decode("gb28181", "gb28181/wvp", payload, { transport: "http", ...circumstances });
const codes = (payload: unknown, circumstances: Circumstances = {}) => {
  const decoded = decodeAlarm(payload, circumstances);
  return decoded.outcome === "events" ? decoded.events.map(({ code }) => code) : [];
};

describe.skipIf(SHARED.missing)("shared fixtures", () => {
  test.each(sharedFixtures("gb28181_"))("$file → $expected.code $expected.phase", ({ file, expected }) => {
    const events = eventsOf(decodeAlarm(sharedBytes(file)));
    expect(events).toMatchObject([
      {
        ...expected,
        device: "64010000001340000101",
        // The time has no offset: half past four in the afternoon in Shanghai.
        deviceAt: Date.UTC(2009, 11, 4, 8, 23, 32),
        flags: ["zone_assumed"],
        attributes: { alarmMethod: "5", alarmPriority: "4", event: "enter" },
      },
    ]);
  });

  test("there is one", () => expect(sharedFixtures("gb28181_")).toHaveLength(1));
});

test("the numbers of video alarms are those of the edition", () => {
  const of = (edition?: string) =>
    [8, 9, 10, 11, 12, 13].map(
      (type) => codes(typed("5", type), edition === undefined ? {} : { options: { edition } })[0],
    );
  const since2016 = [
    "intrusion.loitering",
    undefined,
    "order.crowd",
    "device.scene_change",
    undefined,
    "device.video_blind",
  ];
  expect(of()).toEqual(since2016);
  expect(of("2022")).toEqual(since2016);
  expect(of("2011")).toEqual([
    "intrusion.loitering",
    "order.crowd",
    "device.scene_change",
    undefined,
    undefined,
    undefined,
  ]);
});

test("several methods in one alarm are read one by one", () => {
  expect(codes(typed("12", 2))).toEqual(["device.tamper"]);
  expect(codes(typed("1/2", 2))).toEqual(["device.tamper"]);
  expect(codes(typed("26", 1))).toEqual(["device.video_loss", "device.storage_fault"]);
  expect(codes(typed("55", 6))).toEqual(["intrusion.perimeter"]);
  expect(codes(typed("9", 6))).toEqual([]);
});

test("a code of the site comes before the table", () => {
  expect(codes(typed("5", 12), { options: { codes: { "5/12": "order.fight" } } })).toEqual(["order.fight"]);
  expect(codes(typed("5", 2), { config: { codes: { "5/2": "ignore" } } })).toEqual([]);
});

test("declared or not, GB 18030 does no harm, and the free text is dropped", () => {
  // 李四 in GBK.
  const name = Buffer.from([0xc0, 0xee, 0xcb, 0xc4]);
  for (const head of ['<?xml version="1.0" encoding="GBK"?>', '<?xml version="1.0"?>']) {
    const [before = "", after = ""] = alarm(
      "<AlarmMethod>2</AlarmMethod><AlarmTime>2026-03-01T08:30:00</AlarmTime>" +
        "<AlarmDescription>|</AlarmDescription><Info><AlarmType>4</AlarmType></Info>",
      head,
    ).split("|");
    const events = eventsOf(decodeAlarm(Buffer.concat([Buffer.from(before), name, Buffer.from(after)])));
    expect(events).toMatchObject([{ code: "facility.high_temperature" }]);
    expect(JSON.stringify(events)).not.toMatch(/李四|\ufffd/);
  }
});

test("an alarm that never ends does not hide the next one", () => {
  const state = unknownDevice();
  const transitions = ["08:30:00", "08:30:30", "08:40:00"].map((time) => {
    const [event] = eventsOf(decodeAlarm(typed("5", 6, `2026-03-01T${time}`)));
    if (!event) throw new Error("no event");
    const { device: _device, eventKey: _key, keyAt: _keyAt, deviceAt = 0, ...rest } = event;
    return observeEdge(state, rest, deviceAt, []);
  });
  expect(transitions).toEqual(["edge", "repeat", "edge"]);
});

test("entities are refused", () => {
  const bomb = `<!DOCTYPE a [<!ENTITY b "c">]>${typed("5", 6).replace('<?xml version="1.0"?>', "")}`;
  expect(decodeAlarm(bomb)).toMatchObject({ outcome: "undecodable", reason: "malformed" });
});
