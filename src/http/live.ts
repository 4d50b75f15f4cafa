import { Readable } from "node:stream";
import { z } from "zod";
import { ZhianError } from "../errors.ts";
import type { LiveFeed, LiveItem } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import type { Caller, TokenDesk } from "./auth.ts";
import type { HttpMeters } from "./metrics.ts";
import type { HttpLimits } from "./parts.ts";
import { eventSchema } from "./routes/events.ts";
import { incidentSchema, transitionSchema } from "./routes/incidents.ts";
import { covers } from "./scope.ts";

/** What one reader wants to see. */
interface Wishes {
  readonly events: boolean;
  readonly estateId: string | undefined;
}

/** The readers of the live feed. */
export interface LiveReaders {
  /** A stream of server-sent events. Throws UNAVAILABLE when there are too many. */
  open(caller: Caller, wishes: Wishes): Readable;
  /** Ends the streams of a token at once. */
  endToken(tokenId: string): void;
  /** Ends all; afterwards none can be opened. */
  close(): void;
}

interface Reader {
  readonly caller: Caller;
  readonly wishes: Wishes;
  readonly stream: Readable;
}

const HELLO = ": the live feed of zhian\nretry: 5000\n\n";
const HEARTBEAT = ": alive\n\n";

const incidentFrame = z.object({ incident: incidentSchema, transition: transitionSchema.optional() });
const transitionFrame = z.object({ estateId: z.string(), transition: transitionSchema });

/**
 * Fans the live feed out. Each item is written once and shared; a reader that does not keep up is cut
 * off when `liveBufferBytes` wait for it, because it can come back and ask the listings, and the hub's
 * memory cannot.
 */
export function createLiveReaders(
  feed: LiveFeed,
  desk: TokenDesk,
  limits: HttpLimits,
  meters: HttpMeters,
  log: Logger,
): LiveReaders {
  const readers = new Set<Reader>();
  let stopListening: (() => void) | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let closed = false;

  function end(reader: Reader, reason: "slow" | "revoked" | "shutdown"): void {
    meters.liveEnded.inc({ reason });
    // A slow reader would not read the end either.
    if (reason === "slow") reader.stream.destroy();
    else reader.stream.push(null);
    leave(reader);
  }

  function leave(reader: Reader): void {
    if (!readers.delete(reader)) return;
    meters.liveStreams.set(readers.size);
    if (readers.size > 0) return;
    stopListening?.();
    stopListening = undefined;
    clearInterval(heartbeat);
  }

  function write(reader: Reader, frame: string): void {
    reader.stream.push(frame);
    if (reader.stream.readableLength > limits.liveBufferBytes) end(reader, "slow");
  }

  function spread(items: readonly LiveItem[]): void {
    const wantsEvents = [...readers].some(({ wishes }) => wishes.events);
    for (const item of items) {
      const frame = frameOf(item);
      const eventFrame = wantsEvents && item.event ? framed("event", eventSchema, item.event) : "";
      if (frame === "" && eventFrame === "") continue;
      for (const reader of readers) {
        if (!mayRead(reader, item.estateId)) continue;
        const text = reader.wishes.events ? eventFrame + frame : frame;
        if (text !== "") write(reader, text);
      }
    }
  }

  function frameOf({ estateId, incident, transition }: LiveItem): string {
    if (incident) return framed("incident", incidentFrame, { incident, transition });
    return transition ? framed("transition", transitionFrame, { estateId, transition }) : "";
  }

  function framed<T extends z.ZodType>(name: string, schema: T, value: z.output<T>): string {
    const encoded = z.safeEncode(schema, value);
    if (encoded.success) return `event: ${name}\ndata: ${JSON.stringify(encoded.data)}\n\n`;
    log.error({ err: encoded.error, name }, "an item of the live feed cannot be written");
    return "";
  }

  async function check(): Promise<void> {
    for (const reader of readers) {
      write(reader, HEARTBEAT);
      // A token revoked by another process (the command line) ends its streams here.
      const caller = await desk.callerOf(reader.caller.secretHash);
      if (!caller && readers.has(reader)) end(reader, "revoked");
    }
  }

  function startListening(): void {
    stopListening = feed.subscribe(spread);
    heartbeat = setInterval(() => {
      check().catch((error: unknown) => log.warn({ err: error }, "tokens of the live feed were not checked"));
    }, limits.liveHeartbeatMs);
    heartbeat.unref();
  }

  return {
    open(caller, wishes) {
      const own = [...readers].filter((reader) => reader.caller.tokenId === caller.tokenId).length;
      if (closed || readers.size >= limits.liveStreams || own >= limits.liveStreamsPerToken) {
        throw new ZhianError("UNAVAILABLE", closed ? "the hub is stopping" : "too many streams are open");
      }
      const stream = new Readable({ read: () => undefined });
      const reader: Reader = { caller, wishes, stream };
      stream.once("close", () => leave(reader));
      stream.push(HELLO);
      readers.add(reader);
      meters.liveStreams.set(readers.size);
      if (!stopListening) startListening();
      return stream;
    },
    endToken(tokenId) {
      for (const reader of readers) if (reader.caller.tokenId === tokenId) end(reader, "revoked");
    },
    close() {
      closed = true;
      for (const reader of readers) end(reader, "shutdown");
    },
  };
}

function mayRead({ caller, wishes }: Reader, estateId: string): boolean {
  return covers(caller.scope, estateId) && (wishes.estateId === undefined || wishes.estateId === estateId);
}
