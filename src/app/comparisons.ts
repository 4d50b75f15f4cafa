import { Worker } from "node:worker_threads";
import { SECOND } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { ComparisonDesk } from "../ports.ts";
import { connect } from "../runtime/rpc.ts";

/** Questions in line at once; the next is told to come again. */
const IN_LINE = 16;
/** What a question may take, its place in line included. */
const DEADLINE_MS = 60 * SECOND;
/** The thread ends when nobody asked for so long, and with it its memory. */
const IDLE_MS = 60 * SECOND;
/** Far above what the largest question needs. */
const HEAP = { maxOldGenerationSizeMb: 512 };

interface Thread {
  readonly desk: ComparisonDesk;
  /** Rejects when the thread is gone; never resolves. */
  readonly lost: Promise<never>;
  end(): Promise<void>;
}

/**
 * Compares in a thread of its own, which is started by the first question and ends when nobody asks any more.
 * One that takes too long, or fails, takes those in line with it; the next question finds a fresh thread.
 */
export function createComparisons(): ComparisonDesk & { close(): Promise<void> } {
  let thread: Thread | undefined;
  let inLine = 0;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ended = thread;
    thread = undefined;
    await ended?.end();
  }

  return {
    async compare(input) {
      if (closed) throw new ZhianError("UNAVAILABLE", "the hub is stopping");
      if (inLine >= IN_LINE) throw new ZhianError("UNAVAILABLE", "others are asking for the same; try again");
      inLine++;
      clearTimeout(idle);
      thread ??= startThread();
      const asked = thread;
      try {
        return await Promise.race([asked.desk.compare(input), asked.lost]);
      } catch (error) {
        const broken = !(error instanceof ZhianError) || error.code === "UNAVAILABLE";
        if (broken && asked === thread) await end();
        throw error;
      } finally {
        inLine--;
        if (inLine === 0) idle = setTimeout(() => void end(), IDLE_MS).unref();
      }
    },
    async close() {
      closed = true;
      await end();
    },
  };
}

function startThread(): Thread {
  const worker = new Worker(new URL("./comparison-thread.ts", import.meta.url), { resourceLimits: HEAP });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  // Those who wait hear of it by the race; when nobody waits it is of no interest.
  lost.catch(() => undefined);
  let gone: Error | undefined;
  const lose = (error: Error): void => {
    gone ??= error;
    reject(new ZhianError("UNAVAILABLE", "the comparison was broken off", { cause: error }));
  };
  worker.on("error", lose);
  worker.on("exit", (code) => lose(new Error(`the comparing thread ended with code ${code}`)));
  return {
    desk: connect<ComparisonDesk>(
      worker,
      () => DEADLINE_MS,
      () => gone,
    ),
    lost,
    end: async () => void (await worker.terminate()),
  };
}
