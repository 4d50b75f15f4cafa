import {
  constant,
  defineProfile,
  dryContact,
  each,
  epochMilliseconds,
  equals,
  exists,
  field,
  first,
  firstTime,
  flag,
  ignored,
  level,
  noTime,
  outer,
  phaseTable,
  siteCode,
  type MessageSpec,
  type Redaction,
  type Rule,
} from "../../src/device-kit/index.ts";
import { sparkplugMessage } from "./parse-message.ts";

const redact: readonly Redaction[] = [{ path: "metrics.*.name", how: "harmless", what: "name of a metric" }];

/**
 * A birth says that the node or device is there, a death that it is gone. Both by the hub's clock: a node's
 * death is its will, written when it connected, and must compare with the birth that follows.
 */
const presence: Rule = flag({
  time: noTime,
  of: field("online"),
  property: constant("online"),
  on: ["no"],
  off: ["yes"],
  whenOn: { code: "device.offline", phase: "raise" },
  whenOff: { code: "device.offline", phase: "clear" },
});

const metric = field("metric");
/** What one metric carries beside its value. */
const details = {
  point: metric,
  property: constant("value"),
  time: firstTime(epochMilliseconds(field("timestamp")), epochMilliseconds(outer(field("timestamp")))),
  flags: {
    initial: [equals(outer(field("kind")), "birth")],
    replayed: [equals(field("historical"), "yes")],
  },
};

const metrics: Rule = each(
  field("metrics"),
  first(
    level({
      ...details,
      when: [exists(field("position"))],
      code: siteCode(metric, {}),
      phase: phaseTable(field("position"), { on: "raise", off: "clear" }),
    }),
    dryContact({
      ...details,
      of: field("value"),
      on: [true],
      off: [false],
      whenOn: { code: "device_input.on", phase: "state" },
      whenOff: { code: "device_input.off", phase: "state" },
    }),
  ),
);

const common = {
  device: field("device"),
  time: epochMilliseconds(field("timestamp")),
  redact,
} as const;

const birth = (path: string): MessageSpec => ({
  ...common,
  path,
  parse: sparkplugMessage("birth"),
  rules: [presence, metrics],
  otherwise: "telemetry",
});

const data = (path: string): MessageSpec => ({
  ...common,
  path,
  parse: sparkplugMessage("data"),
  rules: [metrics],
  otherwise: "telemetry",
});

const death = (path: string): MessageSpec => ({
  ...common,
  path,
  parse: sparkplugMessage("death"),
  rules: [presence, ignored("superseded", equals(field("kind"), "superseded"))],
  otherwise: { undecodable: "schema", detail: "neither a death nor one of an earlier session" },
});

/**
 * Sparkplug B: edge nodes and the devices behind them. Births name the metrics and give them aliases, data
 * may use the aliases alone. What a metric means, the installation says by its name.
 */
export const sparkplug = defineProfile({
  id: "sparkplug",
  title: { zh: "Sparkplug B 工业网关", en: "Sparkplug B edge nodes" },
  vendor: "Eclipse Sparkplug",
  transports: ["mqtt"],
  prefix: "spBv1.0",
  kind: "sensor",
  tier: "gold",
  messages: [
    { path: "STATE/{host}", ignore: "telemetry" },
    data("{group}/NDATA/{node}"),
    data("{group}/DDATA/{node}/{device}"),
    birth("{group}/NBIRTH/{node}"),
    birth("{group}/DBIRTH/{node}/{device}"),
    death("{group}/NDEATH/{node}"),
    death("{group}/DDEATH/{node}/{device}"),
    { path: "{group}/NCMD/{node}", ignore: "command" },
    { path: "{group}/DCMD/{node}/{device}", ignore: "command" },
  ],
});
