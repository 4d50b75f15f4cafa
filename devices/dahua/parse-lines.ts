import { parseJson, type Parsed } from "../../src/device-kit/index.ts";
import { dahuaEvent, type DahuaEvent } from "./event.ts";

/**
 * Boundary and header lines stand before it, or nothing; several can be in one message. Where a device
 * pushes by itself, the index can be missing.
 */
const HEAD =
  /(?<!\S)Code=([^;=\s]{1,64});\s*action=([^;\s]{1,32})(?:;\s*index=(-?\d{1,9})|(?=;\s*data=))(?:\s*;\s*data=\s*(?=\{))?/g;
const HEARTBEAT = /(?<!\S)Heartbeat(?!\S)/;

/** Reads the text of an event stream: lines `Code=…;action=…;index=…;data={…}`, or a heartbeat. */
export function readLines(source: string): Parsed {
  const events: DahuaEvent[] = [];
  const head = new RegExp(HEAD);
  for (let found = head.exec(source); found; found = head.exec(source)) {
    const [, code, action, index] = found;
    let data: unknown;
    if (source[head.lastIndex] === "{") {
      const { parsed, end } = readObject(source, head.lastIndex);
      if (parsed.fault !== undefined) return parsed;
      data = parsed.body;
      head.lastIndex = end;
    }
    const event = dahuaEvent(code, action, Number(index), data);
    if (event) events.push(event);
  }
  if (events.length > 0) return { body: { Events: events } };
  if (HEARTBEAT.test(source)) return { body: { heartbeat: "Heartbeat" } };
  return { fault: "malformed", detail: "neither an event nor a heartbeat" };
}

/** The JSON object that begins at `from`, and where it ends. */
function readObject(source: string, from: number): { readonly parsed: Parsed; readonly end: number } {
  // Mostly no other event follows, and the last brace of the message is found faster than the object's own.
  if (!source.includes("Code=", from)) {
    const end = source.lastIndexOf("}") + 1;
    const parsed = parseJson(source.slice(from, end));
    if (parsed.fault === undefined) return { parsed, end };
  }
  const end = objectEnd(source, from);
  return { parsed: parseJson(source.slice(from, end)), end };
}

/** Where the JSON object that begins at `from` ends; the end of the text when it does not. */
function objectEnd(source: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  return source.length;
}
