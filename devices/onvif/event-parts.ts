import {
  epochMilliseconds,
  equals,
  field,
  firstOf,
  firstTime,
  isoTime,
  type Source,
} from "../../src/device-kit/index.ts";

/** What a notification is about. */
export const TOPIC = field("topic");

/** A data item of a notification. */
export const data = (name: string): Source => field(`data.${name}`);

const RULE = firstOf(field("source.Rule"), field("source.RuleName"));

/** The word an installation gives a meaning to: the name of the rule, else the topic. */
export const RULE_OR_TOPIC = firstOf(RULE, TOPIC);

/** What every event of a notification carries. */
export const EVENT_PARTS = {
  point: field("point"),
  // A time without an offset is UTC, as the standard says.
  time: firstTime(isoTime(field("utcTime"), "utc"), epochMilliseconds(field("timestamp"))),
  // Told of every property when somebody subscribes: a present state, not a change.
  flags: { initial: [equals(field("operation"), "Initialized")] },
  attributes: {
    topic: TOPIC,
    rule: RULE,
    objectId: firstOf(data("ObjectId"), data("objectId"), field("key.ObjectId")),
    classes: firstOf(data("ClassTypes"), data("classTypes")),
  },
} as const;
