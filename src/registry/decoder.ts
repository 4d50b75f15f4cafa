import type { BindingOptions, DeviceConfig, TopicBinding } from "../domain/estate.ts";
import type { Decoded, Json } from "../domain/event.ts";
import type { DecodedMessage, Decoder, InboundMessage, Profile, ProfileInput, Recall } from "../ports.ts";
import { createPseudonym } from "./pseudonym.ts";

/** What the decoder is made of; look-ups are asked for every message and must be quick. */
export interface DecoderParts {
  /** Asked in this order. */
  readonly profiles: readonly Profile[];
  /** The installation's overrides for a device, by the hub's ids. */
  readonly configOf: (estateId: string, deviceId: string) => DeviceConfig;
  readonly bindingsOf: (gatewayId: string) => readonly TopicBinding[];
  /** Secret of this installation; the same key keeps pseudonyms comparable over the years. */
  readonly pseudonymKey: Uint8Array;
  /** IANA zone of vendor times without an offset, by estate. */
  readonly zoneOf: (estateId: string) => string;
  readonly recall: Recall;
}

/** Id of the profile that reads `devices/{device}/events`. */
const NATIVE = "native";
const asIs = (name: string): string => name;
const NO_OPTIONS: BindingOptions = Object.freeze({});

/**
 * Makes the decoder: route → profile → events. A native device keeps its plain id; a bridged one is
 * `<gateway>:<profile>:<name the vendor uses>`. Never throws: a profile that does becomes a dead letter.
 */
export function createDecoder(parts: DecoderParts): Decoder {
  const { profiles, configOf, bindingsOf, zoneOf, recall } = parts;
  const pseudonym = createPseudonym(parts.pseudonymKey);
  const byId = new Map(profiles.map((profile) => [profile.id, profile]));
  if (byId.size < profiles.length) throw new Error("two profiles have the same id");
  const bridged = profiles.filter((profile) => profile.id !== NATIVE);
  const bySegment = groupBySegment(bridged.filter((profile) => profile.prefix !== ""));
  const anywhere = bridged.filter((profile) => profile.prefix === "");
  const learners = bridged.filter((profile) => profile.readsLearnedPaths);

  function decodeNative(message: InboundMessage, estateId: string, deviceId: string): DecodedMessage {
    const profile = byId.get(NATIVE);
    if (!profile) return unread("no profile reads native events");
    const path = `devices/${deviceId}/events`;
    const decoded = run(
      profile,
      inputOf(message, profile, path, NO_OPTIONS, (name) => configOf(estateId, name)),
    );
    return { profile: NATIVE, decoded, deviceId: asIs };
  }

  function decodeBridged(message: InboundMessage, estateId: string, vendorPath: string): DecodedMessage {
    const bound = bind(bindingsOf(message.gatewayId), vendorPath);
    const profile = bound ? byId.get(bound.profile) : find(vendorPath, message);
    if (!profile || profile.id === NATIVE) {
      return unread(
        bound ? `the gateway's binding names no profile: ${bound.profile}` : "no profile reads this path",
      );
    }
    const path = bound ? below(profile.prefix, bound.rest) : vendorPath;
    const options = bound?.options ?? NO_OPTIONS;
    const stem = `${message.gatewayId}:${profile.id}:`;
    const deviceId = (name: string): string => stem + name;
    const decoded = run(
      profile,
      inputOf(message, profile, path, options, (name) => configOf(estateId, stem + name)),
    );
    return {
      profile: profile.id,
      decoded: bound ? askedBelow(bound.prefix, profile, decoded) : decoded,
      deviceId,
    };
  }

  /**
   * The profile of a path: by its first segment, else one that learned of it, else one without a prefix. What
   * was learned as of no interest (`yields`) leaves the path to a profile that reads it without having learned.
   */
  function find(path: string, { transport, gatewayId, route }: InboundMessage): Profile | undefined {
    const end = path.indexOf("/");
    const candidates = bySegment.get(end < 0 ? path : path.slice(0, end)) ?? [];
    const taught = ({ id }: Profile): Json | undefined => recall(route.estateId, gatewayId, id, path);
    return (
      candidates.find((profile) => profile.matches(path, transport)) ??
      learners.find((profile) => speaks(taught(profile))) ??
      anywhere.find((profile) => profile.matches(path, transport)) ??
      learners.find((profile) => taught(profile) !== undefined)
    );
  }

  function inputOf(
    message: InboundMessage,
    { id }: Profile,
    path: string,
    options: BindingOptions,
    config: ProfileInput["configOf"],
  ): ProfileInput {
    const { transport, payload, contentType, retained, receivedAt, route, gatewayId } = message;
    const { estateId } = route;
    const input = {
      transport,
      path,
      payload,
      retained,
      receivedAt,
      configOf: config,
      pseudonym,
      zone: zoneOf(estateId),
      options,
      recall: (key: string) => recall(estateId, gatewayId, id, key),
    };
    return contentType === undefined ? input : { ...input, contentType };
  }

  return {
    decode(message) {
      const { route } = message;
      switch (route.kind) {
        case "native":
          return decodeNative(message, route.estateId, route.deviceId);
        case "bridge":
          return decodeBridged(message, route.estateId, route.path);
        case "status":
          return unread("a gateway's status is no device message");
      }
    },
  };
}

/** What a profile asks for below its own prefix is asked for where the gateway has that format. */
function askedBelow(prefix: string, profile: Profile, decoded: Decoded): Decoded {
  const own = `${profile.prefix}/`;
  const { asks } = decoded;
  if (!asks || prefix === profile.prefix) return decoded;
  return {
    ...decoded,
    asks: asks.map(({ path, payload }) => ({
      path: path.startsWith(own) ? `${prefix}/${path.slice(own.length)}` : path,
      payload,
    })),
  };
}

/** True for a lesson that does not leave its path to any other profile that reads it. */
function speaks(lesson: Json | undefined): boolean {
  if (lesson === undefined) return false;
  return !(typeof lesson === "object" && lesson !== null && "yields" in lesson && lesson.yields === true);
}

function groupBySegment(profiles: readonly Profile[]): ReadonlyMap<string, readonly Profile[]> {
  return Map.groupBy(profiles, (profile) => profile.prefix.split("/")[0] ?? "");
}

/** The longest of a gateway's prefixes that a path begins with, and what follows it. */
function bind(
  bindings: readonly TopicBinding[],
  path: string,
): { prefix: string; profile: string; rest: string; options: BindingOptions | undefined } | undefined {
  let best: TopicBinding | undefined;
  for (const binding of bindings) {
    const { prefix } = binding;
    const fits = path === prefix || (path.startsWith(prefix) && path[prefix.length] === "/");
    if (fits && prefix.length > (best?.prefix.length ?? 0)) best = binding;
  }
  if (!best) return undefined;
  const { prefix, profile, options } = best;
  return { prefix, profile, rest: path.slice(prefix.length + 1), options };
}

function below(prefix: string, rest: string): string {
  return prefix === "" || rest === "" ? prefix + rest : `${prefix}/${rest}`;
}

function run(profile: Profile, input: ProfileInput): Decoded {
  try {
    return profile.decode(input);
  } catch (error) {
    // A profile promises not to throw; the error's own text may quote the message and stays out.
    const detail = `${profile.id}: ${error instanceof Error ? error.name : typeof error}`;
    return { outcome: "undecodable", reason: "profile_fault", detail };
  }
}

function unread(detail: string): DecodedMessage {
  return {
    profile: "none",
    decoded: { outcome: "undecodable", reason: "no_profile", detail },
    deviceId: asIs,
  };
}
