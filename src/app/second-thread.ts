import { Worker } from "node:worker_threads";
import type { JournalPosition } from "../domain/journal.ts";
import type { Backroom, LiveFeed, LiveListener } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { connect } from "../runtime/rpc.ts";
import type { WorkerNews, WorkerSettings } from "../worker.ts";

/** Longest a query may take before its caller is told that the hub is busy. */
const DEADLINE_MS = 30_000;
/** What goes over the whole database may take longer. */
const LONG_DEADLINE_MS = 30 * 60_000;
const LONG = new Set<string>([
  "backup",
  "verify",
  "importCases",
  "importRegistry",
  "deleteEventsBefore",
  "deleteDeadLettersBefore",
]);
/** News of the journal's end is sent at most this often; a message costs more than a glance at a file. */
const NEWS_EVERY_MS = 5;
const START_MS = 30_000;
/** Far above what it needs; with the limit of a large machine V8 would let garbage grow to hundreds of megabytes. */
const HEAP = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 };

/** The database thread as the main thread sees it. */
export interface SecondThread {
  readonly backroom: Backroom;
  readonly live: LiveFeed;
  /** Tells the thread, soon, that the journal is durable up to here. */
  journalGrew(position: JournalPosition): void;
  /** Says why the thread is gone; undefined while it lives. */
  lost(): Error | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the database thread and resolves when it answers. When it ends unasked, `onLost` is told: the
 * hub cannot do its work without it, and a fresh process finds everything in the journal.
 */
export async function startSecondThread(
  settings: WorkerSettings,
  log: Logger,
  onLost: (error: Error) => void,
): Promise<SecondThread> {
  const worker = new Worker(new URL("../worker.ts", import.meta.url), {
    workerData: settings,
    resourceLimits: HEAP,
  });
  const listeners = new Set<LiveListener>();
  const ready = Promise.withResolvers<void>();
  let gone: Error | undefined;
  let stopping = false;

  function lose(error: Error): void {
    gone ??= error;
    ready.reject(error);
    if (!stopping) onLost(error);
  }
  worker.on("error", lose);
  worker.on("exit", (code) => lose(new Error(`the database thread ended with code ${code}`)));
  worker.on("message", (news: WorkerNews | object) => {
    if ("ready" in news) ready.resolve();
    if ("live" in news) for (const listener of listeners) listener(news.live);
  });

  const timer = setTimeout(
    () => ready.reject(new Error("the database thread did not start in time")),
    START_MS,
  );
  try {
    await ready.promise;
  } catch (error) {
    stopping = true;
    await worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  const backroom = connect<Backroom>(
    worker,
    (method) => (LONG.has(method) ? LONG_DEADLINE_MS : DEADLINE_MS),
    () => gone,
  );
  let latest: JournalPosition | undefined;
  function follow(on: boolean): void {
    backroom
      .follow(on)
      .catch((error: unknown) => log.error({ err: error }, "the live feed could not be switched"));
  }

  return {
    backroom,
    journalGrew(position) {
      if (latest === undefined) {
        setTimeout(() => {
          const end = latest;
          latest = undefined;
          // A lost thread has been told of already.
          if (end) backroom.journalGrew(end).catch(() => undefined);
        }, NEWS_EVERY_MS);
      }
      latest = position;
    },
    lost: () => gone,
    live: {
      subscribe(listener) {
        listeners.add(listener);
        if (listeners.size === 1) follow(true);
        return () => {
          if (listeners.delete(listener) && listeners.size === 0) follow(false);
        };
      },
    },
    async stop() {
      stopping = true;
      try {
        if (!gone) await backroom.stop();
      } finally {
        await worker.terminate();
      }
    },
  };
}
