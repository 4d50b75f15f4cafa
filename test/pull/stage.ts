import { setTimeout as sleep } from "node:timers/promises";
import pino, { type Logger } from "pino";
import { expect } from "vitest";
import type { Accept, Acceptance, GatewayPrincipal, InboundMessage } from "../../src/ports.ts";
import { startPull, type Pull } from "../../src/pull/pull.ts";
import type { PullSource } from "../../src/pull/source.ts";
import type { PullTiming } from "../../src/pull/timing.ts";

/** A hub as pulling sees it: what was accepted, who is a gateway, what was logged. */
export interface PullStage {
  readonly pull: Pull;
  /** Vendors' messages, in the order of their acceptance. */
  readonly messages: readonly InboundMessage[];
  readonly texts: () => readonly string[];
  /** What was told of the device itself: `raise` or `clear`, with the payload. */
  readonly told: readonly Readonly<Record<string, unknown>>[];
  readonly native: readonly InboundMessage[];
  readonly log: () => string;
  /** Replaces what accepting does; called after the message was noted. */
  accept: (message: InboundMessage) => Promise<Acceptance>;
  /** The estates of gateway `gw-1`; undefined when there is no such gateway. */
  estates: readonly string[] | undefined;
  /** Milliseconds the hub's clock is ahead of the machine's. */
  ahead: number;
  state: () => string;
  reason: () => string | undefined;
}

/** Spans short enough for tests; waits after failures are counted, not slept. */
const QUICK: PullTiming = {
  openMs: 1_000,
  graceMs: 80,
  backoffMs: 10,
  mostBackoffMs: 40,
  refusedMs: 200,
  mostRefusedMs: 800,
  stableMs: 60_000,
  entitledMs: 20,
  pollMs: 200,
  emptyPollMs: 10,
  closeMs: 900,
};

const running: Pull[] = [];

/** Pulls from one device. */
export function setStage(
  source: Partial<PullSource> & { readonly url: URL },
  timing: Partial<PullTiming> = {},
): PullStage {
  const messages: InboundMessage[] = [];
  const native: InboundMessage[] = [];
  const told: Record<string, unknown>[] = [];
  const lines: string[] = [];
  const log: Logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const accept: Accept = async (message) => {
    if (message.route.kind === "native") {
      native.push(message);
      told.push(JSON.parse(Buffer.from(message.payload).toString()) as Record<string, unknown>);
      return { outcome: "events", events: 1 };
    }
    messages.push(message);
    return stage.accept(message);
  };
  const principal = (gatewayId: string): GatewayPrincipal | undefined =>
    gatewayId === "gw-1" && stage.estates ? { gatewayId, estateIds: new Set(stage.estates) } : undefined;
  const whole: PullSource = {
    id: "east",
    kind: "hikvision",
    gatewayId: "gw-1",
    estateId: "e1",
    device: "east-gate",
    user: "hub",
    password: "pass:wörd",
    trust: { kind: "authorities" },
    silenceMs: 1_500,
    ...source,
  };
  const stage: Omit<PullStage, "pull"> = {
    messages,
    native,
    told,
    texts: () => messages.map(({ payload }) => Buffer.from(payload).toString()),
    log: () => lines.join(""),
    accept: async () => ({ outcome: "events", events: 1 }),
    estates: ["e1"],
    ahead: 0,
    state: () => pull.states()[0]?.state ?? "",
    reason: () => pull.states()[0]?.reason,
  };
  const pull = startPull([whole], {
    accept,
    auth: { principal },
    clock: { now: () => Date.now() + stage.ahead },
    log,
    timing: { ...QUICK, ...timing },
    random: () => 0,
  });
  running.push(pull);
  return Object.assign(stage, { pull });
}

/** Ends what a test started. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((pull) => pull.close()));
}

/** Looks until the check passes; fails with its last complaint. */
export async function eventually(check: () => void, ms = 3_000): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      check();
      break;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await sleep(5);
  }
  expect(check).not.toThrow();
}
