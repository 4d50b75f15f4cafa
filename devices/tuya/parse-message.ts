import {
  LIMITS,
  parseJson,
  textOf,
  type Parsed,
  type Parser,
  type ProfileInput,
  isFields,
  type Fields,
} from "../../src/device-kit/index.ts";
import { positionOf } from "../generic-json/position.ts";
import { siteWord } from "../generic-json/site-word.ts";
import { DATA_POINTS } from "./data-points.ts";
import { FIRE_EVENTS, fireAlarmOf } from "./fire-alarm.ts";

/** What `bizCode` says of the device as such; the older and the newer names. */
const PRESENCE: ReadonlyMap<unknown, string> = new Map([
  ["online", "online"],
  ["deviceOnline", "online"],
  ["offline", "offline"],
  ["deviceOffline", "offline"],
  ["delete", "removed"],
  ["deviceDelete", "removed"],
]);

/** Data points that are read together, as one event. */
const FIRE_EVENT = "alarm_trace_id";

/** How data points begin whose value is the number of a lock's user. */
const UNLOCK = "unlock_";

/**
 * A message of Tuya's queue, already decrypted: alone, or in its envelope `{protocol, data}`; data points of
 * the older protocol (`status`) or the newer one (`properties`), or a change of the device as such.
 */
export const tuyaMessage: Parser = {
  format: "Tuya message",
  parse(payload, input) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    const message = open(parsed.body);
    if (!isFields(message)) return message === "encrypted" ? ENCRYPTED : ILL_FORMED;
    const biz = isFields(message["bizData"]) ? message["bizData"] : {};
    const device = message["devId"] ?? biz["devId"];
    if (typeof device !== "string" || device === "") return { fault: "schema", detail: "devId is missing" };
    const time = biz["time"] ?? message["ts"] ?? message["t"];
    const presence = PRESENCE.get(message["bizCode"]);
    if (presence !== undefined) return { body: { device, presence, time } };
    const points = message["status"] ?? biz["properties"];
    if (!Array.isArray(points)) return { body: { device, other: "yes" } };
    return readPoints(points.filter(isFields), device, time, input);
  },
};

const ENCRYPTED: Parsed = {
  fault: "encrypted",
  detail: "the data was not decrypted by the queue's consumer",
};
const ILL_FORMED: Parsed = { fault: "schema", detail: "no message of Tuya's queue" };

/** Takes a message out of its envelope. */
function open(body: unknown): Fields | "encrypted" | undefined {
  if (!isFields(body)) return undefined;
  const { data } = body;
  if (data === undefined) return body;
  if (isFields(data)) return data;
  if (typeof data !== "string") return undefined;
  if (!data.trimStart().startsWith("{")) return "encrypted";
  const parsed = parseJson(data);
  return parsed.fault === undefined && isFields(parsed.body) ? parsed.body : undefined;
}

function readPoints(points: readonly Fields[], device: string, time: unknown, input: ProfileInput): Parsed {
  if (points.length > LIMITS.events) {
    return { fault: "too_large", detail: `more than ${LIMITS.events} data points` };
  }
  const isFire = points.some(({ code }) => code === FIRE_EVENT);
  const fire = isFire ? fireAlarmOf(new Map(points.map(({ code, value }) => [code, value]))) : undefined;
  if (isFire && !(fire && isUnderstood(fire.word, input, device))) {
    return { fault: "unknown_code", detail: "a fire event of which text and unit do not say what it is" };
  }
  const read: unknown[] = [];
  for (const point of points) {
    const { code, value } = point;
    if (typeof code !== "string") continue;
    const meaning = siteWord(input, device, code);
    if (meaning === "ignore") continue;
    const position = meaning === undefined ? undefined : positionOf(value);
    if (meaning !== undefined && position === undefined) {
      return { fault: "unknown_code", detail: "a configured data point has a value that is no position" };
    }
    if (position === undefined && !DATA_POINTS.has(code)) continue;
    const t = point["t"] ?? point["time"];
    read.push(code.startsWith(UNLOCK) ? { code, user: value, t, position } : { code, value, t, position });
  }
  return { body: { device, time, points: read, fire } };
}

function isUnderstood(word: string, input: ProfileInput, device: string): boolean {
  return siteWord(input, device, word) !== undefined || Object.hasOwn(FIRE_EVENTS, word);
}
