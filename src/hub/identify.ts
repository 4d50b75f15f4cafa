import { hash } from "node:crypto";
import type { AcceptedEvent, DecodedEvent, EventFlag } from "../domain/event.ts";
import { timedId } from "../domain/identity.ts";
import type { DeadEntry } from "../domain/journal.ts";
import { DAY } from "../domain/time.ts";
import type { DecodedMessage, DeviceSighting, InboundMessage } from "../ports.ts";

/**
 * Gives each event its identity: the vendor's key where there is one, else a hash over what was said
 * and when. Never the MQTT DUP flag: clients resend without it.
 */
export function identify(message: InboundMessage, read: DecodedMessage, simulated: boolean): AcceptedEvent[] {
  if (read.decoded.outcome !== "events") return [];
  const extra: EventFlag[] = [];
  if (message.retained) extra.push("retained");
  if (simulated) extra.push("simulated");
  let raw: string | undefined;
  return read.decoded.events.map((event) => {
    const { device, eventKey, keyAt, ...rest } = event;
    const deviceId = read.deviceId(device);
    const subject = `${message.route.estateId}\n${deviceId}\n${event.point ?? ""}\n${event.property ?? ""}\n${event.code}\n${event.phase}\n`;
    const flags = extra.length > 0 ? [...new Set([...(event.flags ?? []), ...extra])] : event.flags;
    const facts = { ...rest, deviceId, ...(flags && { flags }) };
    if (eventKey !== undefined) return { ...facts, id: timedId(keyAt ?? 0, subject + eventKey) };
    raw ??= hash("sha256", message.payload, "hex");
    if (event.deviceAt !== undefined)
      return { ...facts, id: timedId(event.deviceAt, subject + event.deviceAt + raw) };
    // Without key and time two equal messages cannot be told from one sent twice; the state of the
    // point decides, and for a moment the seconds between them (observeEdge).
    return {
      ...facts,
      id: timedId(message.receivedAt, subject + message.receivedAt + raw),
      repeatKey: repeatKey(event, raw),
    };
  });
}

function repeatKey(event: DecodedEvent, raw: string): string {
  return hash("sha256", `${event.point ?? ""}\n${event.property ?? ""}\n${event.code}\n${raw}`, "hex").slice(
    0,
    16,
  );
}

/** The sign of life in a message that carries no event. */
export function sighting(
  message: InboundMessage,
  read: DecodedMessage,
  device: string,
  simulated: boolean,
): DeviceSighting {
  const { route, gatewayId, receivedAt } = message;
  const deviceId = read.deviceId(device);
  return { estateId: route.estateId, deviceId, gatewayId, profile: read.profile, at: receivedAt, simulated };
}

/** Bytes of a message that its dead letter keeps. */
const KEPT_BYTES = 256 * 1024;

/**
 * The dead letter of a message that could not be decoded, complete enough to be decoded again unless
 * the message was larger than 256 KiB. Its id has all in it that decides how the message is read, and
 * the UTC day of its arrival: what a client sends again and again that day is one letter.
 */
export function deadLetter(message: InboundMessage, reason: DeadEntry["reason"], detail: string): DeadEntry {
  const { route, gatewayId, transport, receivedAt, payload, contentType, retained } = message;
  const path =
    route.kind === "bridge"
      ? route.path
      : route.kind === "native"
        ? `devices/${route.deviceId}/events`
        : "status";
  const sent = [route.estateId, gatewayId, transport, path, contentType ?? "", String(retained)];
  const kept = payload.subarray(0, KEPT_BYTES);
  return {
    kind: "dead",
    id: timedId(Math.floor(receivedAt / DAY) * DAY, [...sent, hash("sha256", payload, "hex")].join("\n")),
    receivedAt,
    estateId: route.estateId,
    gatewayId,
    transport,
    path,
    ...(contentType !== undefined && { contentType }),
    ...(retained && { retained }),
    reason,
    detail,
    payload: Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString("base64"),
    ...(kept.byteLength < payload.byteLength && { truncated: true }),
  };
}
