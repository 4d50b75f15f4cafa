import { setTimeout } from "node:timers/promises";
import { MINUTE, SECOND } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Clock, PointTarget, RefusedLine } from "../ports.ts";
import { type Answer, verdictOf } from "./answer.ts";
import { deliver } from "./deliver.ts";
import { BATCH_LINES } from "./shipper.ts";

const DEADLINE = 15 * SECOND;
/** After a failure; doubles with each up to a minute. */
const FIRST_WAIT = SECOND;
/** So many failures in a row, some ten minutes, end it. */
const MOST_FAILURES = 12;

/** How a rebuild went. */
export interface Rebuilt {
  /** Lines that InfluxDB took. */
  readonly lines: number;
  readonly refused: readonly RefusedLine[];
}

interface Parts {
  readonly blocks: Iterable<{ readonly target: PointTarget; readonly lines: readonly string[] }>;
  readonly write: (target: PointTarget, body: Uint8Array, signal: AbortSignal) => Promise<Answer>;
  readonly clock: Clock;
  /** Told the lines taken so far, after each batch. */
  readonly onProgress: (lines: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Ships lines once more, each batch until it is settled. Points that are there are replaced by themselves.
 * Throws ZhianError UNAVAILABLE when InfluxDB stays away or must be mended first; run again, it begins anew.
 */
export async function rebuildInflux({ blocks, write, clock, onProgress, signal }: Parts): Promise<Rebuilt> {
  const refused: RefusedLine[] = [];
  let taken = 0;

  async function send(target: PointTarget, body: Uint8Array) {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
    try {
      return verdictOf(await write(target, body, deadline), clock.now());
    } catch {
      signal.throwIfAborted();
      return { kind: "later", reason: "it does not answer", waitMs: 0 } as const;
    }
  }
  async function settle(target: PointTarget, body: Uint8Array): Promise<void> {
    for (let failures = 0; ; failures++) {
      const delivery = await deliver(body, (part) => send(target, part));
      if (delivery.kind === "settled") {
        taken += delivery.accepted;
        refused.push(...delivery.refused.map((each) => ({ target, ...each })));
        return;
      }
      if (delivery.kind === "mend" || failures >= MOST_FAILURES)
        throw new ZhianError("UNAVAILABLE", `InfluxDB takes no lines: ${delivery.reason}`);
      const wait = Math.max(delivery.waitMs, Math.min(MINUTE, FIRST_WAIT * 2 ** failures));
      await setTimeout(wait, undefined, { signal });
    }
  }

  for (const { target, lines } of blocks) {
    for (let start = 0; start < lines.length; start += BATCH_LINES) {
      await settle(target, Buffer.from(`${lines.slice(start, start + BATCH_LINES).join("\n")}\n`));
      onProgress(taken);
    }
  }
  return { lines: taken, refused };
}
