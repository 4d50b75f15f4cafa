import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import AsyncLevelPersistence from "aedes-persistence-level/asyncPersistence.js";
import { ClassicLevel } from "classic-level";
import type { Clock } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { SINK } from "./publish.ts";

/** What outlives a connection and the process: subscriptions of persistent sessions, and queued commands. */
export interface Sessions {
  /** Aedes' `persistence`. */
  readonly persistence: AsyncLevelPersistence;
  /** How many messages wait for the fullest of the sessions that subscribe to `topic`; counts no further than `limit`. */
  queued(topic: string, limit: number): Promise<number>;
  close(): Promise<void>;
}

export interface SessionParts {
  /** Directory of its own; created when missing. */
  readonly dir: string;
  /** Whether a client may have this subscription: Aedes stores refused ones of a packet with the granted. */
  readonly maySubscribe: (client: object, filter: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A few hundred sessions of one subscription each need no more. */
const SMALL = { cacheSize: 256 * 1024, writeBufferSize: 256 * 1024, maxOpenFiles: 32 };

const NO_SUBSCRIPTIONS = Promise.resolve([]);
const NOTHING = Promise.resolve();

/**
 * Opens the session store, LevelDB through aedes-persistence-level. Sessions are a comfort, not the truth: a
 * store that cannot be read is set aside with a warning and gateways subscribe anew. Throws when
 * another process has it open. Writes survive the end of the process, but the last ones not a power cut.
 *
 * Wills are not stored. Those of a hub that crashed would be published by the next one, and say of every
 * gateway that it is offline when it was the hub that was. The broker id is left to chance: with a fixed
 * one, counters begin again after a restart and a queued message is overwritten.
 */
export async function openSessions({ dir, maySubscribe, clock, log }: SessionParts): Promise<Sessions> {
  const db = await openStore(dir, clock, log);
  const persistence = new SessionPersistence(db, maySubscribe);

  return {
    persistence,
    async queued(topic, limit) {
      let most = 0;
      for (const { clientId = "" } of await persistence.subscriptionsByTopic(topic)) {
        // Its layout of keys: `outgoing:<client id>:<broker id>:<counter>`.
        const prefix = `outgoing:${encodeURIComponent(clientId)}`;
        const keys = await db.keys({ gte: `${prefix}:`, lt: `${prefix};`, limit }).all();
        most = Math.max(most, keys.length);
      }
      return most;
    },
    close: () => db.close(),
  };
}

type MaySubscribe = SessionParts["maySubscribe"];
type Method<Name extends keyof AsyncLevelPersistence> = Parameters<AsyncLevelPersistence[Name]>;

/** The package's persistence, less what the hub has no use for on the way of every event and connection. */
class SessionPersistence extends AsyncLevelPersistence {
  readonly #maySubscribe: MaySubscribe;

  constructor(db: ClassicLevel, maySubscribe: MaySubscribe) {
    super(db);
    this.#maySubscribe = maySubscribe;
  }

  override async addSubscriptions(...[client, subscriptions]: Method<"addSubscriptions">): Promise<void> {
    const granted = subscriptions.filter(({ topic }) => this.#maySubscribe(client, topic));
    await super.addSubscriptions(client, granted);
  }

  override subscriptionsByTopic(topic: string): ReturnType<AsyncLevelPersistence["subscriptionsByTopic"]> {
    return topic === SINK ? NO_SUBSCRIPTIONS : super.subscriptionsByTopic(topic);
  }

  override outgoingEnqueueCombi(...args: Method<"outgoingEnqueueCombi">): Promise<unknown> {
    return args[0].length === 0 ? NOTHING : super.outgoingEnqueueCombi(...args);
  }

  override storeRetained(): Promise<void> {
    return NOTHING;
  }

  override createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }

  override putWill(): Promise<void> {
    return NOTHING;
  }

  override delWill(): Promise<void> {
    return NOTHING;
  }

  override streamWill(): Readable {
    return Readable.from([]);
  }
}

async function openStore(dir: string, clock: Clock, log: Logger): Promise<ClassicLevel> {
  await mkdir(dirname(dir), { recursive: true });
  const db = new ClassicLevel(dir, SMALL);
  try {
    await db.open();
    return db;
  } catch (error) {
    if (causeCode(error) === "LEVEL_LOCKED") throw error;
    const aside = `${dir}.unreadable-${clock.now()}`;
    log.warn({ err: error, aside }, "session store cannot be read; set aside, gateways subscribe anew");
    await rename(dir, aside);
    const fresh = new ClassicLevel(dir, SMALL);
    await fresh.open();
    return fresh;
  }
}

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
