import {
  body,
  codeTable,
  constant,
  each,
  edge,
  epochSeconds,
  equals,
  field,
  ignored,
  json,
  noTime,
  oneOf,
  outer,
  pseudonym,
  type MessageSpec,
  type Source,
} from "../../src/device-kit/index.ts";
import { LABELS } from "./labels.ts";

const type = field("type");
const after = (path: string): Source => field(`after.${path}`);

/** Review items: one per camera and episode, whose severity can rise. */
export const reviews: MessageSpec = {
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
};

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
