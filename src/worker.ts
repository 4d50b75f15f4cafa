/**
 * The second thread: it alone has the database, follows the journal, runs rules and incidents, and
 * answers every query. The main thread talks to it through the `Backroom` port.
 */
import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { basename } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { JournalPosition } from "./domain/journal.ts";
import { createReact, type React } from "./hub.ts";
import { createIncidentLifeCycle } from "./incidents/life-cycle.ts";
import { followJournal } from "./journal/reader.ts";
import type { Backroom, LiveItem, ReactHealth } from "./ports.ts";
import { loadRules } from "./rules/load-rules.ts";
import { createRuleEngine } from "./rules/engine.ts";
import { describeConditionFault, describeFault } from "./rules/rule.ts";
import { systemClock } from "./runtime/clock.ts";
import { createLog } from "./runtime/log.ts";
import { giveBackMemory } from "./runtime/memory.ts";
import { serve } from "./runtime/rpc.ts";
import { openStore } from "./store/store.ts";

/** What the main thread hands over at the start. */
export interface WorkerSettings {
  readonly database: string;
  readonly journalDir: string;
  readonly journalEnd: JournalPosition;
  readonly rulesDir: string;
  readonly lateAfterMs: number;
  readonly zone: string;
  readonly maxDeadLettersPerGateway: number;
  readonly logLevel: string;
}

/** What this thread tells unasked. */
export type WorkerNews = { readonly ready: true } | { readonly live: readonly LiveItem[] };

/** Steps closer together than this would only be smaller transactions. */
const PAUSE_MS = 20;
const RETRY_MS = 1_000;

async function run(settings: WorkerSettings): Promise<void> {
  yieldToMain();
  const port = parentPort;
  if (!port) throw new Error("worker.ts runs as a thread of the hub");
  const clock = systemClock;
  const log = createLog(settings.logLevel).child({ part: "react" });
  const lifeCycle = createIncidentLifeCycle();
  const store = openStore({
    path: settings.database,
    clock,
    lifeCycle,
    zone: settings.zone,
    maxDeadLettersPerGateway: settings.maxDeadLettersPerGateway,
  });
  const reader = followJournal(settings.journalDir, settings.journalEnd, log);
  const { rules, faults: ruleFaults } = await loadRules(settings.rulesDir);
  for (const fault of ruleFaults) log.error({ fault }, "rule refused; the others are in force");
  const engine = createRuleEngine(rules);

  let followed = false;
  let fault: ReactHealth["fault"];
  let wake = new AbortController();
  const stopping = new AbortController();
  const tell = (news: WorkerNews): void => port.postMessage(news);
  store.onCommit((live) => {
    if (followed) tell({ live });
  });
  const react = await createReact({
    store,
    reader,
    rules: engine,
    incidents: lifeCycle,
    clock,
    lateAfterMs: settings.lateAfterMs,
  });

  async function stepSafely(): Promise<boolean> {
    try {
      const more = await react.step();
      if (fault) log.info({ heldMs: clock.now() - fault.since }, "react goes on");
      fault = undefined;
      return more;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!fault) log.error({ err: error }, "react failed; it tries again, the journal keeps everything");
      fault = { since: fault?.since ?? clock.now(), message };
      await setTimeout(RETRY_MS);
      return true;
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (await stepSafely()) {
        // Lets queries in between two transactions.
        await setImmediate();
        continue;
      }
      await setTimeout(PAUSE_MS);
      const due = react.nextDue();
      // Returns at once when the journal grew meanwhile.
      await sleepUntilWoken(due === undefined ? undefined : Math.max(0, due - clock.now()), wake.signal);
      wake = new AbortController();
    }
  }

  const running = loop();
  serve(port, backroom(react));
  tell({ ready: true });
  giveBackMemory();

  function backroom(of: React): Backroom {
    return {
      ...store,
      async putEstate(estate) {
        await store.putEstate(estate);
        of.refresh();
      },
      async putDevice(device) {
        await store.putDevice(device);
        of.refresh();
      },
      async importRegistry(records) {
        const report = await store.importRegistry(records);
        of.refresh();
        return report;
      },
      async deleteDevice(estateId, id) {
        await store.deleteDevice(estateId, id);
        of.refresh();
      },
      journalGrew(position) {
        reader.extend(position);
        wake.abort();
        return Promise.resolve();
      },
      reactHealth: () =>
        Promise.resolve({
          ...of.figures(),
          damagedFrames: reader.damagedFrames(),
          ruleFaults: [
            ...ruleFaults.map(describeFault),
            ...engine.conditionFaults().map(describeConditionFault),
          ],
          ...(fault && { fault }),
        }),
      rules: () => Promise.resolve(engine.list()),
      follow(on) {
        followed = on;
        return Promise.resolve();
      },
      async stop() {
        stopping.abort();
        wake.abort();
        await running;
        reader.close();
        store.close();
      },
    };
  }
}

/**
 * Where two cores are not enough for everything, acknowledging comes before reacting: the journal keeps
 * what waits. Linux gives each thread a priority of its own; elsewhere all stay equal.
 */
function yieldToMain(): void {
  try {
    const thread = Number(basename(readlinkSync("/proc/thread-self")));
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // No /proc: nothing to set.
  }
}

async function sleepUntilWoken(ms: number | undefined, signal: AbortSignal): Promise<void> {
  // setTimeout takes at most 2^31 − 1; a timer later than an hour is looked at again then.
  await setTimeout(Math.min(ms ?? 3_600_000, 3_600_000), undefined, { signal }).catch(() => undefined);
}

await run(workerData as WorkerSettings);
