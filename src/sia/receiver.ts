import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { ZhianError } from "../errors.ts";
import type { Accept, Authenticator, Clock } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { createExchange } from "./exchange.ts";
import { createCounters, type SiaFigures } from "./figures.ts";
import { createFlood } from "./flood.ts";
import { DEFAULT_LIMITS, type SiaOptions } from "./options.ts";
import { createSparseLog } from "./sparse-log.ts";
import { createSupervision } from "./supervision.ts";
import { createTcpDoor, type Door } from "./tcp.ts";
import { createUdpDoor } from "./udp.ts";

export interface SiaReceiverParts {
  readonly accept: Accept;
  readonly auth: Pick<Authenticator, "principal">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: SiaOptions;
}

/** Ports by door; a door that is not configured is absent. */
export interface SiaPorts {
  readonly tcp?: number;
  readonly udp?: number;
}

/** A receiver of SIA DC-09 for alarm panels. An ACK means that the message is on disk. */
export interface SiaReceiver {
  /** Opens the configured doors, or none. Throws ZhianError UNAVAILABLE for a port that cannot be had. */
  listen(): Promise<SiaPorts>;
  readonly figures: () => SiaFigures;
  /** Takes nothing more in, waits a bounded time until what was taken is on disk and answered, and ends. */
  close(): Promise<void>;
}

const LOOK_AGAIN_MS = 10;

/** Makes a receiver that does not listen yet. */
export function createSiaReceiver({ accept, auth, clock, log, options }: SiaReceiverParts): SiaReceiver {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const counters = createCounters();
  const { accounts } = options;
  const { maxPending, tellAgainMs, lettersPerMinute } = limits;
  const flood = createFlood({ clock, ...limits });
  const letters = createFlood({ clock, framesPerMinute: lettersPerMinute, faultsPerMinute: Infinity });
  const supervision = createSupervision({ accept, auth, clock, log, accounts, tellAgainMs });
  const warn = createSparseLog(log, clock);
  const exchange = createExchange({
    accept,
    auth,
    clock,
    counters,
    warn,
    flood,
    letters,
    heard: supervision.heard,
    accounts,
    maxPending,
  });
  const common = { exchange, counters, flood, clock, limits };
  const doors: Readonly<Record<keyof SiaPorts, Door | undefined>> = {
    tcp: options.tcp && createTcpDoor({ ...common, address: options.tcp }),
    udp: options.udp && createUdpDoor({ ...common, address: options.udp }),
  };
  const all = Object.values(doors).filter((door) => door !== undefined);

  async function open(name: keyof SiaPorts): Promise<SiaPorts> {
    try {
      const port = await doors[name]?.open();
      return port === undefined ? {} : { [name]: port };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const faults = [{ field: `sia.${name}`, reason }];
      throw new ZhianError("UNAVAILABLE", `SIA DC-09 cannot listen: ${reason}`, { cause, faults });
    }
  }

  async function close(): Promise<void> {
    supervision.close();
    for (const door of all) door.close();
    for (let waited = 0; exchange.pending() > 0 && waited < limits.closeMs; waited += LOOK_AGAIN_MS) {
      await sleep(LOOK_AGAIN_MS);
    }
    if (exchange.pending() > 0) {
      log.warn(
        { pending: exchange.pending() },
        "closing with messages not on disk; they are not acknowledged",
      );
    }
    // An answer leaves the turn after its message was done.
    await nextTurn();
    for (const door of all) door.end();
  }

  return {
    async listen() {
      try {
        const ports = { ...(await open("tcp")), ...(await open("udp")) };
        supervision.start();
        return ports;
      } catch (error) {
        await close();
        throw error;
      }
    },
    figures: () => ({
      connections: all.reduce((sum, door) => sum + door.connections(), 0),
      pending: exchange.pending(),
      ...counters.read(),
    }),
    close,
  };
}
