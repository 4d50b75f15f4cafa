import { observeClock, observeEdge, type DeviceState } from "../domain/device-memory.ts";
import type { DeviceKind } from "../domain/estate.ts";
import type { AcceptedEvent, SecurityEvent } from "../domain/event.ts";
import { timedId } from "../domain/identity.ts";
import type { EventsEntry, JournalEntry, PresenceEntry } from "../domain/journal.ts";
import { HOUR } from "../domain/time.ts";
import type { HourlyCount } from "../ports.ts";

/** One event on its way from the journal to the store. */
export interface Item {
  readonly entry: Omit<EventsEntry, "kind" | "events">;
  readonly event: AcceptedEvent;
  /** The event is about a gateway itself, which is no device anybody enrols. */
  readonly ofGateway: boolean;
}

/** One item per event, in journal order; a change of presence becomes an event in each estate. */
export function expand(entries: readonly JournalEntry[]): Item[] {
  const items: Item[] = [];
  for (const entry of entries) {
    if (entry.kind === "events") {
      for (const event of entry.events) items.push({ entry, event, ofGateway: false });
    } else if (entry.kind === "presence") {
      for (const estateId of entry.estateIds) items.push(presenceItem(entry, estateId));
    }
  }
  return items;
}

function presenceItem(entry: PresenceEntry, estateId: string): Item {
  const { receivedAt, gatewayId, status, cause, simulated } = entry;
  return {
    entry: { receivedAt, estateId, gatewayId, profile: "hub" },
    event: {
      id: timedId(receivedAt, `presence\n${estateId}\n${gatewayId}\n${status}`),
      deviceId: `gateway:${gatewayId}`,
      point: "link",
      code: "device.offline",
      phase: status === "offline" ? "raise" : "clear",
      report: "level",
      attributes: { cause },
      ...(simulated && { flags: ["simulated"] }),
    },
    ofGateway: true,
  };
}

/** Gives an event its times and its relation to what was known, and remembers it. */
export function observe(
  state: DeviceState,
  entry: Item["entry"],
  event: AcceptedEvent,
  lateAfterMs: number,
): SecurityEvent {
  const { receivedAt, estateId, gatewayId, profile } = entry;
  const flags = new Set(event.flags);
  let occurredAt = receivedAt;
  let skewMs = 0;
  if (event.deviceAt === undefined) {
    flags.add("no_device_time");
  } else {
    skewMs = flags.has("replayed") ? 0 : observeClock(state, event.deviceAt, receivedAt);
    occurredAt = Math.min(event.deviceAt + skewMs, receivedAt);
    if (skewMs !== 0) flags.add("skewed");
  }
  if (receivedAt - occurredAt > lateAfterMs) flags.add("late");
  const list = [...flags];
  const transition = observeEdge(state, event, occurredAt, list);
  return {
    id: event.id,
    estateId,
    gatewayId,
    deviceId: event.deviceId,
    ...(event.point !== undefined && { point: event.point }),
    code: event.code,
    phase: event.phase,
    transition,
    occurredAt,
    ...(event.deviceAt !== undefined && { deviceAt: event.deviceAt }),
    ...(event.gatewayAt !== undefined && { gatewayAt: event.gatewayAt }),
    receivedAt,
    ...(skewMs !== 0 && { skewMs }),
    ...(event.value !== undefined && { value: event.value }),
    attributes: event.attributes ?? {},
    flags: list,
    profile,
  };
}

/** Counts per hour, estate, kind of device, code and phase. */
export function hourly(
  events: readonly SecurityEvent[],
  kindOf: (event: SecurityEvent) => DeviceKind,
): HourlyCount[] {
  const counts = new Map<string, HourlyCount & { count: number }>();
  for (const event of events) {
    const hour = Math.floor(event.occurredAt / HOUR) * HOUR;
    const deviceKind = kindOf(event);
    const key = `${hour}|${event.estateId}|${deviceKind}|${event.code}|${event.phase}`;
    const there = counts.get(key);
    if (there) there.count++;
    else
      counts.set(key, {
        hour,
        estateId: event.estateId,
        deviceKind,
        code: event.code,
        phase: event.phase,
        count: 1,
      });
  }
  return [...counts.values()];
}
