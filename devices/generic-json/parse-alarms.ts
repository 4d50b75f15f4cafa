import {
  isPersonalKey,
  LIMITS,
  parseJson,
  readPath,
  textOf,
  type Captures,
  type Parsed,
  type Parser,
  type ProfileInput,
} from "../../src/device-kit/index.ts";
import { ALARM_WORDS, NO_ALARM } from "./alarm-words.ts";
import { positionOf } from "./position.ts";
import { siteWord } from "./site-word.ts";

/** The parts of an alarm, by the name under which the binding's `fields` may say where they stand. */
const PARTS = ["device", "code", "time", "point", "id", "phase", "score"] as const;
type Part = (typeof PARTS)[number];

type Parts = Readonly<Partial<Record<Part, string | number | boolean>>>;

/** An alarm with its parts in known places, and nothing else of the message. */
type Alarm = Parts & { readonly device: string; readonly position?: "on" | "off" };

/**
 * Takes the parts of one alarm or of a list of them out of JSON, as the binding says; everything else
 * (pictures, names) is left behind here. A word without meaning makes the whole message a dead letter, so
 * that it is seen, and can be replayed when the map is complete.
 */
export const alarms: Parser = {
  format: "JSON alarms",
  parse(payload, input, captures) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const list = listOf(parsed.body, input);
    if (!list) return { fault: "schema", detail: "there is no list where the binding says" };
    if (list.length > LIMITS.events)
      return { fault: "too_large", detail: `more than ${LIMITS.events} alarms` };
    return readAlarms(list, input, captures);
  },
};

function listOf(body: unknown, { options }: ProfileInput): readonly unknown[] | undefined {
  const path = options.fields?.["list"];
  const found = path === undefined ? body : readPath(body, path.split("."));
  if (Array.isArray(found)) return found;
  return path === undefined ? [found] : undefined;
}

function readAlarms(list: readonly unknown[], input: ProfileInput, captures: Captures): Parsed {
  const places = placesOf(input.options.fields);
  const read: Alarm[] = [];
  for (const member of list) {
    const parts: { -readonly [name in Part]?: string | number | boolean } = {};
    for (const [part, path] of places) {
      const value = readPath(member, path);
      if (isSingle(value)) parts[part] = value;
    }
    const device = parts.device === undefined ? captures["device"] : String(parts.device);
    if (device === undefined)
      return { fault: "schema", detail: "no device is named, in the message or the path" };
    if (parts.code === undefined)
      return { fault: "schema", detail: "there is no code where the binding says" };
    const word = String(parts.code);
    const meaning = siteWord(input, device, word);
    if (meaning === "ignore" || (meaning === undefined && NO_ALARM.has(word))) continue;
    if (meaning === undefined && !Object.hasOwn(ALARM_WORDS, word)) {
      return {
        fault: "unknown_code",
        detail: "an alarm whose word neither the binding's codes nor the table has",
      };
    }
    const position = positionOf(parts.phase);
    read.push({ ...parts, device, code: word, ...(position && { position }) });
  }
  return { body: { alarms: read } };
}

type Fields = NonNullable<ProfileInput["options"]["fields"]>;
type Places = readonly (readonly [part: Part, path: readonly string[]])[];

const placesOf = createPlaces();

/**
 * Makes a reader of where the parts stand; nowhere when what is pointed at is a person's. A binding says it
 * once for all its messages, so what was found is kept as long as the binding is.
 */
function createPlaces(): (fields: Fields | undefined) => Places {
  const usual = findPlaces({});
  const found = new WeakMap<Fields, Places>();
  return (fields) => {
    if (!fields) return usual;
    let places = found.get(fields);
    if (!places) found.set(fields, (places = findPlaces(fields)));
    return places;
  };
}

function findPlaces(fields: Fields): Places {
  return PARTS.flatMap((part): Places => {
    const path = (fields[part] ?? part).split(".");
    return path.some(isPersonal) ? [] : [[part, path]];
  });
}

/** Whose name it is, only the step before tells: a camera's is none of a person. */
function isPersonal(step: string, at: number, path: readonly string[]): boolean {
  return isPersonalKey(step === "name" ? `${path[at - 1] ?? "device"}Name` : step);
}

function isSingle(value: unknown): value is string | number | boolean {
  return (
    (typeof value === "string" && value !== "") || typeof value === "number" || typeof value === "boolean"
  );
}
