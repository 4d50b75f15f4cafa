import type { Accept, Authenticator, Clock } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import type { SiaAccount } from "./options.ts";

export interface SupervisionParts {
  readonly accept: Accept;
  readonly auth: Pick<Authenticator, "principal">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly accounts: readonly SiaAccount[];
  readonly tellAgainMs: number;
}

/** Tells which panels fall silent and which are heard again: `device.offline` of the panel's own device. */
export interface Supervision {
  /** Silence counts from now on. */
  start(): void;
  /** A message of the account was acknowledged. Cheap enough for every one; never throws. */
  readonly heard: (account: SiaAccount) => void;
  /** Who is silent then is not offline: the hub goes. */
  close(): void;
}

interface Watch {
  start(): void;
  heard(): void;
  stop(): void;
}

type Phase = "raise" | "clear";

/** Makes the supervision of the accounts that have a `silenceMs`; the others are as silent as they like. */
export function createSupervision(parts: SupervisionParts): Supervision {
  const watches = new Map(
    parts.accounts.flatMap((account): [SiaAccount, Watch][] =>
      account.silenceMs === undefined ? [] : [[account, watch(account, account.silenceMs, parts)]],
    ),
  );
  return {
    start() {
      for (const each of watches.values()) each.start();
    },
    heard: (account) => watches.get(account)?.heard(),
    close() {
      for (const each of watches.values()) each.stop();
    },
  };
}

/**
 * Changes are told in order, and one that was overtaken while the disk was slow is not told at all. The
 * first sign of life after a start is told as a present state: it ends an incident from before and begins
 * nothing. A timer counts, not the clock, which may be set.
 */
function watch(
  account: SiaAccount,
  silenceMs: number,
  { accept, auth, clock, log, tellAgainMs }: SupervisionParts,
): Watch {
  const { account: name, estate: estateId, gateway: gatewayId } = account;
  let told: Phase | undefined;
  let wanted: Phase | undefined;
  let telling = false;
  let stopped = false;
  let silence: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;

  const mayTell = (): boolean => auth.principal(gatewayId)?.estateIds.has(estateId) === true;

  /** What is still to be told, and may be. */
  const untold = (): Phase | undefined => (wanted !== told && !stopped && mayTell() ? wanted : undefined);

  function want(phase: Phase): void {
    wanted = phase;
    if (told !== phase) void tell();
  }

  async function tell(): Promise<void> {
    if (telling) return;
    telling = true;
    clearTimeout(again);
    try {
      for (let phase = untold(); phase; phase = untold()) {
        await accept({
          transport: "tcp",
          gatewayId,
          route: { kind: "native", estateId, deviceId: `${gatewayId}:sia-dc09:${name}` },
          payload: Buffer.from(
            JSON.stringify({
              code: "device.offline",
              phase,
              ...(phase === "clear" && told === undefined && { flags: ["initial"] }),
              ...(phase === "raise" && { attributes: { cause: "silence" } }),
            }),
          ),
          contentType: "application/json",
          retained: false,
          receivedAt: clock.now(),
        });
        told = phase;
      }
    } catch (error) {
      log.error({ err: error, account: name }, "that a panel is silent or back could not be kept");
    } finally {
      telling = false;
    }
    if (wanted !== told && !stopped) again = setTimeout(() => void tell(), tellAgainMs).unref();
  }

  return {
    start() {
      silence = setTimeout(() => want("raise"), silenceMs).unref();
    },
    heard() {
      if (stopped) return;
      silence?.refresh();
      want("clear");
    },
    stop() {
      stopped = true;
      clearTimeout(silence);
      clearTimeout(again);
    },
  };
}
