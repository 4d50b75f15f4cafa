import { isConfig } from "./config-keys.ts";
import type { ValueTemplate } from "./value-template.ts";

/** What a topic means to one entity. Kept as JSON between messages. */
export interface Entity {
  /** Path of the discovery message that announced it. */
  readonly by: string;
  /**
   * `state`: two positions · `availability`: the device is there or gone · `event`: JSON with `event_type` ·
   * `trigger`: a moment · `telemetry`: no event comes of it · `command`: said to the device, not by it.
   */
  readonly kind: "state" | "availability" | "event" | "trigger" | "telemetry" | "command";
  readonly device?: string;
  readonly deviceName?: string;
  readonly point?: string;
  readonly deviceClass?: string;
  readonly on?: readonly string[];
  readonly off?: readonly string[];
  /** On the way from one position to the other. */
  readonly between?: readonly string[];
  /** Only the beginning is sent: `off` follows by itself after a while. */
  readonly momentary?: true;
  /** What a trigger is called. */
  readonly word?: string;
  readonly value?: ValueTemplate | "unreadable";
}

const KINDS: ReadonlySet<unknown> = new Set([
  "state",
  "availability",
  "event",
  "trigger",
  "telemetry",
  "command",
]);

/** The entities of a topic, from what was taught about it. */
export function entitiesOf(taught: unknown): readonly Entity[] {
  const list = isConfig(taught) ? taught["entities"] : undefined;
  return Array.isArray(list) ? list.filter(isEntity) : [];
}

/** The topics a discovery message spoke of, from what was taught about it. */
export function topicsOf(taught: unknown): readonly string[] {
  const list = isConfig(taught) ? taught["topics"] : undefined;
  return Array.isArray(list) ? list.filter((topic) => typeof topic === "string") : [];
}

function isEntity(value: unknown): value is Entity {
  return isConfig(value) && KINDS.has(value["kind"]);
}
