import { readKnownTopic, type KnownTopic } from "./known-topic.ts";
import { seenObjects, type SeenObjects } from "./seen-objects.ts";

/** Named values of a notification: texts in XML, in JSON also numbers and truths. */
export type Items = Readonly<Record<string, unknown>>;

/** A notification as it was written, before its topic and source are read. */
interface RawNotification {
  /** With or without namespaces: `tns1:RuleEngine/LineDetector/Crossed`. */
  readonly topic: string;
  /** `Initialized`, `Changed` or `Deleted`. */
  readonly operation?: unknown;
  readonly utcTime?: unknown;
  /** Milliseconds since 1970, where that is how the sender tells the time. */
  readonly timestamp?: unknown;
  readonly source: Items;
  readonly key: Items;
  readonly data: Items;
  /** The values of the source as they stand in an MQTT topic, where they are told there. */
  readonly values?: readonly string[];
}

/** One notification of a device, whichever way it came. */
export interface Notification extends Omit<RawNotification, "values"> {
  /** Without namespaces, and without the name of a rule that some topics end in. */
  readonly topic: string;
  /** The first two words of the topic. */
  readonly family: string;
  /** What of the device it is about: the values of the source, or the rule the topic names. */
  readonly point: string | undefined;
  /** What the table of topics says of it. */
  readonly known: KnownTopic | undefined;
  readonly seen: SeenObjects | undefined;
  /** What was measured. */
  readonly value: unknown;
}

/** Topics below these end in the name of a rule or profile that somebody made at the device. */
const APPLICATIONS = "CameraApplicationPlatform/";
const MOTION_DETECTION = "RuleEngine/VMD3/";

/** Reads topic and source of a notification. */
export function toNotification(raw: RawNotification): Notification {
  const { operation, utcTime, timestamp, key, data, values } = raw;
  const full = withoutNamespaces(raw.topic);
  const end = endOfBase(full);
  const topic = end < 0 ? full : full.slice(0, end);
  const rule = end < 0 ? undefined : full.slice(end + 1);
  const isOfCredential = isAboutCredential(full);
  const known = readKnownTopic(topic, operation, data);
  return {
    topic,
    family: familyOf(topic),
    operation,
    utcTime,
    timestamp,
    source: sourceOf(full, rule, raw, isOfCredential),
    key,
    data,
    point: rule ?? (isOfCredential ? undefined : pointOf(values ?? Object.values(raw.source))),
    known,
    seen: known ? undefined : seenObjects(topic, operation, data),
    value: measured(data),
  };
}

/** `tns1:Device/tnsaxis:Sensor/PIR` → `Device/Sensor/PIR`. */
function withoutNamespaces(written: string): string {
  const topic = written.trim();
  if (!topic.includes(":")) return topic;
  const words = topic.split("/");
  return words.map((word) => word.slice(word.indexOf(":") + 1)).join("/");
}

/** A number with or without quotes is the same number; XML has only texts. */
function measured({ Value: value }: Items): unknown {
  return typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

/** Where the topic of an application ends and the name of a rule follows; -1 when there is no such name. */
function endOfBase(topic: string): number {
  let end = -1;
  if (topic.startsWith(APPLICATIONS)) end = topic.indexOf("/", APPLICATIONS.length + 1);
  else if (topic.startsWith(MOTION_DETECTION)) end = MOTION_DETECTION.length - 1;
  return end < topic.length - 1 ? end : -1;
}

function familyOf(topic: string): string {
  const end = topic.indexOf("/", topic.indexOf("/") + 1);
  return end < 0 ? topic : topic.slice(0, end);
}

/** True for topics whose source is a person's credential, not a part of the device. */
function isAboutCredential(topic: string): boolean {
  return topic.startsWith("Credential/") || topic.startsWith("Configuration/Credential/");
}

/**
 * The source with a name for what only stands in the topic: the rule an application's topic ends in, and
 * where a message has no source of its own, what its values mean: a rule's name is the last of them.
 */
function sourceOf(
  topic: string,
  rule: string | undefined,
  { source, values = [] }: RawNotification,
  isOfCredential: boolean,
): Items {
  if (rule !== undefined) return { ...source, Rule: rule };
  if (values.length === 0 || Object.keys(source).length > 0) return source;
  if (topic.startsWith("RuleEngine/")) return { Rule: values.at(-1) };
  return isOfCredential ? { CredentialToken: values[0] } : source;
}

/** Joined as they are in an MQTT topic, which has no `#` and `+`, so that both ways name the same point. */
function pointOf(values: readonly unknown[]): string | undefined {
  let point: string | undefined;
  for (const value of values) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") continue;
    const word = String(value).replaceAll(/[#+]/g, "").trim();
    if (word !== "") point = point === undefined ? word : `${point}/${word}`;
  }
  return point;
}
