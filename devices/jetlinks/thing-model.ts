import {
  constant,
  each,
  edge,
  epochMilliseconds,
  exists,
  field,
  first,
  firstTime,
  level,
  outer,
  phaseTable,
  readPath,
  siteCode,
  type ProfileInput,
  type Rule,
} from "../../src/device-kit/index.ts";
import { positionOf } from "../generic-json/position.ts";
import { siteWord } from "../generic-json/site-word.ts";

/** A property that the installation gave a meaning. */
interface Reading {
  readonly word: string;
  readonly position: "on" | "off";
  readonly time?: unknown;
}

/** A property as a platform passes it on. */
export interface Property {
  readonly name: string;
  readonly value: unknown;
  /** Milliseconds since 1970, where it has a time of its own. */
  readonly time?: unknown;
}

/**
 * The properties that can make events: those with a configured code. Undefined when one of them says
 * neither that the condition lasts nor that it is over.
 */
export function readingsOf(
  properties: readonly Property[],
  input: ProfileInput,
  device: string,
): readonly Reading[] | undefined {
  const readings: Reading[] = [];
  for (const { name, value, time } of properties) {
    const meaning = siteWord(input, device, name);
    if (meaning === undefined || meaning === "ignore" || value === null || value === undefined) continue;
    const position = positionOf(value);
    if (position === undefined) return undefined;
    readings.push({ word: name, position, ...(time !== undefined && { time }) });
  }
  return readings;
}

/** Whether an event begins or ends a condition, by the field that the binding's `fields.phase` names. */
export function eventPosition(
  body: unknown,
  input: ProfileInput,
  otherwise: string,
): "on" | "off" | undefined {
  return positionOf(readPath(body, (input.options.fields?.["phase"] ?? otherwise).split(".")));
}

const PHASES = { on: "raise", off: "clear" } as const;
const ownTime = firstTime(epochMilliseconds(field("time")), epochMilliseconds(outer(field("time"))));

/** Properties of a thing: `readings` of the message, each by its own time or the message's. */
export const propertyRule: Rule = each(
  field("readings"),
  level({
    code: siteCode(field("word"), {}),
    phase: phaseTable(field("position"), PHASES),
    property: field("word"),
    time: ownTime,
  }),
);

/** An event of a thing: `event` is its id, `position` whether it begins or ends something. */
export const eventRule: Rule = first(
  edge({
    when: [exists(field("position"))],
    code: siteCode(field("event"), {}),
    phase: phaseTable(field("position"), PHASES),
    property: field("event"),
    attributes: { reported: field("event") },
  }),
  edge({
    code: siteCode(field("event"), {}),
    phase: "pulse",
    attributes: { reported: field("event") },
  }),
);

/** Presence: `presence` of the message is `online`, `offline` or `removed`. */
export const presenceRules: readonly Rule[] = [
  level({
    code: "device.offline",
    phase: phaseTable(field("presence"), { offline: "raise", online: "clear" }),
    property: constant("presence"),
  }),
  edge({ code: "device.removed", phase: phaseTable(field("presence"), { removed: "pulse" }) }),
];
