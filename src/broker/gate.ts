import { Duplex } from "node:stream";
import type { EpochMs } from "../domain/time.ts";
import type { Clock } from "../ports.ts";
import type { GuardFault, PacketGuard } from "./packet-guard.ts";

export interface GateParts {
  /** The client's socket, TLS socket or WebSocket stream. */
  readonly source: Duplex;
  readonly guard: PacketGuard;
  readonly clock: Clock;
  readonly highMark: number;
  readonly lowMark: number;
  /** False while nobody may be read from, because the journal is full. */
  readonly mayRead: () => boolean;
  readonly onFault: (fault: GuardFault) => void;
  /** A PUBLISH was too large and was cut. */
  readonly onCut: () => void;
}

/**
 * Stands between a socket and Aedes and decides when to read. Aedes takes in everything it is given, and
 * its own `client.pause()` does not recover, so back-pressure has to happen before it.
 */
export interface Gate {
  /** What Aedes handles as the connection. */
  readonly stream: Duplex;
  /** Lets packets after CONNECT pass: the client is authenticated. */
  open(): void;
  /** One PUBLISH that passed has been dealt with. */
  settled(): void;
  /** Looks again whether reading may go on. */
  kick(): void;
  /** Reads nothing more, for good. */
  block(): void;
  /** Closes at once, without flushing. */
  abort(): void;
  /** PUBLISH packets that passed and are not settled. */
  inFlight(): number;
  /** Since when the client owes the rest of a packet; undefined while it does not, or may not send. */
  owesSince(): EpochMs | undefined;
}

const READ_BUFFER = 64 * 1024;
/** Small, so that a client which does not read its acknowledgements is noticed early. */
const WRITE_BUFFER = 16 * 1024;
/** How long a closing socket may take to get its last bytes out. */
const LINGER_MS = 1_000;

/** Puts a gate in front of `source`, which it owns from here on. */
export function createGate(parts: GateParts): Gate {
  const { source, guard, clock, highMark, lowMark, mayRead, onFault, onCut } = parts;
  let leftover: Buffer | undefined;
  let ended = false;
  let finished = false;
  let wanted = true;
  let blocked = false;
  let full = false;
  let paused = false;
  let opened = false;
  let inFlight = 0;
  let owesSince: EpochMs | undefined;

  const stream = new Duplex({
    readableHighWaterMark: READ_BUFFER,
    writableHighWaterMark: WRITE_BUFFER,
    read() {
      wanted = true;
      pump();
    },
    write(chunk: Buffer, _encoding, done) {
      send(chunk, done);
    },
    // One PUBACK is three small writes of mqtt-packet; a tick's worth of them leaves as one.
    writev(chunks: { chunk: Buffer }[], done) {
      send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
    },
    final(done) {
      source.end();
      done();
    },
    destroy(error, done) {
      leftover = undefined;
      source.removeListener("data", onData);
      if (source.destroyed) {
        done(error);
        return;
      }
      // The last thing written may be a CONNACK that says why; unread input would turn it into a reset.
      source.resume();
      source.end();
      const linger = setTimeout(() => source.destroy(), LINGER_MS).unref();
      source.once("close", () => clearTimeout(linger));
      done(error);
    },
  });

  function send(bytes: Buffer, done: (error?: Error | null) => void): void {
    // A write to a socket that is gone is no error of the client: its end is noticed by reading.
    if (source.writable) source.write(bytes, () => done());
    else done();
  }

  function onData(chunk: Buffer): void {
    leftover = leftover ? Buffer.concat([leftover, chunk]) : chunk;
    pump();
  }

  function onEnd(): void {
    ended = true;
    pump();
  }

  function mayPass(): boolean {
    return wanted && !blocked && !full && mayRead();
  }

  function pump(): void {
    if (stream.destroyed) return;
    while (leftover && leftover.length > 0 && mayPass()) {
      const end = guard.walk(leftover, highMark - inFlight, emit);
      if (end === undefined) {
        onFault(guard.fault() ?? "malformed");
        return;
      }
      inFlight += guard.passed();
      full = inFlight >= highMark;
      noteDebt();
      if (guard.cut() > 0) onCut();
      if (end === 0) break;
      leftover = end === leftover.length ? undefined : leftover.subarray(end);
    }
    if (leftover === undefined && ended) {
      if (!finished) stream.push(null);
      finished = true;
      return;
    }
    setPaused(leftover !== undefined || !mayPass());
  }

  function emit(piece: Buffer): void {
    wanted = stream.push(piece);
  }

  function noteDebt(): void {
    if (!guard.midPacket()) owesSince = undefined;
    else if (owesSince === undefined || guard.completed() > 0) owesSince = clock.now();
  }

  function setPaused(now: boolean): void {
    if (now === paused || source.destroyed) return;
    paused = now;
    if (now) source.pause();
    else {
      // The time it was not read from is not the client's debt.
      if (owesSince !== undefined) owesSince = clock.now();
      source.resume();
    }
  }

  source.on("data", onData);
  source.once("end", onEnd);
  source.once("close", onEnd);
  source.on("error", () => stream.destroy());

  return {
    stream,
    open() {
      if (opened) return;
      opened = true;
      guard.open();
      pump();
    },
    settled() {
      inFlight--;
      if (full && inFlight <= lowMark) {
        full = false;
        pump();
      }
    },
    kick: pump,
    block() {
      blocked = true;
      setPaused(true);
    },
    abort() {
      stream.destroy();
      source.destroy();
    },
    inFlight: () => inFlight,
    owesSince: () => (paused ? undefined : owesSince),
  };
}
