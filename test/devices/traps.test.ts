/** The traps of the device facts, one test each, through the decoder as the hub uses it. */
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { observeEdge, unknownDevice } from "../../src/domain/device-memory.ts";
import type { BindingOptions, DeviceConfig } from "../../src/domain/estate.ts";
import type { Decoded, DecodedEvent } from "../../src/domain/event.ts";
import type { Transport } from "../../src/domain/journal.ts";
import { parseIntakePath } from "../../src/domain/topic.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { createLessons } from "../../src/registry/lessons.ts";
import { eventsOf, RECEIVED_AT } from "./support.ts";

interface Site {
  readonly config?: DeviceConfig;
  readonly options?: BindingOptions;
  readonly zone?: string;
}

/** A bridge with a memory of its own; what is told to it is decoded as the hub would. */
function bridge({ config = {}, options, zone = "Asia/Shanghai" }: Site = {}) {
  const lessons = createLessons({ lessons: () => Promise.resolve([]), putLessons: () => Promise.resolve() });
  return (path: string, payload: unknown, transport: Transport = "mqtt"): Decoded => {
    const [prefix = ""] = path.split("/");
    const bound = profiles.find((profile) => profile.prefix === prefix);
    const decoder = createDecoder({
      profiles,
      configOf: () => config,
      bindingsOf: () => (options && bound ? [{ prefix, profile: bound.id, options }] : []),
      pseudonymKey: Buffer.from("a key for tests only"),
      zoneOf: () => zone,
      recall: lessons.recall,
    });
    const route = parseIntakePath("e1", "gw-1", path);
    if (!route) throw new Error(`no route for ${path}`);
    const bytes =
      payload instanceof Uint8Array
        ? payload
        : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
    const message = {
      transport,
      gatewayId: "gw-1",
      route,
      payload: bytes,
      retained: false,
      receivedAt: RECEIVED_AT,
    };
    const { decoded, profile } = decoder.decode(message);
    if (decoded.learned) void lessons.learn(message, profile, decoded.learned);
    return decoded;
  };
}

const hear = (path: string, payload: unknown, transport?: Transport, site?: Site): Decoded =>
  bridge(site)(path, payload, transport);
const facts = (decoded: Decoded): readonly string[] =>
  decoded.outcome === "events" ? decoded.events.map(({ code, phase }) => `${code} ${phase}`) : [];
const reason = (decoded: Decoded): string => (decoded.outcome === "events" ? "events" : decoded.reason);
const first = (decoded: Decoded): DecodedEvent => {
  const [event] = eventsOf(decoded);
  if (!event) throw new Error("no event");
  return event;
};

const ONVIF = "http://www.onvif.org/ver10/schema";
const onvif = (topic: string, operation: string, items: Readonly<Record<string, string>>): string =>
  `<tt:MetadataStream xmlns:tt="${ONVIF}"><tt:Event><wsnt:NotificationMessage xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2">
  <wsnt:Topic>${topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="2026-03-01T00:00:00Z" PropertyOperation="${operation}">
  <tt:Source><tt:SimpleItem Name="Rule" Value="yard"/></tt:Source><tt:Data>${Object.entries(items)
    .map(([name, value]) => `<tt:SimpleItem Name="${name}" Value="${value}"/>`)
    .join(
      "",
    )}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage></tt:Event></tt:MetadataStream>`;

const hik = (inner: string, namespace = ' xmlns="http://www.hikvision.com/ver20/XMLSchema"'): string =>
  `<EventNotificationAlert version="2.0"${namespace}><ipAddress>192.0.2.9</ipAddress><dateTime>2026-03-01T08:00:00+08:00</dateTime>${inner}</EventNotificationAlert>`;
const access = (majorEventType: number, subEventType: number, more: object = {}) => ({
  ipAddress: "192.0.2.9",
  macAddress: "02:00:00:00:00:09",
  dateTime: "2026-03-01T08:00:00+08:00",
  eventType: "AccessControllerEvent",
  eventState: "active",
  AccessControllerEvent: {
    majorEventType,
    subEventType,
    doorNo: 1,
    serialNo: 77,
    currentEvent: true,
    ...more,
  },
});
const acs = (major: number, sub: number, more?: object): readonly string[] =>
  facts(hear("hikvision/door-1", access(major, sub, more), "http"));
const gb = (method: string, info: string, tag = "Info", head = '<?xml version="1.0"?>'): string =>
  `${head}<Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>64010000001340000101</DeviceID><AlarmPriority>4</AlarmPriority>` +
  `<AlarmTime>2026-03-01T08:00:00</AlarmTime><AlarmMethod>${method}</AlarmMethod><${tag}>${info}</${tag}></Notify>`;
const sia = (data: string, kind = "ADM-CID"): string =>
  `"${kind}"0001L0#1234[#1234|${data}]_00:00:00,03-01-2026`;
const cid = (data: string): readonly string[] => facts(hear("sia/1234", sia(data), "tcp"));

describe("traps", () => {
  test("1: polarity is each vendor's own", () => {
    expect(facts(hear("zigbee2mqtt/door", { contact: true }))).toEqual(["access.door_closed state"]);
    expect(facts(hear("zigbee2mqtt/door", { contact: false }))).toEqual(["access.door_opened state"]);
    const zigbee = (contact: number) => ({ ZbReceived: { "0x1": { Device: "0x1", Contact: contact } } });
    expect(facts(hear("tele/plug/SENSOR", zigbee(1)))).toContain("access.door_opened state");
    expect(facts(hear("tele/plug/SENSOR", zigbee(0)))).toContain("access.door_closed state");
    const lora = { LwReceived: { "0x4AD6": { Device: "0x4AD6", DoorOpen: 1, Battery: 3 } } };
    expect(facts(hear("tele/plug/SENSOR", lora))).toContain("access.door_opened state");
    expect(facts(hear("milesight/d", { magnet_status: "open" }))).toContain("access.door_opened state");
    expect(facts(hear("milesight/d", { magnet_status: "close" }))).toContain("access.door_closed state");
  });

  test("2: a battery report repeats the contact, and is no second opening", () => {
    const state = unknownDevice();
    const reports = [{ contact: false }, { contact: false, battery: 90 }, { contact: false, battery: 89 }];
    const transitions = reports.map((report, at) =>
      observeEdge(state, first(hear("zigbee2mqtt/door", report)), RECEIVED_AT + at, []),
    );
    expect(transitions).toEqual(["initial", "repeat", "repeat"]);
  });

  test("3: an empty action, null and a density alone are no events; a test is not a fire", () => {
    for (const report of [{ action: "" }, { action: null }, { smoke: null }, { gas_density: 12 }]) {
      expect(reason(hear("zigbee2mqtt/x", report))).toBe("telemetry");
    }
    const held = hear("zigbee2mqtt/x", { smoke: false, test: true });
    expect(facts(held)).toEqual(["fire.smoke clear", "device.test raise"]);
    expect(eventsOf(held).every(({ flags }) => flags?.includes("test"))).toBe(true);
  });

  test("4: Initialized is the present state, and an empty retained message the end of a property", () => {
    const inside = (operation: string): Decoded =>
      hear(
        "onvif/cam-1",
        onvif("tns1:RuleEngine/FieldDetector/ObjectsInside", operation, { IsInside: "true" }),
        "http",
      );
    expect(first(inside("Initialized")).flags).toContain("initial");
    expect(first(inside("Changed")).flags ?? []).not.toContain("initial");
    const deleted = hear("Cam/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/2/Rule1", "");
    expect(facts(deleted).filter((fact) => !fact.endsWith(" clear"))).toEqual([]);
  });

  test("5: ONVIF JSON tells no operation, quotes values or not, and may not be JSON at all", () => {
    const topic = "Cam/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/2/Rule1";
    for (const IsInside of [true, "true", "1", 1]) {
      const decoded = hear(topic, { UtcTime: "2026-03-01T00:00:00Z", Source: {}, Data: { IsInside } });
      expect(facts(decoded)).toEqual(["intrusion.perimeter raise"]);
      expect(first(decoded).flags ?? []).not.toContain("initial");
    }
    expect(reason(hear(topic, '{"UtcTime": 2026-03-01, "Data": {'))).toBe("malformed");
  });

  test("6: a Hikvision heartbeat is an event of theirs and none of ours", () => {
    const beat = hik(
      "<channelID>1</channelID><activePostCount>0</activePostCount><eventType>videoloss</eventType><eventState>inactive</eventState>",
    );
    expect(hear("hikvision/cam-1", beat, "http")).toEqual({
      outcome: "ignored",
      reason: "heartbeat",
      device: "cam-1",
    });
    const lost = beat.replace(">0<", ">1<").replace("inactive", "active");
    expect(facts(hear("hikvision/cam-1", lost, "http"))).toEqual(["device.video_loss raise"]);
  });

  test("7: duration hides the type, namespaces differ, and recorders count channels from 33", () => {
    const duration =
      "<channelID>1</channelID><eventType>duration</eventType><eventState>active</eventState><DurationList><Duration><relationEvent>linedetection</relationEvent></Duration></DurationList>";
    const namespaces = ["", ' xmlns="urn:psialliance-org"', ' xmlns="http://www.isapi.org/ver20/XMLSchema"'];
    for (const namespace of namespaces) {
      expect(facts(hear("hikvision/c", hik(duration, namespace), "http"))).toEqual([
        "intrusion.tripwire raise",
      ]);
    }
    const channel = (inner: string) =>
      first(
        hear(
          "hikvision/nvr",
          hik(`${inner}<eventType>VMD</eventType><eventState>active</eventState>`),
          "http",
        ),
      ).point;
    expect(channel("<channelID>34</channelID>")).toBe("2");
    expect(channel("<dynChannelID>5</dynChannelID><channelID>5</channelID>")).toBe("5");
  });

  test("8: access codes are sent in decimal", () => {
    expect(acs(5, 0x1b)).toContain("access.forced_open raise");
    expect(acs(1, 0x418)).toEqual(["fire.manual_call raise"]);
  });

  test("9: the code counts, not the label that somebody gave it", () => {
    expect(acs(5, 22, { label: "clockout", attendanceStatus: "checkOut" })).toEqual([
      "access.door_locked pulse",
    ]);
  });

  test("10: a linkage event has its type in the details", () => {
    const details = [{ eventType: 254104, srcIndex: "cam", srcType: "camera", ability: "event_fpms" }];
    const events = [
      {
        eventId: "A1",
        eventType: 0,
        eventDetails: details,
        happenTime: "2026-03-01T08:00:00+08:00",
        srcIndex: "rule",
        srcType: "eventRule",
        status: 0,
      },
    ];
    const message = {
      method: "OnEventNotify",
      params: { ability: "", events, sendTime: "2026-03-01T08:00:01+08:00" },
    };
    expect(facts(hear("hikvision-isc/p", message, "http"))).toEqual(["fire.flame raise"]);
  });

  test("11: Dahua counts from zero, and its local time is in whatever zone it was set to", () => {
    const line = (local: string): string =>
      `Code=CrossRegionDetection;action=Start;index=1;data={"LocaleTime":"${local}","UTC":1772323200,"UTCMS":500}`;
    const event = first(hear("dahua/cam", line("2026-03-01 08:00:00"), "http"));
    expect([event.point, event.deviceAt]).toEqual(["2", 1_772_323_200_500]);
    expect(first(hear("dahua/cam", line("2026-03-01 12:00:00"), "http")).deviceAt).toBe(event.deviceAt);
    const alone = 'Code=VideoMotion;action=Start;index=0;data={"LocaleTime":"2026-03-01 08:00:00"}';
    const told = first(hear("dahua/cam", alone, "http", { config: { zone: "Asia/Urumqi" } }));
    expect([told.deviceAt, told.flags]).toEqual([Date.UTC(2026, 2, 1, 2), ["zone_assumed"]]);
  });

  test("12: GB 28181 methods of several digits, info in either case, GB2312, local time", () => {
    expect(facts(hear("gb28181/p", gb("12", "<AlarmType>1</AlarmType>"), "http"))).toContain(
      "device.video_loss raise",
    );
    const lower = first(hear("gb28181/p", gb("5", "<AlarmType>6</AlarmType>", "info"), "http"));
    expect([lower.code, lower.deviceAt]).toEqual(["intrusion.perimeter", Date.UTC(2026, 2, 1)]);
    expect(lower.flags).toContain("zone_assumed");
    const declared = gb(
      "5",
      "<AlarmType>6</AlarmType><AlarmDescription>@</AlarmDescription>",
      "Info",
      '<?xml version="1.0" encoding="GB2312"?>',
    );
    const [before = "", after = ""] = declared.split("@");
    const bytes = Buffer.concat([
      Buffer.from(before),
      Buffer.from([0xc8, 0xeb, 0xc7, 0xd6]),
      Buffer.from(after),
    ]);
    expect(facts(hear("gb28181/p", bytes, "http"))).toEqual(["intrusion.perimeter raise"]);
  });

  test("13: GB 28181 numbers moved between editions", () => {
    const kind = (type: number, edition?: string): readonly string[] =>
      facts(
        hear(
          "gb28181/p",
          gb("5", `<AlarmType>${type}</AlarmType>`),
          "http",
          edition ? { options: { edition } } : {},
        ),
      );
    expect(kind(10)).toEqual(["order.crowd raise"]);
    expect(kind(9, "2011")).toEqual(["order.crowd raise"]);
    expect(kind(11)).toEqual(["device.scene_change raise"]);
    expect(kind(10, "2011")).toEqual(["device.scene_change raise"]);
  });

  test("14: The Things Stack leaves out false, ChirpStack the object where there is no codec", () => {
    const up = (decoded_payload?: object) => ({
      end_device_ids: { device_id: "leak-1", dev_eui: "24E1240000000001" },
      received_at: "2026-03-01T00:00:00.123456789Z",
      uplink_message: {
        f_cnt: 4,
        f_port: 85,
        frm_payload: "AXVk",
        ...(decoded_payload && { decoded_payload }),
      },
    });
    const topic = "v3/app@tenant/devices/leak-1/up";
    expect(facts(hear(topic, up({ leakage_status: "leak" })))).toContain("facility.water_leak raise");
    expect(reason(hear(topic, up({})))).not.toBe("events");
    const raw = {
      deduplicationId: "d1",
      time: "2026-03-01T00:00:00+00:00",
      deviceInfo: { devEui: "24e1240000000001" },
      fPort: 85,
      data: "AXVk",
    };
    const chirpstack = "application/a/device/24e1240000000001/event/up";
    expect(reason(hear(chirpstack, raw))).toBe("no_codec");
    expect(facts(hear(chirpstack, { ...raw, object: { leakage_status: "leak" } }))).toContain(
      "facility.water_leak raise",
    );
  });

  test("15: a tamper switch that is not pressed is a tamper, whatever the vendor's README prints", () => {
    expect(facts(hear("milesight/d", { tamper_status: "uninstalled" }))).toContain("device.tamper raise");
    expect(facts(hear("milesight/d", { install: "no" }))).toContain("device.tamper raise");
    expect(facts(hear("milesight/d", { tamper_status: "installed" }))).toContain("device.tamper clear");
  });

  test("16: seconds since a battery device woke up are no time", () => {
    const status = (ts: number) => ({
      src: "shellyplussmoke-000000000001",
      method: "NotifyStatus",
      params: { ts, "smoke:0": { id: 0, alarm: true, mute: false } },
    });
    const told = (ts: number): DecodedEvent =>
      first(hear("shellyplussmoke-000000000001/events/rpc", status(ts)));
    expect([told(1.33).code, told(1.33).deviceAt]).toEqual(["fire.smoke", undefined]);
    expect(told(1_772_323_200.5).deviceAt).toBe(1_772_323_200_500);
  });

  test("17: a node's death counts for the session it was born with", () => {
    const say = bridge();
    const seq = (value: unknown) => ({
      timestamp: 1_772_323_200_000,
      metrics: [{ name: "bdSeq", dataType: "UInt64", value }],
    });
    say("spBv1.0/g/NBIRTH/n", { ...seq(4), seq: 0 });
    expect(reason(say("spBv1.0/g/NDEATH/n", seq(3)))).toBe("superseded");
    expect(facts(say("spBv1.0/g/NDEATH/n", seq({ low: 4, high: 0, unsigned: true })))).toEqual([
      "device.offline raise",
    ]);
    expect(facts(say("spBv1.0/g/NDEATH/n", seq("4")))).toEqual(["device.offline raise"]);
    expect(facts(hear("spBv1.0/g/NDEATH/other", seq(9)))).toEqual(["device.offline raise"]);
  });

  test("18: Contact ID is read by its own table, because SIA's loses meaning", () => {
    expect(cid("1113 01 001")).toEqual(["fire.waterflow raise"]);
    expect(cid("1344 00 000")).toEqual(["device.jamming raise"]);
    expect(cid("1201 01 001")).toEqual(["fire.water_pressure raise"]);
    expect(cid("1426 01 001")).toEqual(["access.held_open raise"]);
    expect(cid("1641 01 001")).toEqual(["life.inactivity raise"]);
  });

  test("19: 1 is new, 3 restored, 6 still there; of arming, 3 is armed", () => {
    expect(cid("1130 01 005")).toEqual(["intrusion.burglary raise"]);
    expect(cid("3130 01 005")).toEqual(["intrusion.burglary clear"]);
    expect(cid("6130 01 005")).toEqual(["intrusion.burglary raise"]);
    expect(cid("3401 01 057")).toEqual(["system.arm pulse"]);
    expect(cid("1401 01 057")).toEqual(["system.disarm pulse"]);
    expect(cid("3441 01 057")).toEqual(["system.arm pulse"]);
  });

  test("20: every vendor's unit of time, and a scale that cannot be told is left out", () => {
    const frigate = {
      type: "new",
      after: { id: "1-x", camera: "c", label: "person", false_positive: false, frame_time: 1_772_323_200.25 },
    };
    expect(first(hear("frigate/events", frigate)).deviceAt).toBe(1_772_323_200_250);
    const axis = {
      timestamp: 1_772_323_200_250,
      topic: "onvif:Device/axis:Sensor/PIR",
      message: { source: { sensor: "0" }, data: { state: "1" } },
    };
    expect(first(hear("axis/cam/event/x", axis)).deviceAt).toBe(1_772_323_200_250);
    const chirpstack = {
      deduplicationId: "d",
      time: "2026-03-01T00:00:00.250500726+00:00",
      deviceInfo: { devEui: "01" },
      devAddr: "00",
    };
    expect(first(hear("application/a/device/01/event/join", chirpstack)).deviceAt).toBe(1_772_323_200_250);
    const door = (similar: string) => ({
      userId: "7",
      userName: "张三",
      machineCode: "m1",
      openTypeCd: "1000",
      similar,
      dateTime: "2026-03-01 08:00:00",
      recordTypeCd: "8888",
    });
    const opened = ["100", "0.9"].map((similar) =>
      first(hear("api/machine/openDoorLog", door(similar), "http")),
    );
    expect(opened.map(({ deviceAt }) => deviceAt)).toEqual([Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 1)]);
    expect(opened[0]?.attributes).toEqual(opened[1]?.attributes);
    const tuya = {
      devId: "t1",
      dataId: "x",
      productKey: "k",
      status: [{ code: "smoke_sensor_status", value: "alarm", t: 1_772_323_200_250 }],
    };
    expect(first(hear("tuya/queue", tuya)).deviceAt).toBe(1_772_323_200_250);
  });

  test("21: a sub-label is null, a name or a name with a score, and a review's severity can rise", () => {
    const object = (sub_label: unknown) => ({
      type: "new",
      after: { id: "1-x", camera: "c", label: "person", false_positive: false, sub_label },
    });
    const hashes = [null, "Li", ["Li", 0.9]].map(
      (label) => first(hear("frigate/events", object(label))).attributes?.["subLabelHash"],
    );
    expect(hashes[0]).toBeUndefined();
    expect(hashes[1]).toBe(hashes[2]);
    const review = (severity: string) => ({
      type: "update",
      after: { id: "r1", camera: "c", severity, start_time: 1_772_323_200.5, data: { objects: ["person"] } },
    });
    const [before, after] = ["detection", "alert"].map((severity) =>
      first(hear("frigate/reviews", review(severity))),
    );
    expect([before?.attributes?.["reviewId"], before?.eventKey === after?.eventKey]).toEqual(["r1", false]);
    expect(after?.attributes).toMatchObject({ reviewId: "r1", severity: "alert" });
  });

  test("22: identity cards, faces, names and plates do not come through", () => {
    const card = { IdNum: "310101199001011234", Name: "张三", Address: "桃溪路1号", Birth: "1990-01-01" };
    const isc = {
      method: "OnEventNotify",
      params: {
        ability: "event_acs",
        events: [
          {
            eventId: "B",
            eventType: 197162,
            happenTime: "2026-03-01T08:00:00+08:00",
            srcIndex: "door",
            srcType: "door",
            status: 0,
            data: {
              ExtEventCode: 197162,
              ExtEventCardNo: "88001",
              ExtEventIdentityCardInfo: card,
              ExtEventPersonNo: "P-1",
            },
          },
        ],
      },
    };
    const face = {
      FaceListObject: {
        FaceObject: [
          {
            FaceID: "f1",
            DeviceID: "64010000001340000101",
            IDNumber: "310101199001011234",
            Name: "张三",
            SubImageList: { SubImageInfoObject: [{ Type: "11", Data: "/9j/4AAQ" }] },
          },
        ],
      },
    };
    const hc = {
      userId: "7",
      userName: "张三",
      machineCode: "m1",
      openTypeCd: "1000",
      photo: "base64,/9j/4AAQ",
      dateTime: "2026-03-01 08:00:00",
      recordTypeCd: "8888",
    };
    const plate = hik(
      "<channelID>1</channelID><eventType>ANPR</eventType><eventState>active</eventState><ANPR><licensePlate>沪A12345</licensePlate><originalLicensePlate>沪A12345</originalLicensePlate></ANPR>",
    );
    const told = [
      hear("hikvision-isc/p", isc, "http"),
      hear("VIID/Faces", face, "http"),
      hear("api/machine/openDoorLog", hc, "http"),
      hear("hikvision/c", plate, "http"),
    ];
    expect(told.map(({ outcome }) => outcome)).toEqual(["events", "ignored", "events", "events"]);
    expect(JSON.stringify(told)).not.toMatch(/3101011990|张三|桃溪路|88001|4AAQ|沪A12345/);
  });

  test("23: what may never be cleared does not hide the next alarm", () => {
    const intrusion = hik(
      "<channelID>1</channelID><eventType>fielddetection</eventType><eventState>active</eventState>",
    );
    const line = "Code=VideoMotion;action=Start;index=0";
    const alarms = [
      hear("hikvision/c", intrusion, "http"),
      hear("dahua/c", line, "http"),
      hear("gb28181/p", gb("5", "<AlarmType>6</AlarmType>"), "http"),
    ].map(first);
    for (const alarm of alarms) {
      const state = unknownDevice();
      const at = (minutes: number) => observeEdge(state, alarm, RECEIVED_AT + minutes * 60_000, []);
      expect([at(0), at(30)], alarm.code).toEqual(["edge", "edge"]);
    }
    // Those that only ever tell the moment are moments.
    expect(
      facts(
        hear("Cam/onvif-ej/Device/Sensor/Temperature/High", {
          UtcTime: "2026-03-01T00:00:00Z",
          Source: { SensorID: "s" },
          Data: { Value: 61, Threshold: 60 },
        }),
      ),
    ).toEqual(["facility.high_temperature pulse"]);
  });

  test("24: commands and discoveries share the tree with events", () => {
    expect(
      [
        "zigbee2mqtt/siren/set",
        "zigbee2mqtt/siren/get",
        "spBv1.0/g/NCMD/n",
        "spBv1.0/g/DCMD/n/d",
        "cmnd/plug/POWER",
      ].map((path) => reason(hear(path, { alarm: true }))),
    ).toEqual(Array(5).fill("command"));
    const config = {
      device_class: "motion",
      state_topic: "homeassistant/binary_sensor/x/state",
      unique_id: "x1",
    };
    expect(reason(hear("homeassistant/binary_sensor/x/config", config))).toBe("discovery");
  });
});
