import { generate } from "mqtt-packet";

/** Code and phase of the events of a load. */
export interface EventKind {
  readonly code: string;
  readonly phase: string;
}

/** A PUBLISH encoded once; sequence, time and message id are written into copies of it. */
export interface Template {
  readonly topic: string;
  readonly kind: EventKind;
  readonly packet: Buffer;
  readonly seqAt: number;
  readonly timeAt: number;
  readonly messageIdAt: number;
}

/** The first sequence number of a boot: ten digits, so that every number has the same width. */
export const FIRST_SEQ = 1_000_000_000;
const ANY_TIME = "2000-01-01T00:00:00.000Z";
const DUP = 0x08;
const ZERO = 48;

/** Encodes a QoS 1 PUBLISH of one native event padded to `bytes` of payload. */
export function encodeTemplate(topic: string, boot: string, kind: EventKind, bytes: number): Template {
  const event = { ...kind, at: ANY_TIME, boot, seq: FIRST_SEQ, flags: ["simulated"] };
  const bare = JSON.stringify({ ...event, attributes: { filler: "" } }).length;
  if (bare > bytes) throw new RangeError(`payloadBytes must be at least ${bare}`);
  const payload = JSON.stringify({ ...event, attributes: { filler: "x".repeat(bytes - bare) } });
  const packet = generate({
    cmd: "publish",
    topic,
    payload,
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  });
  const start = packet.length - bytes;
  return {
    topic,
    kind,
    packet,
    seqAt: start + payload.indexOf(String(FIRST_SEQ)),
    timeAt: start + payload.indexOf(ANY_TIME),
    messageIdAt: start - 2,
  };
}

/** What differs between two messages of one template. */
export interface Patch {
  readonly messageId: number;
  readonly seq: number;
  /** ISO 8601 in UTC with milliseconds: 24 characters. */
  readonly time: string;
  readonly resent: boolean;
}

/** Copies the template into `target` at `offset` with the patch applied; returns the offset after it. */
export function writeMessage(target: Buffer, offset: number, template: Template, patch: Patch): number {
  template.packet.copy(target, offset);
  if (patch.resent) target[offset] = (template.packet[0] ?? 0) | DUP;
  target.writeUInt16BE(patch.messageId, offset + template.messageIdAt);
  target.write(patch.time, offset + template.timeAt, "latin1");
  let rest = patch.seq;
  for (let at = offset + template.seqAt + 9; at >= offset + template.seqAt; at--) {
    target[at] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return offset + template.packet.length;
}
