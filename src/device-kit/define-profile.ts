import type { Aside, Decoded } from "../domain/event.ts";
import type { Profile, ProfileInput } from "../ports.ts";
import { Unreadable, type Collector } from "./collector.ts";
import { compileAttributes, compileName, compileRules } from "./compile-rules.ts";
import { compileFlags } from "./flags.ts";
import { LIMITS } from "./limits.ts";
import { compilePattern, type Captures } from "./pattern.ts";
import { faultOf } from "./profile-fault.ts";
import type { Scope } from "./scope.ts";
import type { IgnoredMessage, MessageSpec, ProfileSpec, ReadMessage } from "./spec.ts";
import { compileTime } from "./times.ts";

/** A profile written as data, which the linter and the catalogue can read again. */
export interface DataProfile extends Profile {
  readonly spec: ProfileSpec;
}

type Decode = (input: ProfileInput, captures: Captures) => Decoded;

const NO_CONFIG = Object.freeze({});

/**
 * Makes a profile from its data. Throws on malformed paths; the rest of a message is compiled when the
 * first of its kind arrives, because a hub hears few of the vendors it could. What is malformed there is
 * found by the linter. Decoding never throws.
 */
export function defineProfile(spec: ProfileSpec): DataProfile {
  const { id, title, vendor, transports, prefix, kind, tier } = spec;
  const messages = spec.messages.filter((message) => !isBeyondPrefix(message)).map(compile);
  const beyond = spec.messages.filter(isBeyondPrefix).map(compile);

  function below(path: string): readonly string[] | undefined {
    if (prefix === "") return path.split("/");
    if (path === prefix) return [];
    return path.startsWith(prefix) && path[prefix.length] === "/"
      ? path.slice(prefix.length + 1).split("/")
      : undefined;
  }

  return {
    id,
    title,
    vendor,
    transports,
    prefix,
    kind,
    tier,
    readsLearnedPaths: beyond.length > 0,
    spec,
    matches(path, transport) {
      const segments = transports.includes(transport) ? below(path) : undefined;
      return segments !== undefined && messages.some((message) => message.fits(segments) !== undefined);
    },
    decode(input) {
      try {
        const segments = below(input.path);
        const whole = segments ?? input.path.split("/");
        for (const message of segments ? messages : beyond) {
          const captures = message.fits(whole);
          if (captures) return message.decode(input, captures);
        }
        return { outcome: "undecodable", reason: "no_profile", detail: `${id} reads no such path` };
      } catch (error) {
        if (error instanceof Unreadable) {
          return { outcome: "undecodable", reason: error.reason, detail: error.message };
        }
        return faultOf(error);
      }
    },
  };
}

function isBeyondPrefix(message: MessageSpec): boolean {
  return "beyondPrefix" in message && message.beyondPrefix;
}

function compile(message: MessageSpec) {
  let compiled: Decode | undefined;
  const decode: Decode = (input, captures) => (compiled ??= compileMessage(message))(input, captures);
  return { fits: compilePattern(message.path), decode };
}

/** Compiles one message. Throws on malformed data (time patterns). */
export function compileMessage(message: MessageSpec): Decode {
  return "ignore" in message ? compileIgnored(message) : compileRead(message);
}

function compileIgnored(message: IgnoredMessage): Decode {
  const readDevice = message.device && compileName(message.device);
  const reason = message.ignore;
  return (input, captures) => {
    const device = readDevice?.({ input, captures, body: undefined, config: NO_CONFIG });
    return { outcome: "ignored", reason, ...(device !== undefined && { device }) };
  };
}

function compileRead(message: ReadMessage): Decode {
  const { parse, otherwise } = message;
  const readDevice = compileName(message.device);
  const readTime = compileTime(message.time);
  const readAttributes = compileAttributes(message.attributes);
  const readFlags = compileFlags(message.flags);
  const apply = compileRules(message.rules);

  function read(scope: Scope, device: string | undefined): Decoded {
    const into: Collector = {
      common: {
        time: readTime(scope),
        flags: readFlags(scope),
        attributes: readAttributes(scope),
      },
      events: [],
    };
    apply(scope, into);
    if (into.events.length > 0) return { outcome: "events", events: into.events };
    if (into.reason !== undefined) return ignoredAs(into.reason, device);
    if (typeof otherwise === "string") return ignoredAs(otherwise, device);
    if (into.silenced) return ignoredAs("no_code", device);
    return { outcome: "undecodable", reason: otherwise.undecodable, detail: otherwise.detail };
  }

  return (input, captures) => {
    const { payload } = input;
    if (payload.byteLength > (parse.maxBytes ?? LIMITS.payloadBytes)) {
      return { outcome: "undecodable", reason: "too_large", detail: `${payload.byteLength} bytes` };
    }
    const nameOnly: Scope = { input, captures, body: undefined, config: NO_CONFIG };
    if (payload.byteLength === 0 && !parse.readsEmpty) return ignoredAs("empty", readDevice(nameOnly));
    const parsed = parse.parse(payload, input, captures);
    if (parsed.fault !== undefined) {
      return { outcome: "undecodable", reason: parsed.fault, detail: parsed.detail, ...asideOf(parsed) };
    }
    const bare: Scope = { ...nameOnly, body: parsed.body };
    const device = readDevice(bare);
    if (isEmpty(parsed.body)) return ignoredAs("empty", device);
    const scope: Scope = device === undefined ? bare : { ...bare, device, config: input.configOf(device) };
    const decoded = read(scope, device);
    return parsed.learned || parsed.asks ? { ...decoded, ...asideOf(parsed) } : decoded;
  };
}

function asideOf({ learned, asks }: Aside): Aside {
  return { ...(learned && { learned }), ...(asks && { asks }) };
}

function ignoredAs(reason: IgnoredMessage["ignore"], device: string | undefined): Decoded {
  return { outcome: "ignored", reason, ...(device !== undefined && { device }) };
}

/** True for a body in which nothing is said: null, an empty text, `{}`, `[]`. */
function isEmpty(body: unknown): boolean {
  if (body === null || body === "") return true;
  return typeof body === "object" && Object.keys(body).length === 0;
}
