import type { TrialEvent, TrialOutcome } from "../ports.ts";

const TIMES = ["occurredAt", "deviceAt", "gatewayAt", "receivedAt"] as const satisfies (keyof TrialEvent)[];

/** An outcome as JSON for people: instants as the API writes them, payloads as text where they are text. */
export function shownOutcome({ asks, ...outcome }: TrialOutcome): object {
  return {
    ...outcome,
    ...(outcome.outcome === "events" && { events: outcome.events.map(shownEvent) }),
    ...(asks && { asks: asks.map(({ path, payload }) => ({ path, ...shownPayload(payload) })) }),
  };
}

function shownEvent(event: TrialEvent): object {
  const instants = TIMES.flatMap((name) => {
    const at = event[name];
    return at === undefined ? [] : [[name, new Date(at).toISOString()]];
  });
  return { ...event, ...Object.fromEntries(instants) };
}

function shownPayload(payload: Uint8Array): object {
  try {
    return { payload: new TextDecoder("utf-8", { fatal: true }).decode(payload) };
  } catch {
    return { base64: Buffer.from(payload).toString("base64") };
  }
}
