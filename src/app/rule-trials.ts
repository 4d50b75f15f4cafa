import { randomUUID } from "node:crypto";
import type { Backtest } from "../domain/backtest.ts";
import { HOUR, SECOND } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Clock, RuleTrials } from "../ports.ts";
import type { RuleFiles } from "../rules/rule-files.ts";
import type { Logger } from "../runtime/log.ts";
import { inThread } from "./in-thread.ts";

/** How long the outcome of a backtest is kept. */
const KEPT_MS = HOUR;
/** How many outcomes are kept; the oldest makes room. */
const KEPT = 5;
/** Explanations and checks at once; each has a thread. */
const ASKED = 2;
const EXPLAIN_MS = 60 * SECOND;
const CHECK_MS = 20 * SECOND;

export interface RuleTrialParts {
  readonly database: string;
  /** Zone of estates nobody registered. */
  readonly zone: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tries and explains rules in threads of their own; `close` calls everything off. */
export function createRuleTrials({ database, zone, clock, log }: RuleTrialParts): RuleTrials & {
  close(): void;
} {
  const backtests = new Map<string, { state: Backtest; readonly stop: AbortController }>();
  const closing = new AbortController();
  let asked = 0;

  function find(id: string): { state: Backtest; readonly stop: AbortController } {
    forgetOld();
    const found = backtests.get(id);
    if (!found) throw new ZhianError("NOT_FOUND", `there is no backtest ${id}`);
    return found;
  }

  function forgetOld(): void {
    const ended = [...backtests.values()].filter(({ state }) => state.status !== "running");
    const old = ended.filter(
      ({ state: { endedAt = 0 } }, index) => index < ended.length - KEPT || endedAt + KEPT_MS <= clock.now(),
    );
    for (const { state } of old) backtests.delete(state.id);
  }

  /** Lets a few in at once; the others are told to come again. */
  async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (asked >= ASKED) throw new ZhianError("UNAVAILABLE", "others are asking for the same; try again");
    asked++;
    const late = AbortSignal.timeout(ms);
    try {
      return await work(AbortSignal.any([late, closing.signal]));
    } catch (error) {
      if (late.aborted) throw new ZhianError("UNAVAILABLE", `it took longer than ${ms / SECOND} s`);
      if (closing.signal.aborted) throw new ZhianError("UNAVAILABLE", "the hub is stopping");
      throw error;
    } finally {
      asked--;
    }
  }

  async function run(
    entry: { state: Backtest; readonly stop: AbortController },
    work: (signal: AbortSignal) => Promise<NonNullable<Backtest["report"]>>,
  ): Promise<void> {
    const { signal } = entry.stop;
    try {
      const report = await work(signal);
      entry.state = { ...entry.state, status: "done", endedAt: clock.now(), report };
    } catch (error) {
      const endedAt = clock.now();
      if (signal.aborted) {
        entry.state = { ...entry.state, status: "cancelled", endedAt };
        return;
      }
      const refused = error instanceof ZhianError;
      if (!refused) log.error({ err: error }, "a backtest failed");
      const failure = refused ? error.message : "the hub failed to do it; see its log";
      entry.state = { ...entry.state, status: "failed", endedAt, failure };
    }
  }

  return {
    check: (files) =>
      within(CHECK_MS, (signal) => inThread({ kind: "check", files: filesOf(files) }, signal)),

    startBacktest(period, proposed) {
      forgetOld();
      const other = backtests.values().find(({ state }) => state.status === "running");
      if (other) {
        const { id } = other.state;
        throw new ZhianError("CONFLICT", `the backtest ${id} runs; wait for its end or call it off`);
      }
      const id = randomUUID();
      const entry = {
        state: { id, status: "running", startedAt: clock.now(), ...period } as Backtest,
        stop: new AbortController(),
      };
      backtests.set(id, entry);
      const job = {
        kind: "backtest",
        database,
        zone,
        period,
        ...(proposed && { proposed: filesOf(proposed) }),
      } as const;
      void run(entry, (signal) =>
        inThread(job, signal, (progress) => {
          if (entry.state.status === "running") entry.state = { ...entry.state, progress };
        }),
      );
      return entry.state;
    },

    backtest: (id) => find(id).state,

    endBacktest(id) {
      const { state, stop } = find(id);
      if (state.status === "running") stop.abort(new Error("called off"));
      else backtests.delete(id);
    },

    explain: (incidentId, scope) =>
      within(EXPLAIN_MS, (signal) =>
        inThread({ kind: "explain", database, zone, incidentId, scope }, signal),
      ),

    close() {
      closing.abort(new Error("the hub is stopping"));
      for (const { stop } of backtests.values()) stop.abort(closing.signal.reason);
    },
  };
}

function filesOf(texts: Readonly<Record<string, string>>): RuleFiles {
  const files = Object.entries(texts)
    .map(([name, text]) => ({ name, text }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { files, faults: [] };
}
