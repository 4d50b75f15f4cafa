import { parseJson, textOf, type Parsed, type Parser } from "../../src/device-kit/index.ts";
import { isConfig } from "./config-keys.ts";
import { entitiesOf, type Entity } from "./entity.ts";
import { render } from "./value-template.ts";

/** What a message says of one entity. */
interface Reading {
  readonly kind: Entity["kind"];
  readonly device: string;
  readonly deviceName?: string;
  readonly point?: string;
  readonly deviceClass?: string;
  readonly momentary: "yes" | "no";
  readonly position?: "on" | "off";
  /** What a button or an event entity reports. */
  readonly word?: string;
}

/**
 * `absent`: nothing is said of the entity · `unreadable`: its template is not one we can be sure of ·
 * `mismatch`: neither of its positions · `broken`: JSON was announced and is not there.
 */
type Silence = "absent" | "unreadable" | "mismatch" | "broken";

/** Values by which a publisher says that it does not know. */
const UNKNOWN: ReadonlySet<string> = new Set(["", "None", "null", "unknown", "unavailable"]);

/** Reads a message on a topic that discovery messages announced, for each of its entities. */
export const announcedState: Parser = {
  format: "a state as announced",
  parse(payload, input): Parsed {
    const entities = entitiesOf(input.recall(input.path));
    if (entities.length === 0) {
      return { fault: "not_learned", detail: "no discovery message has announced this topic" };
    }
    const text = textOf(payload).trim();
    const spoken = entities.filter(({ kind }) => kind !== "telemetry" && kind !== "command");
    if (spoken.length === 0) {
      return {
        body: {
          readings: [],
          silence: entities.some(({ kind }) => kind === "telemetry") ? "absent" : "command",
        },
      };
    }
    const json = spoken.some(needsJson) ? bodyOf(text) : undefined;
    const read = spoken.map((entity) => readingOf(entity, text, json));
    const readings = read.filter((one) => typeof one === "object");
    const silences = new Set(read.filter((one) => typeof one === "string"));
    if (readings.length === 0 && silences.has("mismatch")) {
      return { fault: "schema", detail: "not one of the announced payloads" };
    }
    if (readings.length === 0 && silences.has("broken")) {
      return { fault: "malformed", detail: "not the JSON that was announced" };
    }
    const silence = silences.has("unreadable") ? "unreadable" : "absent";
    return { body: { device: spoken[0]?.device, readings, silence } };
  },
};

function bodyOf(text: string): unknown {
  const parsed = parseJson(text);
  return parsed.fault === undefined ? parsed.body : undefined;
}

const needsJson = ({ kind, value }: Entity): boolean =>
  kind === "event" || (typeof value === "object" && value.of === "json");

function readingOf(entity: Entity, text: string, json: unknown): Reading | Silence {
  const { kind, device, value, deviceName, point, deviceClass, momentary } = entity;
  if (device === undefined || value === "unreadable") return "unreadable";
  const about = {
    kind,
    device,
    momentary: momentary ? "yes" : "no",
    ...(deviceName !== undefined && { deviceName }),
    ...(point !== undefined && { point }),
    ...(deviceClass !== undefined && { deviceClass }),
  } as const;
  if (kind === "event") {
    if (json === undefined) return "broken";
    const type = isConfig(json) ? json["event_type"] : undefined;
    return typeof type === "string" && type !== "" ? { ...about, word: type } : "absent";
  }
  const rendered = value === undefined ? { text } : render(value, text, json);
  if (typeof rendered === "string") return rendered;
  const given = rendered.text;
  if (kind === "trigger") {
    const { on, word } = entity;
    const pulled = on === undefined || on.includes(given);
    return pulled && word !== undefined ? { ...about, word } : "absent";
  }
  if (entity.on?.includes(given)) return { ...about, position: "on" };
  if (entity.off?.includes(given)) return { ...about, position: "off" };
  return UNKNOWN.has(given) || entity.between?.includes(given) === true ? "absent" : "mismatch";
}
