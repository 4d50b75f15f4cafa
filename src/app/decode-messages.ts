import { randomBytes } from "node:crypto";
import { z } from "zod";
import { profiles } from "../../devices/index.ts";
import { configSchema } from "../config/schema.ts";
import { unknownDevice, type DeviceState } from "../domain/device-memory.ts";
import type { DeviceConfig, TopicBinding } from "../domain/estate.ts";
import type { AcceptedEvent } from "../domain/event.ts";
import { SECOND } from "../domain/time.ts";
import { parseIntakePath, parseTopic, type Route } from "../domain/topic.ts";
import { isZone } from "../domain/zone.ts";
import { ZhianError } from "../errors.ts";
import { bindingOptions, deviceConfig } from "../http/site-config.ts";
import { identify } from "../hub/identify.ts";
import { observe } from "../hub/observe.ts";
import type {
  Clock,
  DecodedMessage,
  InboundMessage,
  Trial,
  TrialEvent,
  TrialMessage,
  TrialOutcome,
} from "../ports.ts";
import { createDecoder } from "../registry/decoder.ts";
import { createLessons } from "../registry/lessons.ts";
import { bindableProfiles } from "./bindable-profiles.ts";

/** Estate and gateway of a topic that names none. */
const SOMEWHERE = { estateId: "estate", gatewayId: "gateway" } as const;
const DEFAULTS = configSchema.parse({});
/** Put before a path that a binding hands to a profile without a prefix of its own as it stands. */
const BOUND = "bound";

/**
 * Decodes messages as the hub would, without one: the same decoder, identities, times and edges, nothing
 * stored. Pseudonyms are made with a key that is thrown away. Throws ZhianError VALIDATION for a trial
 * that makes no sense; whatever stands in a message is a value in its outcome.
 */
export async function decodeMessages(trial: Trial, clock: Clock): Promise<readonly TrialOutcome[]> {
  const { profile, zone = DEFAULTS.zone } = trial;
  const config = checked<DeviceConfig>(deviceConfig, trial.config, "configuration");
  const options = checked<TopicBinding["options"]>(bindingOptions, trial.options, "options");
  if (!isZone(zone)) throw refusal("zone", "must be the name of an IANA zone, such as Asia/Shanghai");
  if (profile === undefined && options) throw refusal("options", "belong to a binding: name its profile");
  if (profile !== undefined && !bindableProfiles.has(profile)) {
    throw refusal("profile", `there is no profile ${profile}; see docs/devices.md`);
  }
  let binding: TopicBinding | undefined;
  const lessons = createLessons({
    lessons: () => Promise.resolve([]),
    putLessons: () => Promise.resolve(),
  });
  const decoder = createDecoder({
    profiles,
    configOf: () => config ?? {},
    bindingsOf: () => (binding ? [binding] : []),
    pseudonymKey: randomBytes(32),
    zoneOf: () => zone,
    recall: lessons.recall,
  });
  const states = new Map<string, DeviceState>();

  const outcomes: TrialOutcome[] = [];
  for (const each of trial.messages) {
    const message = inbound(each, clock);
    const bound = profile === undefined ? undefined : bind(message, profile, trial.prefix);
    binding = bound && { ...bound.binding, ...(options && { options }) };
    const read = decoder.decode(bound ? { ...message, route: bound.route } : message);
    const { learned, asks } = read.decoded;
    if (learned) await lessons.learn(message, read.profile, learned);
    outcomes.push({
      topic: each.topic,
      profile: read.profile,
      ...outcomeOf(message, read, states),
      ...(learned && { learned }),
      ...(asks && { asks }),
    });
  }
  return outcomes;
}

function inbound(message: TrialMessage, clock: Clock): InboundMessage {
  const { topic, ...rest } = message;
  const { estateId, gatewayId } = SOMEWHERE;
  const route = topic.startsWith("estates/")
    ? parseTopic(topic)
    : parseIntakePath(estateId, gatewayId, topic);
  if (!route || route.kind === "status") {
    throw refusal("topic", `${JSON.stringify(topic)} is no topic or path of a device's messages`);
  }
  const by = route.kind === "bridge" ? route.gatewayId : gatewayId;
  return { ...rest, gatewayId: by, route, receivedAt: clock.now() };
}

/** The binding that has this profile read the message, and the message's route below it. */
function bind(
  { route }: InboundMessage,
  id: string,
  asked: string | undefined,
): { readonly binding: TopicBinding; readonly route: Route } | undefined {
  if (route.kind !== "bridge") throw refusal("topic", `native events are not read by ${id}`);
  const { path } = route;
  const { prefix: own = "" } = profiles.find((profile) => profile.id === id) ?? {};
  const begins = (prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
  if (asked !== undefined) {
    if (!begins(asked)) throw refusal("prefix", `${JSON.stringify(path)} does not begin with ${asked}/`);
    return { binding: { prefix: asked, profile: id }, route };
  }
  if (own === "") {
    return { binding: { prefix: BOUND, profile: id }, route: { ...route, path: `${BOUND}/${path}` } };
  }
  const prefix = begins(own) ? own : (path.split("/")[0] ?? "");
  return { binding: { prefix, profile: id }, route };
}

function outcomeOf(message: InboundMessage, read: DecodedMessage, states: Map<string, DeviceState>) {
  const { decoded } = read;
  switch (decoded.outcome) {
    case "events": {
      const events = identify(message, read, false).map((event) => stored(message, read, event, states));
      return { outcome: "events" as const, events };
    }
    case "ignored": {
      const { reason, device } = decoded;
      const deviceId = device === undefined ? {} : { deviceId: read.deviceId(device) };
      return { outcome: "ignored" as const, reason, ...deviceId };
    }
    case "undecodable":
      return { outcome: "dead" as const, reason: decoded.reason, detail: decoded.detail };
  }
}

/** What react would make of an event. */
function stored(
  { receivedAt, gatewayId, route: { estateId } }: InboundMessage,
  { profile }: DecodedMessage,
  event: AcceptedEvent,
  states: Map<string, DeviceState>,
): TrialEvent {
  const key = `${estateId}/${event.deviceId}`;
  const state = states.get(key) ?? unknownDevice();
  states.set(key, state);
  const entry = { receivedAt, estateId, gatewayId, profile };
  const fact = observe(state, entry, event, DEFAULTS.ingest.lateAfter * SECOND);
  const { report, property } = event;
  return {
    ...fact,
    report,
    ...(property !== undefined && { property }),
    stored: !(fact.transition === "repeat" && report === "level"),
  };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T | undefined {
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({
    field: path.join(".") || what,
    reason: message,
  }));
  throw new ZhianError("VALIDATION", `the ${what} cannot be used`, { faults });
}

function refusal(field: string, reason: string): ZhianError {
  return new ZhianError("VALIDATION", "this cannot be decoded as asked", { faults: [{ field, reason }] });
}
