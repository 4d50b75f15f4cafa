import { constant, defineProfile, field, firstOf, noTime } from "../../src/device-kit/index.ts";
import { vtoMessage } from "../dahua/parser.ts";
import { dahuaRedact } from "../dahua/redact.ts";
import { dahuaEventRule } from "../dahua/rules.ts";

/** Dahua door stations over DahuaVTO2MQTT: one event a message, its code in the topic. */
export const dahuaVto = defineProfile({
  id: "dahua-vto",
  title: { zh: "大华门口机（DahuaVTO2MQTT）", en: "Dahua door stations (DahuaVTO2MQTT)" },
  vendor: "elad-bar/DahuaVTO2MQTT",
  transports: ["mqtt"],
  prefix: "DahuaVTO",
  kind: "gate",
  tier: "silver",
  messages: [
    { path: "Command/{rest...}", ignore: "command" },
    // How long the lock stays open is read from the station's settings; no sensor tells it.
    { path: "MagneticLock/Status", ignore: "telemetry" },
    {
      path: "{code}/Event",
      parse: vtoMessage,
      device: firstOf(field("serialNumber"), constant("vto")),
      time: noTime,
      redact: dahuaRedact("Data"),
      rules: [dahuaEventRule],
      otherwise: "no_code",
    },
  ],
});
