import { SECOND } from "../domain/time.ts";
import type { Clock, LineOutbox, ReactHealth, Store } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { fieldsOf, lineOf, seriesOf } from "../timeseries/line.ts";

const EVERY = 10 * SECOND;

interface Parts {
  readonly store: Pick<LineOutbox, "outbox" | "enqueue"> & Pick<Store, "figures">;
  readonly react: () => Pick<ReactHealth, "reactedEvents">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Writes the hub's own figures into the outbox every ten seconds until the returned function is called. */
export function startHubFigures({ store, react, clock, log }: Parts): () => Promise<void> {
  let before = { at: clock.now(), events: react().reactedEvents };
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    const at = clock.now();
    const events = react().reactedEvents;
    const seconds = (at - before.at) / SECOND;
    const rate = seconds > 0 ? (events - before.events) / seconds : 0;
    before = { at, events };
    const [outbox, figures] = [await store.outbox(), await store.figures()];
    const fields = fieldsOf("hub", {
      outbox_lines: outbox.lines,
      outbox_bytes: outbox.bytes,
      outbox_age_seconds: outbox.oldestAt === undefined ? 0 : Math.max(0, at - outbox.oldestAt) / SECOND,
      events_per_second: rate,
      dead_letters: figures.pendingDeadLetters,
      line_dead_letters: outbox.deadLetters,
      open_incidents: figures.openIncidents,
    });
    await store.enqueue("raw", [lineOf(seriesOf("hub", {}), fields, at, 0)], at);
  }
  const timer = setInterval(() => {
    writing = writing.then(write).catch((error: unknown) => {
      log.warn({ err: error }, "the hub's own figures were not written; the next are in ten seconds");
    });
  }, EVERY);
  return async () => {
    clearInterval(timer);
    await writing;
  };
}
