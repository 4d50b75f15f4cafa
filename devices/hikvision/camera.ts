import {
  constant,
  dryContact,
  equals,
  field,
  firstOf,
  ignored,
  level,
  oneOf,
  siteCode,
  type Rule,
} from "../../src/device-kit/index.ts";
import { alertTime } from "./alert-time.ts";
import { CAMERA_EVENTS, METADATA_EVENTS, OTHER_EVENTS } from "./camera-events.ts";

const kind = field("kind");
/** Alerts that have no state are told because something is the case. */
const state = firstOf(field("eventState"), constant("active"));
const density = field("personDensityResult.Target.0.TargetInfo.dataSource");

/** Seconds: while it lasts a device repeats it every second or so, and its end may never come. */
const REPEATED_WITHIN = 60;

/** What a camera or recorder repeats, as the state it is. */
const report = {
  code: siteCode(kind, CAMERA_EVENTS),
  point: field("point"),
  property: kind,
  time: alertTime,
  attributes: {
    eventType: kind,
    target: field("target"),
    region: field("region"),
    channelId: field("channelID"),
    channelName: field("channelName"),
  },
} as const;

/** Signs of life: a video loss that is none, every few seconds, and the heartbeat of terminals. */
export const heartbeats: readonly Rule[] = [
  ignored("heartbeat", equals(kind, OTHER_EVENTS.heartbeat)),
  ignored(
    "heartbeat",
    equals(kind, "videoloss"),
    equals(state, "inactive"),
    oneOf(firstOf(field("activePostCount"), constant(0)), 0, "0"),
  ),
];

/** An alarm input of a camera or recorder: what is wired to it, the installation knows. */
export const input: Rule = dryContact({
  when: [equals(kind, OTHER_EVENTS.input)],
  of: state,
  on: ["active"],
  off: ["inactive"],
  whenOn: { code: "device_input.on", phase: "raise" },
  whenOff: { code: "device_input.on", phase: "clear" },
  point: firstOf(field("inputIOPortID"), field("dynInputIOPortID")),
  property: constant("input"),
  time: alertTime,
  expiresAfter: REPEATED_WITHIN,
  attributes: { channelName: field("channelName") },
});

/** Detections and troubles of cameras and recorders. */
export const camera: readonly Rule[] = [
  ignored("metadata", oneOf(kind, ...METADATA_EVENTS)),
  // Counts are sent all the time; only the other sources of this event are alarms.
  ignored("telemetry", equals(kind, "personDensityDetection"), oneOf(density, "PDC", "timing")),
  ignored(
    "telemetry",
    equals(field("personDensityResult.Target.0.TargetInfo.densityLevelChangeType"), "highToLow"),
  ),
  ignored("telemetry", equals(field("personDensityResult.Target.0.TargetInfo.PQA.countTriggerType"), "less")),
  // The third source is about how long one person stays.
  level({
    ...report,
    when: [equals(density, "DSA"), equals(state, "active")],
    code: "intrusion.loitering",
    phase: "raise",
    property: constant("dwell"),
    expiresAfter: REPEATED_WITHIN,
  }),
  level({ ...report, when: [equals(state, "active")], phase: "raise", expiresAfter: REPEATED_WITHIN }),
  level({ ...report, when: [equals(state, "inactive")], phase: "clear" }),
];
