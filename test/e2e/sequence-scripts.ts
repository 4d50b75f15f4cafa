/** The sequences of the device facts: what is sent, in order, and what must become of it. */
import { sharedBytes } from "../devices/support.ts";

/** One message through one of the hub's doors; `path` is the vendor's. */
export interface Step {
  readonly via: "mqtt" | "http" | "tcp";
  readonly path: string;
  readonly payload: string | Uint8Array;
  readonly contentType?: string;
}

/** A sequence, played in an estate and by a gateway of its own. */
export interface Sequence {
  readonly number: number;
  readonly name: string;
  /** The profiles whose messages are sent. */
  readonly profiles: readonly string[];
  readonly steps: readonly Step[];
  /** Events of these codes that are stored, oldest first: `device code phase transition`. */
  readonly about?: RegExp;
  readonly events: readonly string[];
  /** Incidents that stand afterwards: `type severity`, each once. */
  readonly incidents: readonly string[];
  /** Messages that were ignored, by reason. */
  readonly ignored?: Readonly<Record<string, number>>;
  /** Reasons of the dead letters. */
  readonly dead?: readonly string[];
  /** Devices the hub has heard of afterwards, also without an event. */
  readonly devices?: readonly string[];
}

const mqtt = (path: string, payload: unknown): Step => ({
  via: "mqtt",
  path,
  payload: typeof payload === "string" || payload instanceof Uint8Array ? payload : JSON.stringify(payload),
});
const http = (path: string, payload: string | Uint8Array): Step => ({ via: "http", path, payload });
const z2m = (device: string, payload: unknown): Step => mqtt(`zigbee2mqtt/${device}`, payload);
const times = (count: number, make: (at: number) => Step): readonly Step[] =>
  Array.from({ length: count }, (_, at) => make(at));

const HEARTBEAT = `<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<ipAddress>192.0.2.7</ipAddress><macAddress>02:00:00:00:00:07</macAddress><channelID>1</channelID>
<dateTime>2026-03-01T08:00:00+08:00</dateTime><activePostCount>0</activePostCount>
<eventType>videoloss</eventType><eventState>inactive</eventState><eventDescription>videoloss alarm</eventDescription>
</EventNotificationAlert>`;

/** The same alarm as its camera repeats it, a second later each time. */
function repeatedIntrusion(at: number): string {
  return sharedBytes("hik_isapi_fielddetection_human.xml")
    .toString()
    .replace("<activePostCount>1<", `<activePostCount>${at + 1}<`)
    .replace("13:53:05", `13:53:0${5 + at}`);
}

/** The review as it was before its severity rose, and after. */
function review(): { readonly before: object; readonly after: object } {
  return JSON.parse(sharedBytes("frigate_reviews_update.json").toString()) as {
    before: object;
    after: object;
  };
}

const CONTACT = { Device: "0x5FA7", Name: "Garage Entry Door Sensor", Endpoint: 1, LinkQuality: 66 };
const AXIS_INITIAL = [
  "fence_guard",
  "global_scene_change",
  "io_port",
  "loitering_guard",
  "motion_region",
  "storage_alert",
];

/**
 * Profiles whose messages other end-to-end tests take from a real client to stored events: `life.test.ts`,
 * and the rebirth in `sequences.test.ts`.
 */
const ELSEWHERE: readonly string[] = ["native", "sparkplug"];

/** Profiles of which an end-to-end test finds events in the store. */
export const endToEnd = (): ReadonlySet<string> =>
  new Set([
    ...ELSEWHERE,
    ...sequences()
      .filter(({ events }) => events.length > 0)
      .flatMap(({ profiles }) => profiles),
  ]);

/** The sequences in the order of the facts; the thirteenth has a test of its own. */
export const sequences = (): readonly Sequence[] => [
  {
    number: 1,
    name: "three leaks and a clear: one raise, one clear",
    profiles: ["zigbee2mqtt"],
    steps: ["alarm", "alarm", "alarm", "clear"].map((word) =>
      z2m("leak", sharedBytes(`z2m_water_leak_${word}.json`)),
    ),
    about: /^facility/,
    events: [
      "zigbee2mqtt:leak facility.water_leak raise edge",
      "zigbee2mqtt:leak facility.water_leak clear edge",
    ],
    incidents: ["facility.water_leak P3"],
  },
  {
    number: 2,
    name: "null is neither: nothing",
    profiles: ["zigbee2mqtt"],
    steps: [z2m("leak", { water_leak: null, linkquality: 60 })],
    events: [],
    incidents: [],
    ignored: { telemetry: 1 },
    devices: ["zigbee2mqtt:leak"],
  },
  {
    number: 3,
    name: "a Tasmota door contact opens and closes",
    profiles: ["tasmota"],
    steps: [
      mqtt("tele/tasmota_E1890E/5FA7/SENSOR", sharedBytes("tasmota_zigbee_contact_open.json")),
      mqtt("tele/tasmota_E1890E/5FA7/SENSOR", { ZbReceived: { "0x5FA7": { ...CONTACT, Contact: 0 } } }),
    ],
    about: /^access/,
    events: [
      "tasmota:Garage Entry Door Sensor access.door_opened state initial",
      "tasmota:Garage Entry Door Sensor access.door_closed state edge",
    ],
    incidents: [],
  },
  {
    number: 4,
    name: "an SOS, never cleared by the idle report",
    profiles: ["zigbee2mqtt"],
    steps: [
      z2m("button", sharedBytes("z2m_sos_emergency.json")),
      z2m("button", { action: "", battery: 100, linkquality: 18 }),
    ],
    about: /^life/,
    events: ["zigbee2mqtt:button life.sos pulse edge"],
    incidents: ["life.sos P1"],
    ignored: { telemetry: 1 },
  },
  {
    number: 5,
    name: "a smoke test is a test, not a fire",
    profiles: ["zigbee2mqtt"],
    steps: [z2m("smoke", { smoke: false, test: true, tamper: false, battery_low: false, trouble: false })],
    about: /^device\.test|raise/,
    events: ["zigbee2mqtt:smoke device.test raise edge"],
    incidents: [],
  },
  {
    number: 6,
    name: "a hundred heartbeats of a camera: no incident, one sign of life",
    profiles: ["hikvision"],
    steps: times(100, () => http("hikvision/cam-6", HEARTBEAT)),
    events: [],
    incidents: [],
    ignored: { heartbeat: 100 },
    devices: ["hikvision:cam-6"],
  },
  {
    number: 7,
    name: "an intrusion repeated five times: one raise",
    profiles: ["hikvision"],
    steps: times(5, (at) => http("hikvision/cam-7", repeatedIntrusion(at))),
    events: ["hikvision:cam-7 intrusion.perimeter raise edge"],
    incidents: [],
  },
  {
    number: 8,
    name: "Initialized tells a state: no alarm",
    profiles: ["axis"],
    steps: AXIS_INITIAL.map((name) => http("axis/cam-8", sharedBytes(`axis_${name}_init.xml`))),
    about: / (?!initial)\w+$/,
    events: [],
    incidents: [],
    devices: ["axis:cam-8"],
  },
  {
    number: 9,
    name: "a raise over one transport, its clear over another: the same point",
    profiles: ["axis"],
    steps: [
      http("axis/cam-9", sharedBytes("axis_pir_active.xml")),
      mqtt("axis/cam-9/event/Device/Sensor/PIR", sharedBytes("axis_mqtt_pir_inactive.json")),
    ],
    events: ["axis:cam-9 intrusion.motion raise edge", "axis:cam-9 intrusion.motion clear edge"],
    incidents: [],
  },
  {
    number: 10,
    name: "an encrypted alarm without a key is kept, and the line stays open",
    profiles: ["sia-dc09"],
    steps: [
      { via: "tcp", path: "", payload: sharedBytes("sia_dc09_encrypted.txt") },
      { via: "tcp", path: "", payload: sharedBytes("sia_dc09_sia_closing_xdata.txt") },
    ],
    about: /^system|device\.undecodable/,
    events: ["sia-dc09:AAA system.arm pulse edge"],
    incidents: [],
    dead: ["encrypted"],
  },
  {
    number: 11,
    name: "a review that rises from detection to alert raises the same incident",
    profiles: ["frigate"],
    steps: [
      mqtt("frigate/reviews", { type: "new", before: review().before, after: review().before }),
      mqtt("frigate/reviews", sharedBytes("frigate_reviews_update.json")),
    ],
    about: /person/,
    events: [
      "frigate:front_cam intrusion.person_detected raise edge",
      "frigate:front_cam intrusion.person_detected raise edge",
    ],
    incidents: ["intrusion.person_detected P2"],
  },
  {
    number: 12,
    name: "discoveries and commands are ignored with their reason, and no unknown devices",
    profiles: ["home-assistant", "zigbee2mqtt"],
    steps: [
      mqtt("homeassistant/binary_sensor/garden/config", sharedBytes("ha_discovery_motion_config.json")),
      z2m("siren/set", { alarm: true }),
    ],
    events: [],
    incidents: [],
    ignored: { discovery: 1, command: 1 },
    devices: [],
  },
  {
    number: 14,
    name: "a state means what its discovery said",
    profiles: ["home-assistant"],
    steps: [
      mqtt("homeassistant/binary_sensor/garden/config", sharedBytes("ha_discovery_motion_config.json")),
      mqtt("homeassistant/binary_sensor/garden/state", sharedBytes("ha_state_motion_on.txt")),
      mqtt("homeassistant/binary_sensor/garden/state", "OFF"),
    ],
    events: [
      "home-assistant:01ad intrusion.motion raise edge",
      "home-assistant:01ad intrusion.motion clear edge",
    ],
    incidents: [],
    ignored: { discovery: 1 },
  },
];
