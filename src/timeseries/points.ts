import type { SecurityEvent } from "../domain/event.ts";
import type { Incident, IncidentTransition, TransitionKind } from "../domain/incident.ts";
import { TAXONOMY } from "../domain/taxonomy.ts";
import { SECOND } from "../domain/time.ts";
import type { Points } from "../ports.ts";
import { fieldsOf, lineOf, seriesOf } from "./line.ts";

/** Series of events known at a time; beyond that all are forgotten and made again. */
const SERIES = 100_000;

/** What a line of an incident's history makes of it; evidence changes nothing and has no point. */
const TO_STATUS: Readonly<Record<TransitionKind, string | undefined>> = {
  opened: "open",
  evidence: undefined,
  escalated: "escalated",
  ended: "ended",
  resumed: "resumed",
  verified: "verified",
  latched: "latched",
  reopened: "reopened",
  acknowledged: "acknowledged",
  closed: "closed",
};

/** Makes the points of what the store keeps; see `Points`. */
export function createPoints(): Points {
  const known = new Map<string, string>();

  function eventSeries({
    estateId: estate,
    deviceId: device,
    code,
    phase,
  }: Pick<SecurityEvent, "estateId" | "deviceId" | "code" | "phase">): string {
    const key = `${code}\n${phase}\n${estate}\n${device}`;
    const there = known.get(key);
    if (there !== undefined) return there;
    if (known.size >= SERIES) known.clear();
    const severity = TAXONOMY[code]?.severity ?? "P5";
    const made = seriesOf("security_event", { code, device, estate, phase, severity });
    known.set(key, made);
    return made;
  }

  return {
    event(event) {
      const { id, value, flags } = event;
      const reading = typeof value === "boolean" ? Number(value) : value;
      return {
        series: eventSeries(event),
        fields: fieldsOf("security_event", {
          n: 1,
          event_id: id,
          // What is said in words would be free text; a field has one type for ever.
          value: typeof reading === "number" && Number.isFinite(reading) ? reading : undefined,
          late: flags.includes("late"),
        }),
      };
    },
    transition(incident, transition) {
      const toStatus = TO_STATUS[transition.kind];
      if (toStatus === undefined) return undefined;
      const { estateId: estate, type, severity, id, rule, verification } = incident;
      return {
        series: seriesOf("incident_transition", {
          category: categoryOf(type),
          estate,
          severity,
          to_status: toStatus,
          type,
        }),
        fields: fieldsOf("incident_transition", {
          n: 1,
          incident_id: id,
          rule: rule.id,
          rule_version: rule.version,
          verification,
          ...seconds(incident, transition),
        }),
      };
    },
    recordedCase({ estateId: estate, type, unit, id }, n) {
      return {
        series: seriesOf("recorded_case", { category: categoryOf(type), estate, type, unit }),
        fields: fieldsOf("recorded_case", { n, case_id: id }),
      };
    },
    line: lineOf,
  };
}

/** From the hub's knowing to the first reaction and to the closing, on the lines that tell of these. */
function seconds({ detectedAt, acknowledgedAt }: Incident, { kind, at }: IncidentTransition) {
  const since = Math.max(0, at - detectedAt) / SECOND;
  if (kind === "acknowledged") return { seconds_to_ack: since };
  if (kind !== "closed") return {};
  // A closing without an acknowledgement before it is the first reaction itself.
  return { seconds_to_close: since, ...(acknowledgedAt === at && { seconds_to_ack: since }) };
}

function categoryOf(type: string): string {
  return TAXONOMY[type]?.category ?? "other";
}
