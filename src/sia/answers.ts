import type { EpochMs } from "../domain/time.ts";
import { encryptEmpty } from "./cipher.ts";
import { crc16 } from "./crc16.ts";
import type { Head } from "./message.ts";
import { writeStamp } from "./stamp.ts";

/** Which message is answered, and in which form its sender writes checksums. */
export interface Answered {
  readonly head: Head;
  readonly binaryCrc: boolean;
}

/** It is on disk, or known to carry nothing. Encrypted, with the time, when the message was. */
export function acknowledge({ head, binaryCrc }: Answered, key: Buffer | undefined, now: EpochMs): Buffer {
  return key && head.encrypted
    ? frame(`"*ACK"${addressed(head)}[${encryptEmpty(now, key)}`, binaryCrc)
    : frame(`"ACK"${addressed(head)}[]`, binaryCrc);
}

/** The clocks differ too much: here is the time. Never encrypted, and addressed to nobody. */
export function refuseTime({ binaryCrc }: Answered, now: EpochMs): Buffer {
  return frame(`"NAK"0000R0L0A0[]${writeStamp(now)}`, binaryCrc);
}

/** It arrived whole and cannot be worked with. Never encrypted. */
export function unable({ head, binaryCrc }: Answered): Buffer {
  return frame(`"DUH"${addressed(head)}[]`, binaryCrc);
}

/** What transmitters of lines without frames expect. */
export const SUPERVISION_ACK: Buffer = Buffer.from('"ACK"');

const addressed = ({ sequence, route, account }: Head): string => `${sequence}${route}#${account}`;

function frame(text: string, binaryCrc: boolean): Buffer {
  const body = Buffer.from(text, "latin1");
  const crc = crc16(body);
  const length = hex4(body.length);
  const checksum = binaryCrc ? Buffer.from([crc >>> 8, crc & 0xff]) : Buffer.from(hex4(crc));
  return Buffer.concat([Buffer.from("\n"), checksum, Buffer.from(length), body, Buffer.from("\r")]);
}

const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");
