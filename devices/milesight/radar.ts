import {
  each,
  edge,
  epochSeconds,
  field,
  phaseTable,
  siteCode,
  type Rule,
} from "../../src/device-kit/index.ts";
import type { At } from "./at.ts";
import { condition } from "../condition.ts";

const type = field("alarm_type");

/** Alarms of the radar; `occupied` and `vacant` are no alarms to us. */
const ALARMS = {
  fall: "life.fall",
  lying_down: "life.fall",
  motionless: "life.inactivity",
  dwell: "life.inactivity",
  out_of_bed: "life.inactivity",
  bradynea: "life.medical",
  tachypnea: "life.medical",
};

/** What a single alarm has in common, now or out of the radar's store. */
const alarm = {
  code: siteCode(type, ALARMS),
  // Ignored: somebody at the device said that it was none.
  phase: phaseTable(field("alarm_status"), {
    alarm_triggered: "raise",
    alarm_deactivated: "clear",
    alarm_ignored: "clear",
  }),
  property: type,
  point: field("region_id"),
  // A lost "deactivated" must not hide the next alarm of its kind.
  expiresAfter: 3_600,
  attributes: { alarmId: field("alarm_id") },
} as const;

/**
 * Fall radar VS373. Its status and its alarm tell the same fall, under the same property. A status of
 * `vacant` clears nothing: somebody who lies still on the floor can look like nobody.
 */
export const radarRules = (at: At): readonly Rule[] => [
  each(at("events"), edge(alarm)),
  each(
    at("history"),
    edge({
      ...alarm,
      time: epochSeconds(field("timestamp")),
      key: [field("alarm_id"), type, field("alarm_status"), field("timestamp")],
      keyTime: epochSeconds(field("timestamp")),
    }),
  ),
  condition({
    of: at("detection_status"),
    name: "fall",
    code: "life.fall",
    raised: ["fall"],
    cleared: ["normal", "in_bed", "out_of_bed"],
  }),
];
