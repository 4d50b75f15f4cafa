import {
  LIMITS,
  parseJson,
  textOf,
  withPictures,
  type Parsed,
  type Parser,
  isFields,
} from "../../src/device-kit/index.ts";
import { dahuaEvent } from "./event.ts";
import { readLines } from "./parse-lines.ts";

const document = withPictures({
  format: "lines or JSON",
  parse(payload) {
    const source = textOf(payload);
    return source.trimStart().startsWith("{") ? readJson(source) : readLines(source);
  },
});

/**
 * What a camera, recorder or access controller sends: lines of the event stream, one event as JSON, or the
 * list of events that a device pushes by itself (`Events`) or over DHIP (`params.eventList`), with pictures
 * around it or without. The body is `{ Events }`, or `{ heartbeat }`.
 */
export const dahuaMessage: Parser = {
  format: document.format,
  maxBytes: LIMITS.multipartBytes,
  parse(payload, input, captures) {
    const parsed = document.parse(payload, input, captures);
    if (parsed.fault !== "malformed") return parsed;
    // Parts of an event stream are text and no document; pictures stand behind the text.
    const lines = readLines(textOf(payload.subarray(0, LIMITS.payloadBytes)));
    return lines.fault === undefined ? lines : parsed;
  },
};

/** What DahuaVTO2MQTT publishes: one event, whose code stands in the topic. The body is the event. */
export const vtoMessage: Parser = {
  format: "json",
  parse(payload, _input, { code }) {
    const parsed = parseJson(textOf(payload));
    if (parsed.fault !== undefined) return parsed;
    if (!isFields(parsed.body)) return { fault: "schema", detail: "an event is an object" };
    const { Action, Index, Data, serialNumber } = parsed.body;
    return { body: { ...dahuaEvent(code, Action, Index, Data), serialNumber } };
  },
};

function readJson(source: string): Parsed {
  const parsed = parseJson(source);
  if (parsed.fault !== undefined) return parsed;
  const events = listOf(parsed.body).flatMap((event) => {
    if (!isFields(event)) return [];
    return dahuaEvent(event["Code"], event["Action"], event["Index"], event["Data"]) ?? [];
  });
  return events.length === 0
    ? { fault: "schema", detail: "no event with a code" }
    : { body: { Events: events } };
}

function listOf(body: unknown): readonly unknown[] {
  if (!isFields(body)) return [];
  const { Events, params } = body;
  const list = isFields(params) ? params["eventList"] : Events;
  return Array.isArray(list) ? list : [body];
}
