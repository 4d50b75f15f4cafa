import {
  constant,
  edge,
  exists,
  field,
  firstOf,
  firstTime,
  ignored,
  isoTime,
  lookup,
  not,
  oneOf,
  outer,
  phaseTable,
  pseudonym,
  siteCode,
  type Rule,
  type Source,
} from "../../src/device-kit/index.ts";
import { ISC_CONDITIONS, ISC_DETAILS, ISC_FIGURES, ISC_MOMENTS } from "./isc-events.ts";

/** Seconds: there is no sure sign that a condition is over, so after this a new report is a new one. */
const LASTS = 600;

/**
 * The rules for one event. A linkage event holds the events that set it off: read in one of those, what
 * only the whole has (identity, time, status) stands around it.
 */
export function eventRules(within: "event" | "linkage"): readonly Rule[] {
  const of = (name: string): Source =>
    within === "event" ? field(name) : firstOf(field(name), outer(field(name)));
  const type = field("eventType");
  const status = firstOf(of("status"), constant(0));
  const happened = isoTime(of("happenTime"), "device");
  const sent = outer(field("params.sendTime"));
  const person = field("data.ExtEventPersonNo");

  const details = {
    time: firstTime(happened, isoTime(within === "event" ? sent : outer(sent), "device")),
    // The same event comes once by itself and once more in a linkage; its own identity is in both.
    key: [within === "event" ? field("eventId") : firstOf(field("eventOriginalId"), outer(field("eventId")))],
    keyTime: happened,
  };
  const attributes = {
    eventType: type,
    typeName: field("eventTypeName"),
    sourceName: field("srcName"),
    sourceType: field("srcType"),
    parent: field("srcParentIndex"),
    level: of("eventLvl"),
    status,
    detail: lookup(type, ISC_DETAILS),
    cardHash: pseudonym(field("data.ExtEventCardNo")),
    plateHash: pseudonym(field("data.plateNo")),
  };

  return [
    // The result of a linkage, and pictures that follow: both of an event already told.
    ignored("enrichment", oneOf(status, 4, 5, "4", "5")),
    ignored("telemetry", oneOf(type, ...ISC_FIGURES)),
    edge({
      ...details,
      when: [exists(lookup(type, ISC_CONDITIONS))],
      code: siteCode(type, ISC_CONDITIONS),
      phase: phaseTable(status, { "2": "clear" }, "raise"),
      property: type,
      expiresAfter: LASTS,
      attributes,
    }),
    edge({
      ...details,
      when: [exists(lookup(type, ISC_MOMENTS)), exists(person), not(oneOf(person, "0", 0))],
      code: siteCode(type, ISC_MOMENTS),
      phase: "pulse",
      attributes: { ...attributes, personHash: pseudonym(person) },
    }),
    edge({
      ...details,
      when: [exists(lookup(type, ISC_MOMENTS))],
      code: siteCode(type, ISC_MOMENTS),
      phase: "pulse",
      attributes,
    }),
    // All other numbers: only the installation knows which of them it has subscribed to.
    edge({
      ...details,
      code: siteCode(type, {}),
      phase: phaseTable(status, { "1": "raise", "2": "clear" }, "pulse"),
      property: type,
      expiresAfter: LASTS,
      attributes,
    }),
  ];
}
