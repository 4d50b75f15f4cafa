import type { AcceptedEvent } from "../../src/domain/event.ts";
import type { EventsEntry, JournalEntry, JournalPosition } from "../../src/domain/journal.ts";
import { timedId } from "../../src/domain/identity.ts";
import { createReact, type React } from "../../src/hub.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import type { JournalReader, ReactStore, ReactTransaction } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { loadRules } from "../../src/rules/load-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { openStore, type EmbeddedStore } from "../../src/store/store.ts";
import { device, estate, place } from "../contracts/store/samples.ts";

const { rules: pack } = await loadRules(new URL("../../rules", import.meta.url).pathname);

/** Noon of a quiet Monday in Shanghai. */
export const NOON = Date.parse("2026-03-02T12:00:00+08:00");
export const LATE_AFTER_MS = 5 * 60_000;

/** React over the real store, rules and life cycle, fed by a journal in memory. */
export interface Stage {
  readonly store: EmbeddedStore;
  readonly react: React;
  /** The hub's time; moved by hand. */
  readonly clock: { at: number; now(): number };
  /** Appends to the journal and sets the clock to the arrival of the last entry. */
  append(...entries: readonly JournalEntry[]): void;
  /** Takes steps until there is nothing more to do; returns how many. */
  settle(): Promise<number>;
  /** Another react over the same store and journal, as after a restart. */
  restart(): Promise<void>;
  /** The next call of this method within a transaction throws, before or after it did its work. */
  failAt(method: keyof ReactTransaction, moment: "before" | "after"): void;
  /** The journal is another one than the store's cursor knows. */
  forgetJournal(): void;
}

interface StageOptions {
  readonly path: string;
  /** Entries of one step at most. */
  readonly stepEntries?: number;
  /** Instead of the default pack. */
  readonly rules?: readonly Rule[];
}

/** Opens a stage with one estate, a smoke detector and two more devices on one staircase. */
export async function openStage({
  path,
  stepEntries = Infinity,
  rules = pack,
}: StageOptions): Promise<Stage> {
  const clock = { at: NOON, now: () => clock.at };
  const journal: JournalEntry[] = [];
  const lifeCycle = createIncidentLifeCycle();
  const store = openStore({ path, clock, lifeCycle });
  await store.putEstate(estate("e1"));
  await store.putPlace(place("e1", "stairs"));
  for (const id of ["smoke-1", "smoke-2", "leak-1"])
    await store.putDevice(device("e1", id, { placeId: "stairs" }));

  let own = true;
  let plan: { readonly method: keyof ReactTransaction; readonly moment: "before" | "after" } | undefined;
  const reader: JournalReader = {
    read({ offset }, limit) {
      const entries = journal.slice(offset, offset + Math.min(limit, stepEntries));
      return { entries, next: { segment: 1, offset: offset + entries.length } };
    },
    drained: ({ offset }: JournalPosition) => offset >= journal.length,
    belongs: () => own,
    release: () => undefined,
  };
  const failing: ReactStore = {
    ...store,
    react: (work) =>
      store.react((tx) =>
        work(
          new Proxy(tx, {
            get(target, name: keyof ReactTransaction) {
              if (plan?.method !== name) return target[name];
              const { moment } = plan;
              return async (...given: never[]) => {
                plan = undefined;
                if (moment === "after")
                  await (target[name] as (...all: never[]) => Promise<unknown>)(...given);
                throw new Error(`planned ${moment} ${name}`);
              };
            },
          }),
        ),
      ),
  };
  const start = (): Promise<React> =>
    createReact({
      store: failing,
      reader,
      rules: createRuleEngine(rules),
      incidents: lifeCycle,
      clock,
      lateAfterMs: LATE_AFTER_MS,
    });
  let react = await start();

  return {
    store,
    get react() {
      return react;
    },
    clock,
    append(...entries) {
      journal.push(...entries);
      clock.at = Math.max(clock.at, entries.at(-1)?.receivedAt ?? 0);
    },
    async settle() {
      let steps = 1;
      while (await react.step()) steps++;
      return steps;
    },
    async restart() {
      react = await start();
    },
    failAt(method, moment) {
      plan = { method, moment };
    },
    forgetJournal() {
      own = false;
    },
  };
}

/** What a message `seconds` after noon left in the journal. Without a device time it happened on arrival. */
export function said(
  seconds: number,
  deviceId: string,
  code: string,
  phase: AcceptedEvent["phase"],
  more: Partial<AcceptedEvent> = {},
): EventsEntry {
  const receivedAt = NOON + seconds * 1_000;
  const id = timedId(more.deviceAt ?? receivedAt, `${deviceId}|${code}|${phase}|${receivedAt}`);
  return {
    kind: "events",
    receivedAt,
    estateId: "e1",
    gatewayId: "gw1",
    profile: "native",
    events: [{ id, deviceId, code, phase, report: "edge", ...more }],
  };
}

/** A smoke detector that raises and clears `times` times, a minute apart. */
export function flapping(times: number, from = 0): EventsEntry[] {
  return Array.from({ length: times }, (_, turn) => [
    said(from + turn * 90, "smoke-1", "fire.smoke", "raise"),
    said(from + turn * 90 + 30, "smoke-1", "fire.smoke", "clear"),
  ]).flat();
}
