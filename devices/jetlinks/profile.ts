import {
  captured,
  defineProfile,
  epochMilliseconds,
  field,
  type MessageSpec,
  type Source,
} from "../../src/device-kit/index.ts";
import { presence, propertyReport, thingEvent } from "./parse-message.ts";
import { eventRule, presenceRules, propertyRule } from "./thing-model.ts";

const THING = "/{product}/{device}";
const CHILD = `${THING}/child/{child}`;

/** What is read of a device, or of a child behind one. */
function thing(base: string, device: Source): readonly MessageSpec[] {
  const common = {
    device,
    time: epochMilliseconds(field("time")),
    redact: [],
    otherwise: "telemetry",
  } as const;
  const present = (word: string, said: "online" | "offline" | "removed"): MessageSpec => ({
    ...common,
    path: `${base}/${word}`,
    parse: presence(said),
    rules: presenceRules,
  });
  return [
    { ...common, path: `${base}/properties/report`, parse: propertyReport, rules: [propertyRule] },
    { ...common, path: `${base}/event/{event}`, parse: thingEvent, rules: [eventRule] },
    present("online", "online"),
    present("offline", "offline"),
    present("unregister", "removed"),
    { path: `${base}/properties/{rest...}`, ignore: "command", device },
    { path: `${base}/function/{rest...}`, ignore: "command", device },
    { path: `${base}/state-check/{rest...}`, ignore: "heartbeat", device },
    { path: `${base}/state-check`, ignore: "heartbeat", device },
    { path: `${base}/register`, ignore: "discovery", device },
    { path: `${base}/tags`, ignore: "metadata", device },
    { path: `${base}/metadata/derived`, ignore: "metadata", device },
    { path: `${base}/firmware/{rest...}`, ignore: "metadata", device },
    { path: `${base}/log`, ignore: "bridge_log", device },
    { path: `${base}/direct`, ignore: "no_codec", device },
  ];
}

/**
 * JetLinks' official protocol: the topic says which device speaks and of what, the body has values of the
 * product's thing model. What an event or a property means, the installation says by its id.
 */
export const jetlinks = defineProfile({
  id: "jetlinks",
  title: { zh: "JetLinks 物联网平台", en: "JetLinks IoT platform" },
  vendor: "JetLinks",
  transports: ["mqtt"],
  prefix: "",
  kind: "sensor",
  tier: "silver",
  messages: [
    ...thing(CHILD, captured("child")),
    // An older edition of the protocol.
    {
      path: `${CHILD}/connected`,
      parse: presence("online"),
      device: captured("child"),
      time: epochMilliseconds(field("time")),
      redact: [],
      rules: presenceRules,
      otherwise: "telemetry",
    },
    {
      path: `${CHILD}/disconnect`,
      parse: presence("offline"),
      device: captured("child"),
      time: epochMilliseconds(field("time")),
      redact: [],
      rules: presenceRules,
      otherwise: "telemetry",
    },
    { path: `${THING}/child-reply/{child}/{rest...}`, ignore: "command" },
    ...thing(THING, captured("device")),
    { path: `${THING}/disconnect`, ignore: "command" },
    { path: `${THING}/disconnect/reply`, ignore: "command" },
  ],
});
