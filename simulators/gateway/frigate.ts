import type { Told } from "./message.ts";

type TellsObject = Extract<Told, { kind: "object" }>;
type TellsReview = Extract<Told, { kind: "review" }>;

/** Frigate names objects and reviews by the second they began and some letters. */
function frigateId(thing: { key: string; startedAt?: number }, now: number): string {
  thing.startedAt ??= now;
  return `${seconds(thing.startedAt)}-${thing.key}`;
}

/** A message of `frigate/events`. */
export function objectMessage(camera: string, told: TellsObject, now: number): object {
  const { step: type, object } = told;
  const id = frigateId(object, now);
  const after = {
    id,
    camera,
    frame_time: seconds(now),
    label: object.label,
    sub_label: null,
    top_score: object.score,
    false_positive: false,
    start_time: seconds(object.startedAt ?? now),
    end_time: type === "end" ? seconds(now) : null,
    score: object.score,
    box: [424, 500, 536, 712],
    area: 23_744,
    region: [264, 450, 667, 853],
    current_zones: [object.zone],
    entered_zones: [object.zone],
    has_snapshot: false,
    has_clip: false,
    active: type !== "end",
    stationary: false,
    motionless_count: 0,
    position_changes: 2,
  };
  return { type, before: type === "new" ? { ...after, false_positive: true } : after, after };
}

/** A message of `frigate/reviews`; in `new`, before equals after. */
export function reviewMessage(camera: string, told: TellsReview, now: number): object {
  const { step: type, severity, review } = told;
  const id = frigateId(review, now);
  const after = {
    id,
    camera,
    start_time: seconds(review.startedAt ?? now),
    end_time: type === "end" ? seconds(now) : null,
    severity,
    thumb_path: `/media/frigate/clips/review/thumb-${camera}-${id}.webp`,
    data: {
      detections: review.detections.map((object) => frigateId(object, now)),
      objects: review.objects,
      sub_labels: [],
      zones: review.detections.map(({ zone }) => zone),
      audio: [],
    },
  };
  return { type, before: after, after };
}

function seconds(ms: number): number {
  return ms / 1_000;
}
