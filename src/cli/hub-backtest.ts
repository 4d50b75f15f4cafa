import { setTimeout as pause } from "node:timers/promises";
import type { BacktestProgress, BacktestReport } from "../domain/backtest.ts";
import type { ApiClient } from "./api-client.ts";
import { CALLS } from "./calls.ts";
import { CliFailure } from "./failure.ts";

/** What the hub is asked; days are instants already. */
export interface HubBacktest {
  readonly from: string;
  readonly to: string;
  readonly estateId?: string;
  readonly officers?: number;
  /** Texts of rule files by name. */
  readonly proposed?: Readonly<Record<string, string>>;
}

const ASK_EVERY_MS = 500;

/** Has a running hub try rules, and waits for the report. Called off, it tells the hub so. */
export async function backtestOnHub(
  client: ApiClient,
  body: HubBacktest,
  onProgress: (progress: BacktestProgress) => void,
  signal: AbortSignal,
): Promise<BacktestReport> {
  // Not broken off: without its id a backtest cannot be called off.
  const { id } = await client.call(CALLS.startBacktest, { body });
  const params = { backtestId: id };
  try {
    for (;;) {
      const { status, progress, report, failure } = await client.call(CALLS.showBacktest, { params, signal });
      if (progress) onProgress(progress);
      if (report) return report;
      if (status !== "running") throw new CliFailure(failure ?? "the backtest was called off");
      await pause(ASK_EVERY_MS, undefined, { signal });
    }
  } finally {
    // Ended or not, the hub need not keep it; what it answers makes no difference any more.
    await client.call(CALLS.endBacktest, { params }).catch(() => undefined);
  }
}
