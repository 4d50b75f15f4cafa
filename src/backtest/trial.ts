import type { SecurityEvent } from "../domain/event.ts";
import type { Incident } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts, IncidentLifeCycle, RuleEngine, Verdict } from "../ports.ts";
import type { Closings } from "./closings.ts";
import type { Spell } from "./spell.ts";

/** What a trial needs. */
export interface TrialParts {
  readonly engine: RuleEngine;
  readonly lifeCycle: IncidentLifeCycle;
  readonly closings: Closings;
  /** Told of each incident detected, once, when nothing changes it any more. */
  readonly found: (incident: Spell) => void;
}

/** One set of rules on its way through stored events. */
export interface Trial {
  /** Folds one event in; events come in the order in which the hub folded them. */
  fold(event: SecurityEvent, device: DeviceFacts): void;
  /** Forgets keys that are idle again; call now and then. */
  rest(): void;
  /** Fires what is due before `end` and tells of the incidents that are still unclosed. */
  finish(end: EpochMs): void;
}

/**
 * Tries rules on stored events as react runs them, in memory. What it holds grows with keys and unclosed
 * incidents, not with events.
 */
export function createTrial({ engine, lifeCycle, closings, found }: TrialParts): Trial {
  /** The latest incident of each key, unless it is closed for good. */
  const latest = new Map<string, { readonly incident: Incident; readonly reopenUntil: EpochMs }>();
  let now = 0;

  /** The latest incident of a key, with the closing that people gave it meanwhile. */
  function knownAt(key: string, at: EpochMs): Incident | undefined {
    const known = latest.get(key)?.incident;
    const closing = known && known.status !== "closed" ? closings.closingOf(known, at) : undefined;
    return known && closing ? { ...known, ...closing, status: "closed" } : known;
  }

  function judge(verdict: Verdict): void {
    const { key, detectedAt, reopenWithin } = verdict;
    const known = knownAt(key, detectedAt);
    const forGood = known?.status === "closed" && reopenWithin === undefined;
    const changed = lifeCycle.apply(verdict, forGood ? undefined : known)?.incident;
    if (known && (forGood || (changed && changed.id !== known.id))) {
      found(known);
      latest.delete(key);
    }
    if (!changed) return;
    if (changed.status !== "closed") latest.set(key, { incident: changed, reopenUntil: Infinity });
    else if (reopenWithin !== undefined)
      latest.set(key, { incident: changed, reopenUntil: changed.updatedAt + reopenWithin });
    else {
      found(changed);
      latest.delete(key);
    }
  }

  return {
    fold(event, device) {
      now = event.receivedAt;
      for (const verdict of engine.advance(event.receivedAt)) judge(verdict);
      for (const verdict of engine.fold(event, device)) judge(verdict);
    },
    rest() {
      engine.takeChanges();
      for (const [key, { incident, reopenUntil }] of latest) {
        if (reopenUntil >= now) continue;
        found(incident);
        latest.delete(key);
      }
    },
    finish(end) {
      for (const verdict of engine.advance(end - 1)) judge(verdict);
      for (const { incident } of latest.values()) found(incident);
      latest.clear();
    },
  };
}
