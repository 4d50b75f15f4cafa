import { HOUR, MINUTE } from "../domain/time.ts";
import type { Clock, LineOutbox } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import type { KindCoverages } from "../store/kind-coverage.ts";
import { fieldsOf, lineOf, seriesOf } from "../timeseries/line.ts";

/** Signs of life may be told this much late. */
const SETTLED = 5 * MINUTE;
/** After a start these are written once more, in case nobody wrote them: the same points replace themselves. */
const HOURS_BACK = 48;

interface Parts {
  readonly store: KindCoverages & Pick<LineOutbox, "enqueue">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Writes the coverage of each hour that is over into the outbox until the returned function is called. */
export function startCoverageLines({ store, clock, log }: Parts): () => Promise<void> {
  const stopping = new AbortController();
  let next = Math.floor(clock.now() / HOUR) * HOUR - HOURS_BACK * HOUR;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    while (next + HOUR + SETTLED <= clock.now() && !stopping.signal.aborted) {
      const hour = next;
      const lines = (await store.coverageByKind({ from: hour, to: hour + HOUR })).map(
        ({ estateId, kind, deviceSeconds, observedSeconds }) =>
          lineOf(
            seriesOf("coverage", { device_kind: kind, estate: estateId }),
            fieldsOf("coverage", { device_seconds: deviceSeconds, observed_seconds: observedSeconds }),
            hour,
            0,
          ),
      );
      if (lines.length > 0) await store.enqueue("raw", lines, hour);
      next = hour + HOUR;
    }
  }
  function begin(): void {
    writing = writing.then(write).catch((error: unknown) => {
      log.warn({ err: error }, "the coverage of an hour was not written; it is tried again in a minute");
    });
  }
  begin();
  const timer = setInterval(begin, MINUTE);
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await writing;
  };
}
