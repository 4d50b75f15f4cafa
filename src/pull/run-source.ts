import { setTimeout as sleep } from "node:timers/promises";
import type { EpochMs } from "../domain/time.ts";
import type { Accept, Authenticator, Clock } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { createBackoff } from "./backoff.ts";
import { asPullFault, type PullCause, PullFault } from "./pull-fault.ts";
import type { PullOutcome, Session } from "./session.ts";
import type { PullSource } from "./source.ts";
import { createOfflineTeller } from "./tell-offline.ts";
import type { PullTiming } from "./timing.ts";

/** How a source is doing. */
export interface PullState {
  readonly id: string;
  readonly state: "connecting" | "streaming" | "waiting";
  /** Since when it streams, or does not. */
  readonly since: EpochMs;
  /** Why it does not stream; undefined while it does, and before the first try has failed. */
  readonly reason: string | undefined;
}

/** What a source needs of the hub. */
export interface PullParts {
  readonly accept: Accept;
  readonly auth: Pick<Authenticator, "principal">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly timing: PullTiming;
  /** From 0 to 1; spreads the tries of many sources. */
  readonly random: () => number;
  readonly count: (outcome: PullOutcome) => void;
  readonly countFault: (why: PullCause) => void;
}

/** Reads one connection of a source; always ends with a rejection. */
export type Reader = (source: PullSource, session: Session) => Promise<never>;

/** A source at work. */
export interface RunningSource {
  readonly state: () => PullState;
  /** Resolves when it has stopped after the abort; never rejects. */
  readonly stopped: Promise<void>;
}

/** Reads a source for as long as the hub runs: connect, read, wait, again. */
export function runSource(
  source: PullSource,
  read: Reader,
  parts: PullParts,
  signal: AbortSignal,
): RunningSource {
  const { accept, auth, clock, log, timing } = parts;
  const { id, kind, gatewayId, estateId, device } = source;
  const isEntitled = (): boolean => auth.principal(gatewayId)?.estateIds.has(estateId) === true;
  const backoff = createBackoff(timing, parts.random);
  const offline = createOfflineTeller(source, { accept, clock, log, isEntitled });
  let state: PullState = { id, state: "connecting", since: clock.now(), reason: undefined };
  let grace: NodeJS.Timeout | undefined;
  let lastFault = new PullFault("unreachable", "not connected yet");

  /** From the moment a source does not stream: its device is offline unless it comes back in time. */
  function beginGrace(): void {
    grace = setTimeout(() => {
      grace = undefined;
      offline.gone(state.since, lastFault.why);
    }, timing.graceMs);
    grace.unref();
  }

  function streaming(): void {
    if (state.state === "streaming" || signal.aborted) return;
    state = { id, state: "streaming", since: clock.now(), reason: undefined };
    clearTimeout(grace);
    grace = undefined;
    backoff.letIn();
    offline.back();
    log.info({ source: id }, "a device streams");
  }

  function lost(fault: PullFault): void {
    const { state: before, since, reason } = state;
    lastFault = fault;
    parts.countFault(fault.why);
    const wasStreaming = before === "streaming";
    if (wasStreaming && clock.now() - since >= timing.stableMs) backoff.reset();
    if (wasStreaming || reason !== fault.message) {
      log.warn({ source: id, why: fault.why, reason: fault.message }, "a device does not stream");
    }
    state = {
      id,
      state: "waiting",
      since: wasStreaming ? clock.now() : since,
      reason: fault.message,
    };
    if (wasStreaming) beginGrace();
    else if (!grace) offline.gone(state.since, fault.why);
  }

  async function deliver(document: Parameters<Session["deliver"]>[0]): Promise<void> {
    // A gateway may be revoked at any time; then nothing of it is taken any more.
    requireEntitled();
    const { body, contentType } = document;
    try {
      const { outcome } = await accept({
        transport: "http",
        gatewayId,
        route: { kind: "bridge", estateId, gatewayId, path: `${kind}/${device}` },
        payload: body,
        ...(contentType !== undefined && { contentType }),
        retained: false,
        receivedAt: clock.now(),
      });
      parts.count(outcome);
    } catch (error) {
      throw new PullFault("hub", "the hub could not keep a message", { cause: error });
    }
  }

  function requireEntitled(): void {
    if (isEntitled()) return;
    const known = auth.principal(gatewayId) !== undefined;
    throw new PullFault(
      "not_entitled",
      known
        ? `gateway ${gatewayId} does not belong to estate ${estateId}`
        : `there is no gateway ${gatewayId}, or it was revoked`,
    );
  }

  async function once(): Promise<PullFault> {
    try {
      requireEntitled();
      state = { ...state, state: "connecting" };
      return await read(source, {
        signal,
        timing,
        clock,
        streaming,
        deliver,
        note: parts.count,
        mended: parts.countFault,
      });
    } catch (error) {
      return asPullFault(error);
    }
  }

  async function run(): Promise<void> {
    beginGrace();
    while (!signal.aborted) {
      const fault = await once();
      if (signal.aborted) break;
      lost(fault);
      await sleep(backoff.after(fault.why), undefined, { signal, ref: false }).catch(() => undefined);
    }
    clearTimeout(grace);
  }

  return { state: () => state, stopped: run() };
}
