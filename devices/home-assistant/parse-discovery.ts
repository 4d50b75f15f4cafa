import {
  parseJson,
  textOf,
  type Json,
  type Lesson,
  type Parsed,
  type Parser,
  type ProfileInput,
} from "../../src/device-kit/index.ts";
import { announcedBy, Unfit, type Announced } from "./announced.ts";
import { isConfig, writtenOut } from "./config-keys.ts";
import { entitiesOf, topicsOf, type Entity } from "./entity.ts";

/** Entities of one kind that can make events, on one topic. */
const ENTITIES = 200;
/** Devices whose presence one topic tells: a bridge's status, repeated in the messages of all its devices. */
const DEVICES = 100;
/** Entities of one topic of which no event comes; more would say nothing new. */
const SILENT = 20;
/** Characters of a lesson. */
const LESSON = 100_000;

/**
 * Learns what topics mean. A lesson stands under each topic (its entities) and under the path of the
 * discovery message (its topics), so that a changed or withdrawn message takes back what it said before.
 */
export const discovery: Parser = {
  format: "Home Assistant discovery",
  readsEmpty: true,
  parse(payload, input, captures) {
    const body = { announced: true };
    if (payload.byteLength === 0) return taught(body, lessonsOf(input, []));
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    if (!isConfig(parsed.body)) return { fault: "schema", detail: "a discovery message is an object" };
    try {
      const { component = "", node, object = "" } = captures;
      const named = node === undefined ? object : `${node}/${object}`;
      const announced = announcedBy(input.path, component, named, writtenOut(parsed.body));
      return taught(body, lessonsOf(input, announced));
    } catch (error) {
      if (error instanceof Unfit) return { fault: "schema", detail: error.message };
      throw error;
    }
  },
};

function taught(body: unknown, lessons: readonly Lesson[] | undefined): Parsed {
  if (!lessons) {
    return { fault: "too_large", detail: "more entities on one topic than are remembered" };
  }
  return lessons.length > 0 ? { body, learned: lessons } : { body };
}

/** What is news in a discovery message; undefined when it is too much. */
function lessonsOf(
  { path, recall }: ProfileInput,
  announced: readonly Announced[],
): readonly Lesson[] | undefined {
  const byTopic = Map.groupBy(announced, ([topic]) => topic);
  const lessons: Lesson[] = [];
  const teach = (key: string, value: Json | null): boolean => {
    const before = recall(key) ?? null;
    const json = JSON.stringify(value);
    if (json.length > LESSON) return false;
    if (json !== JSON.stringify(before)) lessons.push({ key, value });
    return true;
  };

  for (const topic of new Set([...topicsOf(recall(path)), ...byTopic.keys()])) {
    const others = entitiesOf(recall(topic)).filter(({ by }) => by !== path);
    const entities = merged(
      others,
      (byTopic.get(topic) ?? []).map(([, entity]) => entity),
    );
    if (!entities || !teach(topic, lessonOf(entities))) return undefined;
  }
  const topics = [...byTopic.keys()];
  return teach(path, topics.length === 0 ? null : { topics }) ? lessons : undefined;
}

function merged(others: readonly Entity[], own: readonly Entity[]): readonly Entity[] | undefined {
  const entities = [...others];
  for (const entity of own) {
    const { kind } = entity;
    const alike = entities.filter((other) => other.kind === kind);
    if (kind === "telemetry" || kind === "command") {
      if (alike.length < SILENT) entities.push(entity);
    } else if (kind === "availability") {
      const known = alike.some(({ device }) => device === entity.device);
      if (!known && alike.length < DEVICES) entities.push(entity);
    } else if (alike.length < ENTITIES) {
      entities.push(entity);
    } else {
      return undefined;
    }
  }
  return entities;
}

/** What is taught of a topic. One of which no event comes is left to any other profile that reads it. */
function lessonOf(entities: readonly Entity[]): Json | null {
  if (entities.length === 0) return null;
  const silent = entities.every(({ kind }) => kind === "telemetry" || kind === "command");
  // Entities are plain JSON; their type does not say so because of its optional members.
  return { ...(silent && { yields: true }), entities: entities as unknown as Json };
}
