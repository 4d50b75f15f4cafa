import { watchedDevice, watchedGateway, type PresenceSign } from "../domain/exposure.ts";
import type { SecurityEvent } from "../domain/event.ts";
import type { JournalEntry } from "../domain/journal.ts";

/**
 * Who went away and who came back, as far as entries and the events stored of them tell. A device that
 * tells of one of its points (a channel, a reader) is there itself. That a device joined is believed as
 * news only: what a broker kept may be long over.
 */
export function presenceSigns(
  entries: readonly JournalEntry[],
  events: readonly SecurityEvent[],
): readonly PresenceSign[] {
  return [...entries.flatMap(ofGateway), ...events.flatMap(ofDevice)];
}

function ofGateway(entry: JournalEntry): readonly PresenceSign[] {
  if (entry.kind !== "presence") return [];
  const kind = entry.status === "offline" ? "away" : "back";
  return [{ ...watchedGateway(entry.gatewayId), kind, at: entry.receivedAt }];
}

function ofDevice({
  estateId,
  deviceId,
  point,
  profile,
  code,
  phase,
  transition,
  occurredAt,
}: SecurityEvent): readonly PresenceSign[] {
  // What the hub itself says is about gateways, which are told by the entries.
  if (point !== undefined || profile === "hub") return [];
  const who = watchedDevice(estateId, deviceId);
  if (code === "device.offline" && phase === "raise") return [{ ...who, kind: "away", at: occurredAt }];
  if (code === "device.offline" && phase === "clear") return [{ ...who, kind: "back", at: occurredAt }];
  if (code === "device.online" && transition !== "initial") return [{ ...who, kind: "back", at: occurredAt }];
  return [];
}
