import type { Items } from "./notification.ts";
import { OFF, ON } from "./words.ts";

/** What kinds of objects a camera sees; a kind it says nothing of is absent. */
export interface SeenObjects {
  readonly human?: boolean;
  readonly vehicle?: boolean;
  /** Something of another kind, or of none that is told. */
  readonly other?: boolean;
}

const HUMAN = new Set(["human", "person", "people", "face"]);
const VEHICLE = new Set([
  "vehicle",
  "vehicle_other",
  "car",
  "truck",
  "bus",
  "van",
  "motorcycle",
  "bicycle",
  "bike",
  "motorcycle_bicycle",
]);
const ACTIVE = new Set<unknown>(ON);
const INACTIVE = new Set<unknown>(OFF);

/** Reads the kinds of objects from the two topics that list them. */
export function seenObjects(topic: string, operation: unknown, data: Items): SeenObjects | undefined {
  switch (topic) {
    case "CameraApplicationPlatform/ObjectAnalytics":
      return ofScenario(operation, data);
    case "RuleEngine/ObjectDetection/Object":
      return ofDetector(operation, data);
    default:
      return undefined;
  }
}

/**
 * A scenario of AXIS Object Analytics is active while any object meets it and names the kinds that did.
 * When it ends it ends for every kind, whichever the last message names.
 */
function ofScenario(operation: unknown, { active, classTypes }: Items): SeenObjects | undefined {
  if (operation === "Deleted" || INACTIVE.has(active)) return { human: false, vehicle: false, other: false };
  if (!ACTIVE.has(active)) return undefined;
  const kinds = words(classTypes);
  const human = kinds.some((kind) => HUMAN.has(kind));
  const vehicle = kinds.some((kind) => VEHICLE.has(kind));
  return {
    ...(human && { human }),
    ...(vehicle && { vehicle }),
    ...(!human && !vehicle && { other: true }),
  };
}

/** The standard's object detection lists all kinds in view; an empty list says that there is none. */
function ofDetector(operation: unknown, { ClassTypes: classTypes }: Items): SeenObjects | undefined {
  if (operation === "Deleted") return { human: false, vehicle: false };
  if (typeof classTypes !== "string" && !Array.isArray(classTypes)) return undefined;
  const kinds = words(classTypes);
  return {
    human: kinds.some((kind) => HUMAN.has(kind)),
    vehicle: kinds.some((kind) => VEHICLE.has(kind)),
  };
}

function words(list: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(list) ? list : [list];
  return texts.flatMap((text) => (typeof text === "string" ? text.toLowerCase().split(/[\s,]+/) : []));
}
