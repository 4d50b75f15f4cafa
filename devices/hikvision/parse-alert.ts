import { readPath, withPictures, xmlOrJson, type Parser } from "../../src/device-kit/index.ts";
import { CAMERA_EVENTS, METADATA_EVENTS, OTHER_EVENTS } from "./camera-events.ts";

type Members = Readonly<Record<string, unknown>>;

const document = withPictures(xmlOrJson("Duration", "DetectionRegionEntry"));

/** The vendor's spelling of every known event type, by its small letters. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [...Object.keys(CAMERA_EVENTS), ...METADATA_EVENTS, ...Object.values(OTHER_EVENTS)].map((word) => [
    word.toLowerCase(),
    word,
  ]),
);

/** Recorders number their network cameras from here on. */
const RECORDER_OFFSET = 32;

/**
 * An EventNotificationAlert as XML or JSON, alone or with pictures. Beside what it says, the body has
 * - `kind`: the event type, out of a `duration` the one it stands for, a traffic event as `AID/<aidType>`;
 * - `point`: the number of the camera, without a recorder's offset;
 * - `target`, `region`: the first object and region of an analysis;
 * - `access`: `major/sub` of an access-control event;
 * - `replayed`: true when it was stored and is sent again.
 */
export const alertDocument: Parser = {
  ...document,
  format: "EventNotificationAlert",
  parse(payload, input, captures) {
    const read = document.parse(payload, input, captures);
    if (read.fault !== undefined || isNothing(read.body)) return read;
    const alert = alertOf(read.body);
    const kind = alert && kindOf(alert);
    if (alert === undefined || kind === undefined) {
      return { fault: "schema", detail: "eventType is missing" };
    }
    const entry = regionOf(alert);
    return {
      body: {
        ...alert,
        kind,
        point: pointOf(alert),
        target: text(readPath(entry, ["detectionTarget"]) ?? alert["targetType"]),
        region: text(readPath(entry, ["regionID"])),
        access: accessOf(alert),
        replayed: isReplayed(alert),
      },
    };
  },
};

/** The alert itself; some JSON senders wrap it in its own name. */
function alertOf(body: unknown): Members | undefined {
  const wrapped = readPath(body, ["EventNotificationAlert"]);
  return members(wrapped) ?? members(body);
}

function kindOf(alert: Members): string | undefined {
  const type = text(alert["eventType"]);
  const relation = type === undefined || type === "duration" ? relationOf(alert) : undefined;
  const word = relation ?? type;
  if (word === undefined || word === "") return undefined;
  const full = word.toLowerCase() === "aid" ? `AID/${text(find(alert, "aidType", 4)) ?? ""}` : word;
  return SPELLINGS.get(full.toLowerCase()) ?? full;
}

/** What a `duration` alert is about. */
function relationOf(alert: Members): string | undefined {
  const list = alert["DurationList"];
  const first = readPath(list, ["Duration", "0"]) ?? readPath(list, ["Duration"]) ?? readPath(list, ["0"]);
  return text(readPath(first, ["relationEvent"]) ?? readPath(first, ["Duration", "relationEvent"]));
}

function pointOf(alert: Members): string | undefined {
  const dynamic = text(alert["dynChannelID"]);
  if (dynamic !== undefined) return dynamic;
  const channel = text(alert["channelID"]);
  const number = Number(channel);
  return Number.isInteger(number) && number > RECORDER_OFFSET ? String(number - RECORDER_OFFSET) : channel;
}

/** The first region of an analysis; lists are written in four ways. */
function regionOf(alert: Members): unknown {
  const list = alert["DetectionRegionList"];
  return (
    readPath(list, ["DetectionRegionEntry", "0"]) ??
    readPath(list, ["0", "DetectionRegionEntry"]) ??
    readPath(list, ["DetectionRegionEntry"]) ??
    readPath(list, ["0"])
  );
}

function accessOf(alert: Members): string | undefined {
  const event = alert["AccessControllerEvent"];
  const major = text(readPath(event, ["majorEventType"]));
  const sub = text(readPath(event, ["subEventType"]));
  return major === undefined || sub === undefined ? undefined : `${major}/${sub}`;
}

function isReplayed(alert: Members): boolean {
  const current = text(readPath(alert["AccessControllerEvent"], ["currentEvent"]));
  return current === "false" || text(alert["isDataRetransmission"]) === "true";
}

/** The first member of a name, wherever it stands: firmwares put it in different places. */
function find(value: unknown, name: string, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return undefined;
  if (Object.hasOwn(value, name)) return readPath(value, [name]);
  for (const member of Object.values(value)) {
    const found = find(member, name, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function members(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined;
}

function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function isNothing(body: unknown): boolean {
  return body === null || body === "" || (typeof body === "object" && Object.keys(body).length === 0);
}
