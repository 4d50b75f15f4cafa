import {
  captured,
  defineProfile,
  field,
  isoTime,
  type MessageSpec,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import { presence } from "../presence.ts";
import { lorawanDevices, zigbeeDevices } from "./bridged.ts";
import { cardRedactions, ownInputs } from "./own-inputs.ts";
import { report } from "./parse-report.ts";

const device = captured("device");

/** `SENSOR` and `RESULT` hold whatever is there to report. */
const readings = {
  parse: report,
  device,
  time: isoTime(field("Time"), "device"),
  redact: [
    ...cardRedactions,
    { path: "ZbReceived.*.Name", how: "harmless", what: "name of a device" },
    { path: "LwReceived.*.Name", how: "harmless", what: "name of a device" },
  ],
  rules: [zigbeeDevices, lorawanDevices, ...ownInputs],
  otherwise: "telemetry",
} satisfies Omit<ReadMessage, "path">;

const lastWill = presence({ device, property: "LWT", offline: "Offline", online: "Online" });

/** The messages with a kind of topic put before or after the device's own, as its FullTopic says. */
const below = (place: (kind: string) => string): readonly MessageSpec[] => [
  { ...lastWill, path: `${place("tele")}/LWT` },
  { ...readings, path: `${place("tele")}/SENSOR` },
  { ...readings, path: `${place("tele")}/RESULT` },
  // A Zigbee bridge that gives each of its devices a topic (SetOption89).
  { ...readings, path: `${place("tele")}/{bridged}/SENSOR` },
  { ...readings, path: `${place("stat")}/RESULT` },
  { path: `${place("tele")}/{rest...}`, ignore: "telemetry", device },
  { path: `${place("stat")}/{rest...}`, ignore: "telemetry", device },
  { path: `${place("cmnd")}/{rest...}`, ignore: "command" },
];

/**
 * Tasmota: switches, card readers and radio receivers of its own, and devices behind its Zigbee and
 * LoRaWAN bridges, which are keys of the message.
 */
export const tasmota = defineProfile({
  id: "tasmota",
  title: { zh: "Tasmota 设备与网桥", en: "Tasmota devices and bridges" },
  vendor: "arendst/Tasmota",
  transports: ["mqtt"],
  prefix: "",
  kind: "sensor",
  tier: "gold",
  messages: [...below((kind) => `${kind}/{device}`), ...below((kind) => `{device}/${kind}`)],
});
