/** Platforms and standards that pass on what others saw: Dahua ICC, GA/T 1400, HC MicroCommunity. */
import { describe, expect, test } from "vitest";
import { decode, eventsOf, pseudonym, SHARED, sharedBytes, sharedFixtures } from "./support.ts";

const AT = 1_772_325_000_000;
const PLATE = "沪A12345";
const http = { transport: "http" } as const;
const pathOf = (topic: string): string => topic.replace(/^POST \//, "");

describe.skipIf(SHARED.missing)("shared fixtures", () => {
  test("GA/T 1400: a notification is metadata", () => {
    const fixtures = sharedFixtures("gat1400_");
    expect(fixtures).toHaveLength(1);
    for (const { file, topic, expected } of fixtures) {
      expect(expected.code).toBe("info.metadata");
      const decoded = decode("gat1400", pathOf(topic), sharedBytes(file), http);
      expect(decoded).toEqual({ outcome: "ignored", reason: "metadata" });
    }
  });

  test.each(sharedFixtures("hc_"))("$file → $expected.code $expected.phase", ({ file, topic, expected }) => {
    const payload = sharedBytes(file);
    const events = eventsOf(decode("hc-community", pathOf(topic), payload, http));
    const { userId, userName, dateTime } = JSON.parse(payload.toString()) as Record<string, string>;
    expect(events).toMatchObject([
      {
        ...expected,
        deviceAt: Date.parse(`${dateTime?.replace(" ", "T")}+08:00`),
        attributes: { method: "face", personHash: pseudonym(userId ?? "") },
      },
    ]);
    const left = JSON.stringify(events);
    for (const personal of [userId, userName, "base64", "similar"]) expect(left).not.toContain(personal);
  });

  test("there are two door records", () => expect(sharedFixtures("hc_")).toHaveLength(2));
});

describe("Dahua ICC", () => {
  const callback = (method: string, info: object | string, category = "alarm") =>
    decode("dahua-icc", "dahua-icc", { category, method, info }, http);

  test("an opening: who and which card as hashes, nothing else of the person", () => {
    const extend = {
      personCode: "P0031",
      personName: "Zhang San",
      paperNumber: "310101199001011234",
      cardNumber: "12EA3004",
      phone: "13800000000",
    };
    const info = {
      deviceCode: "1000002",
      alarmType: 51,
      alarmDate: String(AT / 1_000),
      alarmCode: "c1",
      extend,
    };
    for (const form of [info, { ...info, extend: JSON.stringify(extend) }, JSON.stringify(info)]) {
      const events = eventsOf(callback("alarm.msg", form));
      expect(events).toMatchObject([{ code: "access.granted", deviceAt: AT }]);
      expect(events[0]?.attributes).toEqual({
        method: "card",
        cardHash: pseudonym("12EA3004"),
        personHash: pseudonym("P0031"),
      });
    }
  });

  test("a plate is a hash, and the pictures are gone", () => {
    const info = {
      capTime: "2026-03-01 08:30:00",
      carNum: PLATE,
      carDirect: 9,
      devChnId: "1000012$1$0$0",
      carImgUrl: "x.jpg",
    };
    const events = eventsOf(callback("car.capture", info, "business"));
    expect(events).toMatchObject([{ device: "1000012", point: "1000012$1$0$0", deviceAt: AT }]);
    expect(events[0]?.attributes).toEqual({ plateHash: pseudonym(PLATE), direction: "exit" });
    expect(JSON.stringify(events)).not.toMatch(/12345|jpg/);
  });

  test("what an operator does is no event, and a false alarm is told from the rest", () => {
    const reasons = [0, 1, 2, 3, 4, "3"].map((handleStat) => {
      const decoded = callback("vms.handleAlarm", { alarmCode: "c1", alarmType: 51, handleStat }, "business");
      return decoded.outcome === "ignored" ? decoded.reason : decoded.outcome;
    });
    const enrichment = "enrichment";
    expect(reasons).toEqual([
      enrichment,
      enrichment,
      enrichment,
      "false_positive",
      enrichment,
      "false_positive",
    ]);
  });

  test("no meaning is guessed for an alarm type", () => {
    for (const alarmType of [1, 302, 303, 962, "constructor", "__proto__"]) {
      const decoded = callback("alarm.msg", { deviceCode: "1", alarmType, alarmStat: 1 });
      expect(decoded).toMatchObject({ outcome: "ignored", reason: "no_code" });
    }
  });
});

describe("GA/T 1400", () => {
  const face = {
    FaceListObject: {
      FaceObject: [
        { DeviceID: "31011500001190000001", Name: "Zhang San", SubImageList: { Data: "A".repeat(2 << 20) } },
      ],
    },
  };

  test("megabytes of faces are not read, and nothing of them is left", () => {
    const decoded = decode("gat1400", "VIID/Faces", face, http);
    expect(decoded).toEqual({ outcome: "ignored", reason: "metadata", device: "31011500001190000001" });
  });

  test("plates are hashes, several vehicles several events", () => {
    const vehicle = (PlateNo: string) => ({
      DeviceID: "31011500001190000001",
      MotorVehicleID: `id-${PlateNo}`.length,
      PlateNo,
      PassTime: "20260301083000",
      SubImageList: { SubImageInfoObject: [{ Data: "/9j/4AAQ" }] },
    });
    const list = {
      MotorVehicleListObject: { MotorVehicleObject: [vehicle(PLATE), vehicle("京B67890X"), vehicle("")] },
    };
    const events = eventsOf(decode("gat1400", "VIID/MotorVehicles", list, http));
    expect(events.map(({ attributes }) => attributes)).toEqual([
      { plateHash: pseudonym(PLATE) },
      { plateHash: pseudonym("京B67890X") },
    ]);
    expect(events.map(({ deviceAt }) => deviceAt)).toEqual([AT, AT]);
    expect(JSON.stringify(events)).not.toMatch(/12345|67890|9j/);
  });
});

test("HC: numbers in place of texts, and a user of -1 is nobody", () => {
  const record = {
    userId: -1,
    machineCode: 101010,
    openTypeCd: 2000,
    dateTime: "2026-03-01 08:30:00",
    recordTypeCd: 8888,
  };
  const [event] = eventsOf(decode("hc-community", "app/machine/openDoorLog", record, http));
  expect(event).toMatchObject({ device: "101010", code: "access.granted", deviceAt: AT });
  expect(event?.attributes).toEqual({ method: "key" });
});
