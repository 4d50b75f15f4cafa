import { schedule } from "node-cron";
import { DAY, SECOND } from "../domain/time.ts";
import type { AcceptPresence, Authenticator, Clock, Store } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";

interface RetentionOptions {
  readonly rawEventDays: number;
  readonly schedule: string;
  readonly zone: string;
}

/** Deletes raw events past their time, every night; returns how to stop. */
export function scheduleRetention(
  store: Pick<Store, "deleteEventsBefore">,
  clock: Clock,
  log: Logger,
  options: RetentionOptions,
): () => Promise<void> {
  const task = schedule(
    options.schedule,
    async () => {
      try {
        const deleted = await store.deleteEventsBefore(clock.now() - options.rawEventDays * DAY);
        log.info({ deleted, olderThanDays: options.rawEventDays }, "raw events past their time deleted");
      } catch (error) {
        log.error({ err: error }, "retention failed; it runs again next night");
      }
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
    for (let after: string | undefined; ;) {
      const page = await parts.store.gateways({
        scope: undefined,
        limit: 500,
        ...(after !== undefined && { after }),
      });
      for (const gateway of page.items) {
        const principal = parts.auth.principal(gateway.id);
        if (gateway.presence === "online" && principal && !parts.isPresent(gateway.id)) {
          await parts.acceptPresence(principal, "offline", "silence");
        }
      }
      if (page.next === undefined) return;
      after = page.next;
    }
  }
  const timer = setTimeout(() => {
    sweep().catch((error: unknown) =>
      parts.log.error({ err: error }, "gateways that stayed away were not looked for"),
    );
  }, graceSeconds * SECOND);
  return () => clearTimeout(timer);
}
