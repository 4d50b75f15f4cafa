import {
  defineProfile,
  each,
  edge,
  equals,
  exists,
  field,
  first,
  ignored,
  isoTime,
  lookup,
  oneOf,
  outer,
  siteCode,
  type MessageSpec,
  type Rule,
} from "../../src/device-kit/index.ts";
import { EDITION_2011, EDITION_2016 } from "./codes.ts";
import { manscdp } from "./parser.ts";

const command = field("CmdType");

/** What a device notifies of beside alarms; the last three since 2022. */
const TELEMETRY = [
  "MobilePosition",
  "MediaStatus",
  "DeviceUpgradeResult",
  "UploadSnapShotFinished",
  "VideoUploadNotify",
] as const;

/**
 * A device tells that an alarm began and never that it ended, so a further one after a minute is a new
 * beginning; rules end the incident by time.
 */
const alarm = (edition: string, codes: Readonly<Record<string, string>>): Rule =>
  edge({
    when: [equals(outer(field("edition")), edition)],
    code: siteCode(field("kind"), codes),
    phase: "raise",
    property: field("kind"),
    expiresAfter: 60,
  });

const message = (path: string): MessageSpec => ({
  path,
  parse: manscdp,
  device: field("DeviceID"),
  time: isoTime(field("AlarmTime"), "device"),
  attributes: {
    alarmMethod: field("AlarmMethod"),
    alarmPriority: field("AlarmPriority"),
    event: lookup(field("eventType"), { 1: "enter", 2: "leave" }),
  },
  redact: [
    { path: "AlarmDescription", how: "dropped", what: "free text" },
    { path: "Longitude", how: "dropped", what: "where a mobile device is" },
    { path: "Latitude", how: "dropped", what: "where a mobile device is" },
    { path: "DeviceList.Item.*.Name", how: "harmless", what: "name of a channel in a catalogue" },
    { path: "DeviceList.Item.*.Address", how: "dropped", what: "address of a device in a catalogue" },
  ],
  rules: [
    first(
      ignored("heartbeat", equals(command, "Keepalive")),
      ignored("command", oneOf(field("root"), "Query", "Control")),
      // Answers, also that an alarm has arrived or was reset.
      ignored("metadata", equals(field("root"), "Response")),
      ignored("metadata", equals(command, "Catalog")),
      ignored("command", equals(command, "Broadcast")),
      ignored("telemetry", oneOf(command, ...TELEMETRY)),
      each(field("alarms"), alarm("2016", EDITION_2016), alarm("2011", EDITION_2011)),
      ignored("no_code", equals(command, "Alarm"), exists(field("AlarmMethod"))),
    ),
  ],
  otherwise: { undecodable: "schema", detail: "an alarm without a method, or a command that is not known" },
});

/** GB/T 28181 messages (MANSCDP) that a video platform passes on; SIP itself is not spoken here. */
export const gb28181 = defineProfile({
  id: "gb28181",
  title: { zh: "GB/T 28181 报警", en: "GB/T 28181 alarms" },
  vendor: "GB/T 28181",
  transports: ["http", "mqtt"],
  prefix: "gb28181",
  kind: "camera",
  tier: "silver",
  messages: [message(""), message("{rest...}")],
});
