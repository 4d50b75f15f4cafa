import { captured, defineProfile } from "../../src/device-kit/index.ts";
import { available, motion, sound, streamStatus } from "./cameras.ts";
import { objectUpdates, trackedObjects, triggers } from "./objects.ts";
import { reviews } from "./reviews.ts";

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
  tier: "gold",
  messages: [
    reviews,
    trackedObjects,
    objectUpdates,
    triggers,
    available,
    streamStatus,
    motion,
    ...STATE_TOPICS.map((path) => ({ path, ignore: "telemetry", device: captured("camera") }) as const),
    { path: "{camera}/audio/transcription", ignore: "telemetry", device: captured("camera") },
    sound,
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
