import { schedule } from "node-cron";
import { DAY, SECOND, type EpochMs } from "../domain/time.ts";
import type { AcceptPresence, Authenticator, Clock, Store } from "../ports.ts";
import { everyPage } from "../runtime/every-page.ts";
import type { Logger } from "../runtime/log.ts";

/** Ten years of comparisons, and the year before them. */
const OUTAGE_DAYS = 4_018;
/** A sign of life that ended no absence waits this long for one that is told late. */
const SIGN_DAYS = 31;

interface RetentionOptions {
  readonly rawEventDays: number;
  readonly deadLetterDays: number;
  readonly schedule: string;
  readonly zone: string;
}

/** Deletes raw events and dead letters past their time, every night; returns how to stop. */
export function scheduleRetention(
  store: Pick<
    Store,
    "deleteEventsBefore" | "deleteDeadLettersBefore" | "deleteOutagesBefore" | "deleteSignsBefore"
  >,
  clock: Clock,
  log: Logger,
  options: RetentionOptions,
): () => Promise<void> {
  async function sweep(
    what: string,
    days: number,
    remove: (before: EpochMs) => Promise<number>,
  ): Promise<void> {
    try {
      const deleted = await remove(clock.now() - days * DAY);
      log.info({ what, deleted, olderThanDays: days }, "past their time, deleted");
    } catch (error) {
      log.error({ err: error, what }, "retention failed; it runs again next night");
    }
  }
  const task = schedule(
    options.schedule,
    async () => {
      await sweep("raw events", options.rawEventDays, (before) => store.deleteEventsBefore(before));
      await sweep("dead letters", options.deadLetterDays, (before) => store.deleteDeadLettersBefore(before));
      await sweep("outages", OUTAGE_DAYS, (before) => store.deleteOutagesBefore(before));
      await sweep("signs of life", SIGN_DAYS, (before) => store.deleteSignsBefore(before));
    },
    { timezone: options.zone, noOverlap: true },
  );
  return async () => {
    await task.destroy();
  };
}

/**
 * After a start nobody is connected yet, but gateways are on file as online from before. Those that
 * have not come back after the grace are offline, and are told so; returns how to call it off.
 */
export function sweepPresence(
  parts: {
    readonly store: Pick<Store, "gateways">;
    readonly auth: Authenticator;
    readonly isPresent: (gatewayId: string) => boolean;
    readonly acceptPresence: AcceptPresence;
    readonly log: Logger;
  },
  graceSeconds: number,
): () => void {
  async function sweep(): Promise<void> {
    for (const gateway of await everyPage((request) => parts.store.gateways(request), undefined)) {
      const principal = parts.auth.principal(gateway.id);
      if (gateway.presence === "online" && principal && !parts.isPresent(gateway.id)) {
        await parts.acceptPresence(principal, "offline", "silence");
      }
    }
  }
  const timer = setTimeout(() => {
    sweep().catch((error: unknown) =>
      parts.log.error({ err: error }, "gateways that stayed away were not looked for"),
    );
  }, graceSeconds * SECOND);
  return () => clearTimeout(timer);
}
