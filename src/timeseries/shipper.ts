import { setTimeout } from "node:timers/promises";
import { MINUTE, SECOND, type EpochMs } from "../domain/time.ts";
import type { Clock, LineOutbox, PointTarget, TimeSeriesHealth } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { type Answer, type Verdict, verdictOf } from "./answer.ts";
import { deliver, type Delivery } from "./deliver.ts";

/** Lines that one request carries at most. */
export const BATCH_LINES = 5_000;
const BATCH_BYTES = 1_000_000;
/** While react is behind, the shipper rests this many times as long as it worked. */
const YIELD = 9;
const TARGETS: readonly PointTarget[] = ["raw", "years"];

/** Times of the shipper, milliseconds. */
interface Timing {
  /** A request that takes longer is broken off. */
  readonly deadline: number;
  /** Between two rounds while less than a full batch waits. */
  readonly pause: number;
  /** After the first failure; doubles with each, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** Between two looks whether somebody mended what is wrong. */
  readonly mend: number;
}

const TIMING: Timing = {
  deadline: 15 * SECOND,
  pause: SECOND,
  first: SECOND,
  longest: 5 * MINUTE,
  mend: MINUTE,
};

interface Parts {
  readonly outbox: Pick<LineOutbox, "take" | "settle" | "outbox">;
  /** Writes lines to InfluxDB. */
  readonly write: (target: PointTarget, body: Uint8Array, signal: AbortSignal) => Promise<Answer>;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** True while react has more to do than it gets done. */
  readonly behind: () => boolean;
  /** Shorter ones are for tests. */
  readonly timing?: Partial<Timing>;
}

/** Sends what waits in the outbox to InfluxDB, for ever. */
export interface Shipper {
  health(): Promise<TimeSeriesHealth>;
  /** Breaks off the request under way; its lines stay in the outbox. */
  stop(): Promise<void>;
}

/** Starts shipping. Nothing of it touches whoever fills the outbox. */
export function startShipper({ outbox, write, clock, random, log, behind, ...rest }: Parts): Shipper {
  const timing = { ...TIMING, ...rest.timing };
  const stopping = new AbortController();
  let state: TimeSeriesHealth["state"] = "shipping";
  let fault: { readonly since: EpochMs; readonly message: string } | undefined;
  let failures = 0;

  async function send(target: PointTarget, body: Uint8Array): Promise<Verdict> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(timing.deadline)]);
    try {
      return verdictOf(await write(target, body, signal), clock.now());
    } catch (error) {
      return { kind: "later", reason: networkReason(error), waitMs: 0 };
    }
  }

  /** One batch of a target; true when another full one may wait. */
  async function ship(target: PointTarget): Promise<boolean | Exclude<Delivery, { kind: "settled" }>> {
    const batch = await outbox.take(target, BATCH_LINES, BATCH_BYTES);
    if (!batch) return false;
    const delivery = await deliver(batch.body, (body) => send(target, body));
    if (delivery.kind !== "settled") return delivery;
    const refused = delivery.refused.map((each) => ({ target, ...each }));
    await outbox.settle(batch.rows, refused, delivery.accepted > 0);
    if (refused.length > 0)
      log.warn(
        { refused: refused.length, reason: refused[0]?.reason },
        "InfluxDB refuses lines; they are dead letters now",
      );
    return batch.lines >= BATCH_LINES / 2;
  }

  /** One batch of each target; how long to wait before the next round, milliseconds. */
  async function round(): Promise<number> {
    const began = performance.now();
    let more = false;
    for (const target of TARGETS) {
      const outcome = await ship(target);
      if (typeof outcome === "object") return delay(outcome);
      more ||= outcome;
    }
    if (fault) log.info({ heldMs: clock.now() - fault.since }, "InfluxDB takes lines again");
    fault = undefined;
    failures = 0;
    state = "shipping";
    if (!more) return timing.pause;
    // InfluxDB may run on the same cores; what reacts to events comes first, and the outbox waits well.
    return behind() ? YIELD * (performance.now() - began) : 0;
  }

  function delay({ kind, reason, waitMs }: Exclude<Delivery, { kind: "settled" }>): number {
    const next = kind === "mend" ? "paused" : "waiting";
    if ((!fault || state !== next) && !stopping.signal.aborted)
      log.warn({ reason }, "InfluxDB takes no lines; they stay in the outbox");
    fault = { since: fault?.since ?? clock.now(), message: `InfluxDB takes no lines: ${reason}` };
    state = next;
    if (kind === "mend") return Math.max(waitMs, timing.mend);
    const most = Math.min(timing.longest, timing.first * 2 ** Math.min(failures++, 30));
    // Full jitter, so that hubs that lost the same server do not come back together.
    return Math.max(waitMs, random() * most);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      let wait = timing.longest;
      try {
        wait = await round();
      } catch (error) {
        log.error({ err: error }, "the outbox of time series fails; it is tried again");
        fault = { since: fault?.since ?? clock.now(), message: `the outbox fails: ${networkReason(error)}` };
        wait = timing.first;
      }
      await setTimeout(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    async health() {
      return { ...(await outbox.outbox()), state, ...(fault && { fault }) };
    },
    async stop() {
      stopping.abort(new Error("the hub stops"));
      await running;
    },
  };
}

/** What failed, without addresses that might hold a name or a password. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, name, message } = cause as { code?: unknown; name?: unknown; message?: unknown };
  if (name === "TimeoutError") return "no answer in time";
  return typeof code === "string" ? code : String(message ?? name);
}
