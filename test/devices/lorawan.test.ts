/** Milesight's decoded objects, and the three ways in which they arrive. */
import { describe, expect, test } from "vitest";
import { meets } from "./shared-index.ts";
import { decode, eventsOf, SHARED, sharedBytes, sharedFixtures, type Circumstances } from "./support.ts";

const EUI = "24e124535f00000a";
const CHIRPSTACK = `application/6d7c8a2e/device/${EUI}/event/up`;
const THINGS = "v3/estate@ttn/devices/sensor-1/up";

type Wrap = (object: unknown, circumstances?: Circumstances) => ReturnType<typeof decode>;

const chirpstack: Wrap = (object, circumstances) =>
  decode(
    "chirpstack",
    CHIRPSTACK,
    {
      deduplicationId: "5e0a",
      time: "2026-03-01T00:30:00.123456789+00:00",
      deviceInfo: { devEui: EUI, deviceName: "sensor" },
      fPort: 85,
      data: "AQ==",
      object,
    },
    circumstances,
  );
const things: Wrap = (decoded, circumstances) =>
  decode(
    "the-things-stack",
    THINGS,
    {
      end_device_ids: { device_id: "sensor-1", dev_eui: EUI },
      received_at: "2026-03-01T00:30:00.6Z",
      uplink_message: {
        session_key_id: "AZ",
        f_cnt: 3,
        frm_payload: "AQ==",
        decoded_payload: decoded,
        received_at: "2026-03-01T00:30:00.123456789Z",
      },
    },
    circumstances,
  );
const bare: Wrap = (object, circumstances) =>
  decode("milesight", "milesight/sensor-1", object, circumstances);

const WAYS: readonly (readonly [name: string, wrap: Wrap])[] = [
  ["chirpstack object", chirpstack],
  ["things stack decoded_payload", things],
  ["bare", bare],
];

describe.skipIf(SHARED.missing)("captured objects", () => {
  const captures = sharedFixtures("milesight_");

  test("there are some", () => expect(captures.length).toBeGreaterThanOrEqual(11));

  describe.each(WAYS)("%s", (_name, wrap) => {
    test.each(captures)("$file → $expected.code $expected.phase", ({ file, expected }) => {
      const decoded = wrap(JSON.parse(sharedBytes(file).toString()));
      expect(meets(decoded, expected), JSON.stringify(decoded)).toBe(true);
    });
  });

  test("a door and its tamper switch are two events of one uplink", () => {
    const events = eventsOf(bare(sharedBytes("milesight_ws301_door_open_tamper.json")));
    expect(events.map(({ code, phase }) => `${code} ${phase}`)).toEqual([
      "access.door_opened state",
      "device.tamper raise",
      "device.low_battery clear",
    ]);
  });

  test.each(sharedFixtures("chirpstack_", "tts_"))(
    "$file → $expected.code $expected.phase",
    ({ file, topic, expected }) => {
      const id = file.startsWith("tts_") ? "the-things-stack" : "chirpstack";
      const decoded = decode(id, topic, sharedBytes(file));
      expect(meets(decoded, expected), JSON.stringify(decoded)).toBe(true);
    },
  );

  test("raw bytes without a codec are named as such, not as telemetry", () => {
    const [up] = sharedFixtures("chirpstack_up");
    expect(decode("chirpstack", up?.topic ?? "", sharedBytes("chirpstack_up.json"))).toEqual({
      outcome: "ignored",
      reason: "no_codec",
      device: "0101010101010101",
    });
  });

  test("nine decimals of a second are read", () => {
    const [join] = sharedFixtures("chirpstack_join");
    const [event] = eventsOf(decode("chirpstack", join?.topic ?? "", sharedBytes("chirpstack_join.json")));
    expect(event?.deviceAt).toBe(Date.UTC(2022, 6, 18, 9, 33, 28, 823));
    expect(event?.flags).toBeUndefined();
  });
});

describe("every way says the same", () => {
  const objects: readonly (readonly [object: object, circumstances: Circumstances])[] = [
    [{ magnet_status: "close", battery: 3 }, {}],
    [{ button: "long" }, { config: { buttonCode: "life.medical" } }],
    [{ threshold_x: "trigger", threshold_y: "normal", threshold_z: "normal" }, {}],
    [{ type: "smoke sensor", event: "alarm", battery: 90 }, {}],
    [{ events: [{ alarm_id: 1, alarm_type: "fall", alarm_status: "alarm_triggered" }] }, {}],
    [{ distance_alarm: "threshold_alarm" }, { config: { codes: { distance_alarm: "ignore" } } }],
  ];

  test.each(objects)("%o %o", (object, circumstances) => {
    const [first, ...others] = WAYS.map(([, wrap]) => {
      const decoded = wrap(object, circumstances);
      if (decoded.outcome !== "events") return decoded.outcome;
      return decoded.events.map(({ code, phase, property, value, report }) => ({
        code,
        phase,
        property,
        value,
        report,
      }));
    });
    expect(others).toEqual([first, first]);
  });
});

describe("identity of an uplink", () => {
  const press = { button_event: { status: "short press", msgid: 1 } };
  const again = { button_event: { status: "short press", msgid: 2 } };

  test("the decoder's own message number is not taken for one", () => {
    for (const wrap of [chirpstack, things]) {
      const keys = [press, again].map((object) => eventsOf(wrap(object))[0]?.eventKey);
      expect(keys[0]).toBeDefined();
      expect(keys[1]).toBe(keys[0]);
    }
    expect(eventsOf(bare(press))[0]?.eventKey).toBeUndefined();
  });

  test("frame 0 is left out by The Things Stack and still differs from frame 1 and from a later session", () => {
    const press0 = (f_cnt: number | undefined, received_at: string) => {
      const uplink = { session_key_id: "AZ", ...(f_cnt && { f_cnt }), decoded_payload: press, received_at };
      const [event] = eventsOf(decode("the-things-stack", THINGS, { uplink_message: uplink }));
      return `${event?.eventKey} ${event?.keyAt}`;
    };
    const zero = press0(0, "2026-03-01T00:30:00Z");
    expect(press0(0, "2026-03-01T00:30:00Z")).toBe(zero);
    expect(press0(1, "2026-03-01T00:30:00Z")).not.toBe(zero);
    expect(press0(0, "2026-03-02T00:30:00Z")).not.toBe(zero);
  });
});

describe("what is not said means nothing", () => {
  test.each([{}, { battery: null }, { magnet_status: null }, { events: [] }, { threshold_x: "trigger " }])(
    "%o is no event",
    (object) => expect(chirpstack(object).outcome).toBe("ignored"),
  );

  test("a battery that wavers between 10 and 15 says nothing", () => {
    const told = [10, 11, 14.9, 15, 255].map((battery) => {
      const decoded = bare({ battery });
      return decoded.outcome === "events" ? decoded.events[0]?.phase : decoded.outcome;
    });
    expect(told).toEqual(["raise", "ignored", "ignored", "clear", "ignored"]);
  });

  test("a radar that sees nobody does not clear a fall", () => {
    expect(bare({ detection_status: "vacant" }).outcome).toBe("ignored");
    expect(eventsOf(bare({ detection_status: "normal" }))[0]).toMatchObject({
      code: "life.fall",
      phase: "clear",
    });
  });
});
