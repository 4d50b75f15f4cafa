/**
 * The second thread: it alone has the database, follows the journal, runs rules and incidents, and
 * answers every query. The main thread talks to it through the `Backroom` port.
 */
import { constants } from "node:os";
import { setImmediate, setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { startCoverageLines } from "./app/coverage-lines.ts";
import { startHeartbeat } from "./app/heartbeat.ts";
import { startHubFigures } from "./app/hub-figures.ts";
import type { JournalPosition } from "./domain/journal.ts";
import { createReact, type React } from "./hub.ts";
import { startAliveMark } from "./hub/alive-mark.ts";
import { anomalyVerdict } from "./incidents/anomaly-verdict.ts";
import { createIncidentLifeCycle } from "./incidents/life-cycle.ts";
import { followJournal } from "./journal/reader.ts";
import type { Backroom, LiveItem, ReactHealth } from "./ports.ts";
import { createRuleEngine } from "./rules/engine.ts";
import { recallRules } from "./rules/recall-rules.ts";
import { createReloader } from "./rules/reloader.ts";
import { createRuleReader } from "./rules/rule-files.ts";
import { describeConditionFault, describeFault, type Rule } from "./rules/rule.ts";
import { systemClock } from "./runtime/clock.ts";
import { giveWay } from "./runtime/give-way.ts";
import { createLog } from "./runtime/log.ts";
import { giveBackMemory } from "./runtime/memory.ts";
import { serve } from "./runtime/rpc.ts";
import { watchFolder } from "./runtime/watch-folder.ts";
import { openStore } from "./store/store.ts";
import { createPoints } from "./timeseries/points.ts";
import { type InfluxServer, writeLines } from "./timeseries/server.ts";
import { startShipper } from "./timeseries/shipper.ts";

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
  /** Absent while nothing is shipped to InfluxDB. */
  readonly influx?: { readonly server: InfluxServer; readonly maxOutboxBytes: number };
}

/** What this thread tells unasked. */
export type WorkerNews = { readonly ready: true } | { readonly live: readonly LiveItem[] };

/** Steps closer together than this would only be smaller transactions. */
const PAUSE_MS = 20;
const RETRY_MS = 1_000;

async function run(settings: WorkerSettings): Promise<void> {
  // Where two cores are not enough, acknowledging comes before reacting: the journal keeps what waits.
  giveWay(constants.priority.PRIORITY_BELOW_NORMAL);
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
    points: createPoints(),
    ...(settings.influx && { maxOutboxBytes: settings.influx.maxOutboxBytes }),
  });
  const reader = followJournal(settings.journalDir, settings.journalEnd, log);
  const { rulesDir } = settings;
  const before = await store.rulesInForce();
  const readRules = createRuleReader(rulesDir);
  const rules = createReloader({
    folder: rulesDir,
    before: () => recallRules(before),
    first: await readRules(),
    read: readRules,
    install,
    told({ added, changed, removed, kept, faults }) {
      if (added.length + changed.length + removed.length > 0)
        log.info({ added, changed, removed, kept }, "other rules are in force");
      for (const each of faults) log.error({ fault: each }, "rule refused; what was in force goes on");
    },
  });
  for (const each of rules.faults()) log.error({ fault: each }, "rule refused; what was in force goes on");
  let engine = createRuleEngine(rules.inForce());
  let unkept: readonly Rule[] | undefined = rules.inForce();

  let followed = false;
  let behind = false;
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

  function keepVersions(of: readonly Rule[]): Promise<void> {
    const firstAt = clock.now();
    return store.putRulesInForce(
      of.map(({ id, version, definition, file }) => ({ id, version, definition, file, firstAt })),
    );
  }

  async function install(next: readonly Rule[]): Promise<void> {
    const other = createRuleEngine(next);
    unkept = next;
    const inForce = react.replaceRules(other);
    wake.abort();
    await inForce;
    engine = other;
  }

  async function stepSafely(): Promise<boolean> {
    try {
      // Before an incident can name a version, it can be looked up.
      while (unkept) {
        const these = unkept;
        await keepVersions(these);
        if (unkept === these) unkept = undefined;
      }
      const more = await react.step();
      behind = more;
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

  const stopHeartbeat = startHeartbeat(await startAliveMark(store, clock), log);
  const running = loop();
  const { influx } = settings;
  const shipper =
    influx &&
    startShipper({
      outbox: store,
      write: (...lines) => writeLines(influx.server, ...lines),
      clock,
      random: Math.random,
      behind: () => behind,
      log: log.child({ part: "timeseries" }),
    });
  const stopFigures = shipper && startHubFigures({ store, react: () => react.figures(), clock, log });
  const stopCoverage = shipper && startCoverageLines({ store, clock, log });
  const noticed = (): void => {
    rules
      .reload()
      .catch((error: unknown) =>
        log.error({ err: error }, "the rules could not be reloaded; those before go on"),
      );
  };
  const stopWatching = watchFolder(rulesDir, noticed);
  // What changed since the first reading was not watched yet.
  noticed();
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
      async putModePlan(estateId, plan) {
        await store.putModePlan(estateId, plan);
        of.refresh();
      },
      async orderMode(order) {
        const ordered = await store.orderMode(order);
        of.refresh();
        return ordered;
      },
      async endModeOrder(estateId, at) {
        await store.endModeOrder(estateId, at);
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
            ...rules.faults().map(describeFault),
            ...engine.conditionFaults().map(describeConditionFault),
          ],
          ...(fault && { fault }),
        }),
      timeSeries: async () => (await shipper?.health()) ?? null,
      rules: () => Promise.resolve(engine.list()),
      openAnomaly: (anomaly) => of.judge(anomalyVerdict(anomaly, clock.now())),
      reloadRules: () => rules.reload(),
      ruleFaults: () => Promise.resolve(rules.faults()),
      follow(on) {
        followed = on;
        return Promise.resolve();
      },
      async stop() {
        stopWatching();
        stopping.abort();
        wake.abort();
        await running;
        await stopFigures?.();
        await stopCoverage?.();
        await shipper?.stop();
        await stopHeartbeat();
        reader.close();
        store.close();
      },
    };
  }
}

async function sleepUntilWoken(ms: number | undefined, signal: AbortSignal): Promise<void> {
  // setTimeout takes at most 2^31 − 1; a timer later than an hour is looked at again then.
  await setTimeout(Math.min(ms ?? 3_600_000, 3_600_000), undefined, { signal }).catch(() => undefined);
}

await run(workerData as WorkerSettings);
