import { captured, defineProfile, noTime } from "../../src/device-kit/index.ts";
import { dahuaMessage } from "./parser.ts";
import { dahuaRedact } from "./redact.ts";
import { dahuaRules } from "./rules.ts";

/**
 * Dahua cameras, recorders, door stations and access controllers: the event stream of
 * `eventManager.cgi` passed on by a relay, or what newer devices push by themselves.
 */
export const dahua = defineProfile({
  id: "dahua",
  title: { zh: "大华摄像机与门禁", en: "Dahua cameras and access control" },
  vendor: "Dahua",
  transports: ["http", "mqtt"],
  prefix: "dahua",
  kind: "camera",
  tier: "silver",
  messages: [
    {
      path: "{device...}",
      parse: dahuaMessage,
      device: captured("device"),
      // Each event of a message has its own.
      time: noTime,
      redact: [
        ...dahuaRedact("Events.*.Data"),
        { path: "Events.*.Data.ImageEncode", how: "dropped", what: "picture of the person, where pushed" },
      ],
      rules: dahuaRules,
      otherwise: "no_code",
    },
  ],
});
