import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { EpochMs } from "../domain/time.ts";
import type { Head } from "./message.ts";
import { readStamp, writeStamp } from "./stamp.ts";

const BLOCK = 16;
/** DC-09 encrypts with AES in CBC mode from an initialisation vector of zeros; the pad in front varies. */
const ZEROS = Buffer.alloc(BLOCK);
const PIPE = 0x7c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
/** Of the asterisk that says "encrypted", behind the quote. */
const STAR_AT = 1;
const HEX = /^(?:[0-9A-Fa-f]{32})+$/;

/** A message as it would have been sent in the clear, and when it was sent. */
export interface Opened {
  readonly text: Buffer;
  readonly sentAt: EpochMs;
}

/** Decrypts a message; undefined when the key does not fit or what comes out is no message. */
export function decrypt(text: Buffer, head: Head, key: Buffer): Opened | undefined {
  const hex = text.toString("latin1", head.dataAt);
  if (!HEX.test(hex)) return undefined;
  const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, ZEROS).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(hex, "hex"), decipher.final()]);
  const sentAt = readStamp(plain.toString("latin1"));
  const dataAt = endOfPad(plain);
  // Every encrypted message ends with its time: without one the key was another.
  if (sentAt === undefined || dataAt === undefined) return undefined;
  const clear = [text.subarray(0, STAR_AT), text.subarray(STAR_AT + 1, head.dataAt), plain.subarray(dataAt)];
  return { text: Buffer.concat(clear), sentAt };
}

/** The pad ends with `|`, which stays behind; some supervision messages go without it. */
function endOfPad(plain: Buffer): number | undefined {
  const pipe = plain.indexOf(PIPE);
  const close = plain.indexOf(CLOSE);
  if (pipe >= 0 && pipe < close) return pipe + 1;
  return close < 0 ? undefined : close;
}

/** The data of an encrypted answer: pad, nothing, and the time, in hexadecimal digits. */
export function encryptEmpty(at: EpochMs, key: Buffer): string {
  const data = Buffer.from(`|]${writeStamp(at)}`, "latin1");
  // An even number of blocks gets a whole one more.
  const pad = randomBytes(BLOCK - (data.length % BLOCK)).map((byte) => (isReserved(byte) ? 0x2e : byte));
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, ZEROS).setAutoPadding(false);
  const bytes = Buffer.concat([cipher.update(pad), cipher.update(data), cipher.final()]);
  return bytes.toString("hex").toUpperCase();
}

const isReserved = (byte: number): boolean => byte === PIPE || byte === OPEN || byte === CLOSE;
