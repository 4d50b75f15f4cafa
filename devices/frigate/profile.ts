import {
  body,
  captured,
  codeTable,
  constant,
  defineProfile,
  each,
  edge,
  epochSeconds,
  equals,
  exists,
  field,
  first,
  firstOf,
  firstTime,
  flag,
  ignored,
  json,
  jsonOrWord,
  level,
  noTime,
  not,
  oneOf,
  outer,
  phaseTable,
  pseudonym,
  text,
  type Source,
} from "../../src/device-kit/index.ts";
import { LABELS, SOUNDS } from "./labels.ts";

/** The Frigate server itself, where a message is not about one camera. */
const server = constant("frigate");

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

/** Topics of a camera that only mirror a setting or a figure. */
const STATE_TOPICS = [
  "{camera}/{feature}/state",
  "{camera}/audio/all",
  "{camera}/audio/dBFS",
  "{camera}/audio/rms",
];

/**
 * Frigate: object detection on cameras. `reviews` are the source for incidents (one review item per camera
 * and episode, its severity can rise), `events` tell single tracked objects, the rest are states.
 */
export const frigate = defineProfile({
  id: "frigate",
  title: { zh: "Frigate 视频分析", en: "Frigate video analytics" },
  vendor: "blakeblackshear/frigate",
  transports: ["mqtt"],
  prefix: "frigate",
  kind: "camera",
  messages: [
    {
      path: "reviews",
      parse: json,
      device: after("camera"),
      time: noTime,
      redact: [
        { path: "before.data.sub_labels.*", how: "dropped", what: "names of recognised people and plates" },
        { path: "after.data.sub_labels.*", how: "hashed", what: "names of recognised people and plates" },
        { path: "after.data.metadata", how: "dropped", what: "generated description of the scene" },
      ],
      attributes: {
        reviewId: after("id"),
        severity: after("severity"),
        zones: after("data.zones"),
        subLabelHash: pseudonym(after("data.sub_labels")),
      },
      rules: [
        ignored("enrichment", equals(type, "genai")),
        ...[after("data.objects"), after("data.audio")].map((labels) => each(labels, ...reviewRules())),
      ],
      otherwise: "no_code",
    },
    {
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
    },
    {
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
    },
    {
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
    },
    {
      path: "available",
      parse: jsonOrWord("state"),
      device: server,
      time: noTime,
      redact: [],
      rules: [
        flag({
          of: field("state"),
          property: constant("available"),
          on: ["offline", "stopped"],
          off: ["online"],
          whenOn: { code: "device.offline", phase: "raise" },
          whenOff: { code: "device.offline", phase: "clear" },
          attributes: { reported: field("state") },
        }),
      ],
      otherwise: { undecodable: "schema", detail: "neither online, stopped nor offline" },
    },
    {
      path: "{camera}/status/{role}",
      parse: text,
      device: captured("camera"),
      time: noTime,
      redact: [],
      rules: [
        flag({
          when: [not(equals(captured("role"), "audio"))],
          of: body(),
          point: captured("role"),
          property: constant("status"),
          on: ["offline"],
          off: ["online"],
          whenOn: { code: "device.video_loss", phase: "raise" },
          whenOff: { code: "device.video_loss", phase: "clear" },
        }),
        flag({
          when: [equals(captured("role"), "audio")],
          of: body(),
          point: captured("role"),
          property: constant("status"),
          on: ["offline"],
          off: ["online"],
          whenOn: { code: "device.fault", phase: "raise" },
          whenOff: { code: "device.fault", phase: "clear" },
        }),
        // Somebody switched the camera off: no fault, but the hub must know that it is blind.
        flag({
          of: body(),
          point: captured("role"),
          property: constant("enabled"),
          on: ["disabled"],
          off: ["online", "offline"],
          whenOn: { code: "device.config_changed", phase: "raise" },
          whenOff: { code: "device.config_changed", phase: "clear" },
        }),
      ],
      otherwise: { undecodable: "schema", detail: "neither online, offline nor disabled" },
    },
    {
      path: "{camera}/motion",
      parse: text,
      device: captured("camera"),
      time: noTime,
      redact: [],
      rules: [
        flag({
          of: body(),
          property: constant("motion"),
          on: ["ON"],
          off: ["OFF"],
          whenOn: { code: "intrusion.motion", phase: "raise" },
          whenOff: { code: "intrusion.motion", phase: "clear" },
        }),
      ],
      otherwise: { undecodable: "schema", detail: "neither ON nor OFF" },
    },
    ...STATE_TOPICS.map((path) => ({ path, ignore: "telemetry", device: captured("camera") }) as const),
    { path: "{camera}/audio/transcription", ignore: "telemetry", device: captured("camera") },
    {
      path: "{camera}/audio/{sound}",
      parse: text,
      device: captured("camera"),
      time: noTime,
      redact: [],
      rules: [
        level({
          code: codeTable(captured("sound"), SOUNDS),
          phase: phaseTable(body(), { ON: "raise", OFF: "clear" }),
          property: captured("sound"),
          attributes: { label: captured("sound") },
        }),
      ],
      otherwise: "no_code",
    },
    { path: "{camera}/review_status", ignore: "telemetry", device: captured("camera") },
    { path: "restart", ignore: "command" },
    { path: "onConnect", ignore: "command" },
    { path: "notifications/set", ignore: "command" },
    { path: "{camera}/ptz", ignore: "command" },
    { path: "{camera}/{feature}/set", ignore: "command" },
    { path: "{camera}/{feature}/suspend", ignore: "command" },
    { path: "{camera}/{object}/snapshot", ignore: "enrichment", device: captured("camera") },
    { path: "{camera}/{object}", ignore: "telemetry" },
    { path: "{rest...}", ignore: "telemetry" },
  ],
});

/** Raise and clear of one label of a review, told apart by severity, so that a rise of it is an edge. */
function reviewRules() {
  const label = body();
  const changed = outer(type);
  const severity = outer(after("severity"));
  const key = [outer(after("id")), changed, severity, outer(after("data.zones"))];
  const shared = { code: codeTable(label, LABELS), attributes: { label } };
  return [
    edge({
      ...shared,
      when: [equals(changed, "new")],
      phase: "raise",
      property: severity,
      key,
      time: epochSeconds(outer(after("start_time"))),
      keyTime: epochSeconds(outer(after("start_time"))),
    }),
    edge({
      ...shared,
      when: [equals(changed, "update")],
      phase: "raise",
      property: severity,
      key,
      keyTime: epochSeconds(outer(after("start_time"))),
    }),
    // An alert began as a detection: what ends, ends for both.
    ...["alert", "detection"].map((ended) =>
      edge({
        ...shared,
        when: [equals(changed, "end"), oneOf(severity, "alert", ended)],
        phase: "clear",
        property: constant(ended),
        key: [outer(after("id")), changed, constant(ended)],
        time: epochSeconds(outer(after("end_time"))),
        keyTime: epochSeconds(outer(after("start_time"))),
      }),
    ),
  ];
}
