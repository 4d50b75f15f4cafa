/**
 * The life of one message. Read this first.
 *
 *   broker/ or http/ ──▶ accept: decode ─▶ journal (group commit) ─▶ PUBACK / 2xx      main thread
 *                                             │ durable cursor
 *   react: not seen before? ─▶ clock, edge ─▶ rules ─▶ incidents ─▶ one transaction    second thread
 *
 * `accept` runs before the acknowledgement and only makes the message durable. `react` runs after it,
 * from a durable cursor, and is safe to repeat: ids are deterministic and everything it does, cursor
 * included, is one transaction. A crash between the two loses nothing and doubles nothing.
 */
import type { Incident, IncidentChange } from "./domain/incident.ts";
import type { SecurityEvent } from "./domain/event.ts";
import type { JournalEntry, JournalPosition } from "./domain/journal.ts";
import { SECOND, type EpochMs } from "./domain/time.ts";
import { createDevicesAtHand } from "./hub/devices-at-hand.ts";
import { deadLetter, identify, sighting } from "./hub/identify.ts";
import { expand, hourly, observe } from "./hub/observe.ts";
import { presenceSigns } from "./hub/presence-signs.ts";
import { createRulesInForce } from "./hub/rules-in-force.ts";
import type {
  Accept,
  Acceptance,
  AcceptPresence,
  Clock,
  DecodedMessage,
  Decoder,
  DeviceSighting,
  InboundMessage,
  IncidentLifeCycle,
  Journal,
  JournalReader,
  Learn,
  ReactStore,
  ReactTransaction,
  RuleEngine,
  SendToBridge,
  Verdict,
} from "./ports.ts";

/* ═════════════════════════════ accept ═════════════════════════════ */

export interface AcceptParts {
  readonly decoder: Decoder;
  readonly journal: Pick<Journal, "append">;
  readonly isSimulated: (gatewayId: string) => boolean;
  /** Notes a sign of life that leaves no event behind. */
  readonly seen: (sighting: DeviceSighting) => void;
  /** Makes known what a message taught; resolves when it is durable. */
  readonly learn: Learn;
  /** Sends a bridge what its message asks for. */
  readonly sendBack: SendToBridge;
  /** Told of every message as it was decoded: somebody may be waiting for this device. */
  readonly heard: (message: InboundMessage, read: DecodedMessage) => void;
  /** Counts what became of a message; `reason` says why it yielded no event. */
  readonly count: (outcome: "events" | "ignored" | "dead", reason: string, events: number) => void;
}

/** Builds the accept side: the promise resolves when the message is on disk, or known to carry nothing. */
export function createAccept(parts: AcceptParts): Accept {
  const { decoder, journal, isSimulated, seen, learn, sendBack, heard, count } = parts;

  return function accept(message) {
    const read = decoder.decode(message);
    const { learned, asks } = read.decoded;
    heard(message, read);
    if (asks) sendBack(message, asks);
    const kept = keep(message, read);
    if (!learned) return kept;
    return Promise.all([kept, learn(message, read.profile, learned)]).then(([acceptance]) => acceptance);
  };

  async function keep(message: InboundMessage, read: DecodedMessage): Promise<Acceptance> {
    const { decoded, profile } = read;
    switch (decoded.outcome) {
      case "events": {
        const events = identify(message, read, isSimulated(message.gatewayId));
        const { receivedAt, gatewayId, route } = message;
        await journal.append({
          kind: "events",
          receivedAt,
          estateId: route.estateId,
          gatewayId,
          profile,
          events,
        });
        count("events", profile, events.length);
        return { outcome: "events", events: events.length };
      }
      case "ignored": {
        if (decoded.device !== undefined)
          seen(sighting(message, read, decoded.device, isSimulated(message.gatewayId)));
        count("ignored", decoded.reason, 0);
        return { outcome: "ignored", events: 0, reason: decoded.reason };
      }
      case "undecodable": {
        await journal.append(deadLetter(message, decoded.reason, decoded.detail));
        count("dead", decoded.reason, 0);
        return { outcome: "dead", events: 0, reason: decoded.reason };
      }
    }
  }
}

/** Builds the presence side of accept: a gateway came or went. */
export function createAcceptPresence(
  journal: Pick<Journal, "append">,
  isSimulated: (gatewayId: string) => boolean,
  clock: Clock,
): AcceptPresence {
  return (principal, status, cause) =>
    journal.append({
      kind: "presence",
      receivedAt: clock.now(),
      gatewayId: principal.gatewayId,
      estateIds: [...principal.estateIds],
      status,
      cause,
      ...(isSimulated(principal.gatewayId) && { simulated: true }),
    });
}

/* ═════════════════════════════ react ══════════════════════════════ */

/** Entries of one transaction. Larger ones make no more events a second, only longer waits for queries. */
const STEP = 2_000;
/** Timers wait this long behind the clock, so that what was received before them is folded before them. */
const SETTLE = SECOND;

export interface ReactParts {
  readonly store: ReactStore;
  readonly reader: JournalReader;
  readonly rules: RuleEngine;
  readonly incidents: IncidentLifeCycle;
  readonly clock: Clock;
  readonly lateAfterMs: number;
}

export interface ReactFigures {
  readonly cursor: JournalPosition;
  readonly reactedEvents: number;
  readonly duplicates: number;
  readonly repeats: number;
}

export interface React {
  /** Takes one step; true when there is more to do at once. A throw leaves nothing half-done. */
  step(): Promise<boolean>;
  /** When a timer wants the next step; undefined when none is set. */
  nextDue(): EpochMs | undefined;
  /** Judges what something else than the rules found, in a transaction of its own. */
  judge(verdict: Verdict): Promise<void>;
  /** Devices or estates were changed by hand: read them again. */
  refresh(): void;
  /**
   * Puts other rules in force at the beginning of the next step, and resolves then. What was known of
   * rules they still have goes on; what was known of others is forgotten, and their incidents are left
   * to people.
   */
  replaceRules(next: RuleEngine): Promise<void>;
  figures(): ReactFigures;
}

/** Builds the react side; its first step continues at the store's cursor and rule state. */
export async function createReact(parts: ReactParts): Promise<React> {
  const { store, reader, incidents, clock, lateAfterMs } = parts;
  const inForce = createRulesInForce(store, parts.rules);
  const devices = createDevicesAtHand();
  const total = { reactedEvents: 0, duplicates: 0, repeats: 0 };
  // The cursor of a restored backup may belong to another journal: begin with what is there; what was
  // stored before is recognised.
  const saved = await store.cursor();
  let cursor = reader.belongs(saved) ? saved : { segment: 0, offset: 0 };
  let stale = false;
  /** Since when this hub hears; kept until the rules have been told, for good. */
  let hears: EpochMs | undefined = clock.now();

  /** The whole of react for one stretch of the journal, in one transaction. */
  async function react(tx: ReactTransaction, entries: readonly JournalEntry[], next: JournalPosition) {
    const rules = inForce.now();
    const batch = expand(entries);
    const fresh = new Set(await tx.unseen(batch.map(({ event }) => event.id)));
    await devices.meet(tx, batch);

    const events: SecurityEvent[] = [];
    const verdicts: Verdict[] = [];
    let duplicates = 0;
    let repeats = 0;
    let untold = hears;
    const hearAgain = (since: EpochMs): void => {
      rules.resume(since);
      untold = undefined;
    };
    for (const { entry, event } of batch) {
      if (!fresh.delete(event.id)) {
        duplicates++;
        continue;
      }
      const { state, facts } = devices.get(entry.estateId, event.deviceId);
      const fact = observe(state, entry, event, lateAfterMs);
      if (fact.transition === "repeat" && event.report === "level") {
        repeats++;
        continue;
      }
      events.push(fact);
      if (untold !== undefined && entry.receivedAt >= untold) hearAgain(untold);
      verdicts.push(...rules.advance(entry.receivedAt), ...rules.fold(fact, facts));
    }
    if (reader.drained(next)) {
      if (untold !== undefined) hearAgain(untold);
      verdicts.push(...rules.advance(clock.now() - SETTLE));
    }

    const changes = await judge(tx, verdicts);
    await tx.insertEvents(events);
    await tx.insertDeadLetters(entries.filter((entry) => entry.kind === "dead"));
    await tx.addCounts(hourly(events, (event) => devices.get(event.estateId, event.deviceId).facts.kind));
    await tx.seeDevices(devices.sightings(batch));
    await tx.saveMemories(devices.changedMemories(batch));
    for (const entry of entries) {
      if (entry.kind === "presence") await tx.savePresence(entry.gatewayId, entry.status, entry.receivedAt);
    }
    await tx.noteSigns(presenceSigns(entries, events));
    await tx.saveIncidents(changes);
    await tx.saveRuleStates(rules.takeChanges());
    await tx.saveCursor(next);
    return { events: events.length, duplicates, repeats, untold };
  }

  /** Turns verdicts into changes of incidents, in order, each seeing what those before it did. */
  async function judge(tx: ReactTransaction, verdicts: readonly Verdict[]): Promise<IncidentChange[]> {
    const known = new Map<string, Incident | undefined>();
    const changes: IncidentChange[] = [];
    for (const verdict of verdicts) {
      const { key, reopenWithin } = verdict;
      if (!known.has(key)) known.set(key, await tx.openIncident(key));
      if (!known.get(key) && reopenWithin !== undefined) known.set(key, await tx.latestClosed(key));
      const change = incidents.apply(verdict, known.get(key));
      if (!change) continue;
      known.set(key, change.incident);
      changes.push(change);
    }
    return changes;
  }

  /** Nothing was committed, so what is at hand must be as it was before: read it again. */
  async function recover(): Promise<void> {
    devices.forgetAll();
    await inForce.recover();
  }

  return {
    async step() {
      if (stale) devices.forgetAll();
      stale = false;
      if (!(await inForce.settle())) return true;
      const { entries, next } = reader.read(cursor, STEP);
      const due = inForce.now().nextDue();
      const timerDue = due !== undefined && due <= clock.now() - SETTLE && reader.drained(next);
      if (entries.length === 0 && !timerDue) return false;
      const finished = next.segment > cursor.segment;
      try {
        const done = await store.react((tx) => react(tx, entries, next));
        cursor = next;
        hears = done.untold;
        total.reactedEvents += done.events;
        total.duplicates += done.duplicates;
        total.repeats += done.repeats;
      } catch (error) {
        await recover();
        throw error;
      }
      if (finished) reader.release(next);
      return !reader.drained(next);
    },
    nextDue: () => {
      const due = inForce.now().nextDue();
      return due === undefined ? undefined : due + SETTLE;
    },
    judge: (verdict) => store.react(async (tx) => tx.saveIncidents(await judge(tx, [verdict]))),
    refresh: () => {
      stale = true;
    },
    replaceRules: (next) => inForce.replace(next),
    figures: () => ({ cursor, ...total }),
  };
}
