import { AXIS_TOPICS } from "./axis-topics.ts";
import type { Items } from "./notification.ts";
import type { TopicMeaning, Topics } from "./topic-meaning.ts";
import { ONVIF_TOPICS } from "./topics.ts";

const TOPICS: Topics = { ...ONVIF_TOPICS, ...AXIS_TOPICS };
const MEANINGS = new Map(Object.entries(TOPICS));

/** What a notification of a known topic tells, besides its code. */
export interface KnownTopic {
  readonly kind: TopicMeaning["kind"];
  /** As it was written; false when a property that lasts exists no more. */
  readonly state?: unknown;
}

/** Codes of the topics of these kinds, by topic. */
export function codesOf(...kinds: readonly TopicMeaning["kind"][]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(TOPICS).flatMap(([topic, { kind, code }]) =>
      kinds.includes(kind) && code !== undefined ? [[topic, code]] : [],
    ),
  );
}

/** Looks a topic up and finds its state among the data; undefined when it says nothing that is known. */
export function readKnownTopic(topic: string, operation: unknown, data: Items): KnownTopic | undefined {
  const meaning = MEANINGS.get(topic);
  if (!meaning) return undefined;
  const { kind, items } = meaning;
  if (operation === "Deleted") {
    return kind === "state" || kind === "presence" ? { kind, state: false } : undefined;
  }
  const item = items.find((name) => Object.hasOwn(data, name));
  if (item !== undefined) return { kind, state: data[item] };
  return kind === "presence" ? { kind, state: true } : { kind };
}
