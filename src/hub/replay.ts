import type { DecodedEvent } from "../domain/event.ts";
import { parseIntakePath } from "../domain/topic.ts";
import { ZhianError } from "../errors.ts";
import type { Acceptance, Clock, Decoder, InboundMessage, Journal, Learn, Recall, Store } from "../ports.ts";
import { identify } from "./identify.ts";

/** What a replay needs. */
export interface ReplayParts {
  readonly decoder: Decoder;
  readonly journal: Pick<Journal, "append">;
  readonly store: Pick<Store, "deadLetter" | "markReplayed">;
  readonly isSimulated: (gatewayId: string) => boolean;
  readonly learn: Learn;
  readonly recall: Recall;
  readonly clock: Clock;
}

/**
 * Builds the replay of a dead letter: it is decoded again as it arrived then, and what comes out is
 * accepted as news of that time. A letter replayed twice makes the same events, stored once. It teaches
 * only what is not known yet: what is known was said since, or is the same. Throws ZhianError CONFLICT
 * for a letter that holds only the beginning of its message.
 */
export function createReplay(parts: ReplayParts) {
  const { decoder, journal, store, isSimulated, learn, recall, clock } = parts;
  return async function replay(deadLetterId: string): Promise<Acceptance> {
    const letter = await store.deadLetter(deadLetterId);
    const { estateId, gatewayId, path, transport, receivedAt, contentType } = letter;
    const now = clock.now();
    if (letter.truncated) {
      await store.markReplayed(deadLetterId, now, "refused: truncated");
      throw new ZhianError(
        "CONFLICT",
        `dead letter ${deadLetterId} holds only the beginning of a larger message; it cannot be decoded again`,
      );
    }
    const route = parseIntakePath(estateId, gatewayId, path);
    const message: InboundMessage | undefined = route && {
      transport,
      gatewayId,
      route,
      payload: Buffer.from(letter.payload, "base64"),
      retained: letter.retained ?? false,
      receivedAt,
      ...(contentType !== undefined && { contentType }),
    };
    const read = message && decoder.decode(message);
    if (!message || !read || read.decoded.outcome === "undecodable") {
      const reason = read?.decoded.outcome === "undecodable" ? read.decoded.reason : "no_profile";
      // It stays in the list: the profile may be mended later.
      return { outcome: "dead", events: 0, reason };
    }
    const unknown = (read.decoded.learned ?? []).filter(
      ({ key }) => recall(estateId, gatewayId, read.profile, key) === undefined,
    );
    if (unknown.length > 0) await learn(message, read.profile, unknown);
    if (read.decoded.outcome === "ignored") {
      await store.markReplayed(deadLetterId, now, `ignored: ${read.decoded.reason}`);
      return { outcome: "ignored", events: 0, reason: read.decoded.reason };
    }
    const decoded = { ...read.decoded, events: read.decoded.events.map((event) => asOf(event, receivedAt)) };
    const events = identify(message, { ...read, decoded }, isSimulated(gatewayId));
    await journal.append({
      kind: "events",
      receivedAt: now,
      estateId,
      gatewayId,
      profile: read.profile,
      events,
    });
    await store.markReplayed(deadLetterId, now, `events: ${events.length}`);
    return { outcome: "events", events: events.length };
  };
}

/** An event without a time of its own happened when its message arrived. */
function asOf(event: DecodedEvent, receivedAt: number): DecodedEvent {
  return { ...event, deviceAt: event.deviceAt ?? receivedAt, flags: [...(event.flags ?? []), "replayed"] };
}
