import {
  codeTable,
  constant,
  edge,
  epochSeconds,
  equals,
  exists,
  field,
  first,
  firstOf,
  firstTime,
  ignored,
  json,
  noTime,
  not,
  oneOf,
  phaseTable,
  pseudonym,
  type MessageSpec,
  type Source,
} from "../../src/device-kit/index.ts";
import { LABELS } from "./labels.ts";
import { server } from "./server.ts";

const type = field("type");
const after = (path: string): Source => field(`after.${path}`);
/** Null, a name, or `[name, score]`. */
const subLabel = firstOf(after("sub_label.0"), after("sub_label"));

/** What the messages about one tracked object have in common. */
const enrichment = {
  phase: "pulse",
  key: [field("id"), type, field("timestamp")],
  keyTime: epochSeconds(field("timestamp")),
} as const;

/** Single tracked objects: seen, changed, gone. */
export const trackedObjects: MessageSpec = {
  path: "events",
  parse: json,
  device: after("camera"),
  time: firstTime(epochSeconds(after("end_time")), epochSeconds(after("frame_time"))),
  redact: [
    { path: "before.sub_label", how: "dropped", what: "name of a recognised person or plate" },
    { path: "before.recognized_license_plate", how: "dropped", what: "licence plate" },
    { path: "after.sub_label", how: "hashed", what: "name of a recognised person or plate" },
    { path: "after.sub_label.*", how: "hashed", what: "the same, as a list with its score" },
    { path: "after.recognized_license_plate", how: "hashed", what: "licence plate" },
    { path: "before.attributes.face", how: "harmless", what: "score that a face is seen" },
    { path: "after.attributes.face", how: "harmless", what: "score that a face is seen" },
    { path: "before.attributes.license_plate", how: "harmless", what: "score that a plate is seen" },
    { path: "after.attributes.license_plate", how: "harmless", what: "score that a plate is seen" },
  ],
  rules: [
    first(
      ignored("false_positive", equals(after("false_positive"), true)),
      edge({
        code: codeTable(after("label"), LABELS),
        phase: phaseTable(type, { new: "raise", update: "raise", end: "clear" }),
        property: constant("object"),
        key: [after("id"), type, after("entered_zones")],
        keyTime: epochSeconds(after("start_time")),
        attributes: {
          objectId: after("id"),
          label: after("label"),
          score: after("top_score"),
          zones: after("entered_zones"),
          stationary: after("stationary"),
          subLabelHash: pseudonym(subLabel),
          plateHash: pseudonym(after("recognized_license_plate")),
        },
      }),
    ),
  ],
  otherwise: "no_code",
};

/** What was found out about an object later: a face, a plate, a description. */
export const objectUpdates: MessageSpec = {
  path: "tracked_object_update",
  parse: json,
  device: firstOf(field("camera"), server),
  time: epochSeconds(field("timestamp")),
  redact: [
    {
      path: "name",
      how: "hashed",
      what: "name of a recognised person, or of the owner of a known plate",
    },
    { path: "plate", how: "hashed", what: "licence plate" },
    { path: "sub_label", how: "hashed", what: "class of an object, which can be a name" },
    { path: "description", how: "dropped", what: "generated text about the object, people included" },
  ],
  attributes: { objectId: field("id"), update: type, score: field("score") },
  rules: [
    first(
      ignored("enrichment", equals(type, "face"), not(exists(field("name")))),
      ignored("enrichment", equals(type, "lpr"), not(exists(field("plate")))),
      edge({
        ...enrichment,
        when: [equals(type, "face")],
        code: "info.person_recognized",
        attributes: { nameHash: pseudonym(field("name")) },
      }),
      edge({
        ...enrichment,
        when: [equals(type, "lpr")],
        code: "info.plate_read",
        attributes: { plateHash: pseudonym(field("plate")), nameHash: pseudonym(field("name")) },
      }),
      edge({
        ...enrichment,
        when: [oneOf(type, "description", "classification")],
        code: "info.enrichment",
        attributes: {
          model: field("model"),
          attribute: field("attribute"),
          subLabelHash: pseudonym(field("sub_label")),
        },
      }),
    ),
  ],
  otherwise: "enrichment",
};

/** Semantic triggers about an object. */
export const triggers: MessageSpec = {
  path: "triggers",
  parse: json,
  device: firstOf(field("camera"), server),
  time: noTime,
  redact: [{ path: "name", how: "harmless", what: "name of the trigger" }],
  rules: [
    edge({
      when: [exists(field("event_id"))],
      code: "info.enrichment",
      phase: "pulse",
      key: [field("event_id"), field("name"), type],
      attributes: {
        objectId: field("event_id"),
        trigger: field("name"),
        match: type,
        score: field("score"),
      },
    }),
  ],
  otherwise: { undecodable: "schema", detail: "event_id is missing" },
};
