import type { Device, Estate, Place } from "../../../src/domain/estate.ts";
import type { SecurityEvent } from "../../../src/domain/event.ts";
import { timedId } from "../../../src/domain/identity.ts";
import type {
  Incident,
  IncidentChange,
  IncidentCommand,
  IncidentTransition,
} from "../../../src/domain/incident.ts";
import type { DeadEntry } from "../../../src/domain/journal.ts";
import type { RecordedCase } from "../../../src/domain/recorded-case.ts";
import { HOUR } from "../../../src/domain/time.ts";
import { ZhianError } from "../../../src/errors.ts";
import type { HourlyCount, IncidentLifeCycle, LiveListener, ReactStore, Store } from "../../../src/ports.ts";

/** A store under test: both sides of the port, and the feed of what was committed. */
export interface TestedStore extends Store, ReactStore {
  onCommit(listener: LiveListener): void;
  close(): void;
}

/** Opens an empty store of its own for each call, with the clock and life cycle given here. */
export type OpenTested = () => TestedStore | Promise<TestedStore>;

/** 2026-03-01T00:00:00Z, a quiet Sunday. */
export const T0 = Date.UTC(2026, 2, 1);
export const testClock = { now: () => T0 };

/** As much of a life cycle as the store can tell from another. */
export const fakeLifeCycle: IncidentLifeCycle = {
  apply: () => undefined,
  command(before, command, by, now) {
    if (before.status === "closed") throw new ZhianError("CONFLICT", "it is closed");
    const { changed, kind } = changeBy(before, command, by, now);
    const note = command.note === undefined ? {} : { note: command.note };
    return { incident: changed, transitions: [{ incidentId: before.id, kind, at: now, by, ...note }] };
  },
};

function changeBy(before: Incident, command: IncidentCommand, by: string, now: number) {
  const changed = { ...before, updatedAt: now };
  switch (command.kind) {
    case "acknowledge":
      return {
        changed: { ...changed, status: "acknowledged", acknowledgedAt: now, acknowledgedBy: by },
        kind: "acknowledged",
      } as const;
    case "verify":
      return { changed: { ...changed, verification: command.verification }, kind: "verified" } as const;
    case "close":
      return {
        changed: { ...changed, status: "closed", closedAt: now, closedBy: by, closeReason: command.reason },
        kind: "closed",
      } as const;
  }
}

export function estate(id: string, given: Partial<Estate> = {}): Estate {
  return { id, name: `小区 ${id}`, zone: "Asia/Shanghai", households: 800, simulated: false, ...given };
}

export function place(estateId: string, id: string, given: Partial<Place> = {}): Place {
  return { estateId, id, name: `place ${id}`, kind: "building", ...given };
}

export function device(estateId: string, id: string, given: Partial<Device> = {}): Device {
  return {
    estateId,
    id,
    profile: "native",
    name: `device ${id}`,
    kind: "sensor",
    status: "enrolled",
    config: {},
    simulated: false,
    ...given,
  };
}

export function gateway(id: string, estateIds: readonly string[], name = `gateway ${id}`) {
  return { id, name, estateIds, bindings: [], simulated: false };
}

let events = 0;

/** An event with an id of its own; received when it occurred unless told otherwise. */
export function event(given: Partial<SecurityEvent> = {}): SecurityEvent {
  const occurredAt = given.occurredAt ?? T0;
  return {
    id: timedId(occurredAt, `event ${events++}`),
    estateId: "e1",
    gatewayId: "gw1",
    deviceId: "d1",
    code: "access.door_opened",
    phase: "state",
    transition: "edge",
    occurredAt,
    receivedAt: occurredAt,
    attributes: {},
    flags: [],
    profile: "native",
    ...given,
  };
}

export function incident(id: string, given: Partial<Incident> = {}): Incident {
  return {
    id,
    estateId: "e1",
    type: "fire.smoke",
    severity: "P1",
    status: "open",
    key: `e1|fire.smoke|${id}`,
    deviceId: "d1",
    rule: { id: "smoke", version: "1" },
    openedAt: T0,
    detectedAt: T0,
    late: false,
    test: false,
    simulated: false,
    eventCount: 1,
    episodeCount: 1,
    verification: 0,
    chattering: false,
    updatedAt: T0,
    ...given,
  };
}

/** A change of an incident with lines of history of these kinds. */
export function change(of: Incident, ...kinds: IncidentTransition["kind"][]): IncidentChange {
  const transitions = kinds.map((kind) => ({ incidentId: of.id, kind, at: of.updatedAt, by: "rule:smoke" }));
  return { incident: of, transitions };
}

export function deadLetter(id: string, given: Partial<DeadEntry> = {}): DeadEntry {
  return {
    kind: "dead",
    id,
    receivedAt: T0,
    estateId: "e1",
    gatewayId: "gw1",
    transport: "mqtt",
    path: "zigbee2mqtt/door",
    reason: "malformed",
    detail: "not JSON",
    payload: Buffer.from("{").toString("base64"),
    ...given,
  };
}

export function recordedCase(id: string, given: Partial<RecordedCase> = {}): RecordedCase {
  return {
    id,
    source: "110",
    estateId: "e1",
    unit: "call",
    type: "theft.ebike",
    sourceType: "盗窃电动车",
    occurredAt: T0,
    simulated: false,
    ...given,
  };
}

/** The hourly counts of events, all of devices of one kind. */
export function countsOf(list: readonly SecurityEvent[]): HourlyCount[] {
  return list.map(({ estateId, occurredAt, code, phase }) => ({
    hour: Math.floor(occurredAt / HOUR) * HOUR,
    estateId,
    deviceKind: "sensor",
    code,
    phase,
    count: 1,
  }));
}

/** Stores events with their counts, as react does. */
export async function storeEvents(store: ReactStore, list: readonly SecurityEvent[]): Promise<void> {
  await store.react(async (tx) => {
    await tx.insertEvents(list);
    await tx.addCounts(countsOf(list));
  });
}

/** All items of a listing, page by page; fails when a page is larger than asked for or the listing has no end. */
export async function walk<T>(
  list: (after: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next?: string }>,
  limit: number,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | undefined, pages = 0; ; pages++) {
    const page = await list(after);
    if (page.items.length > limit || pages > 1_000) throw new Error("the listing does not keep to its pages");
    all.push(...page.items);
    if (page.next === undefined) return all;
    after = page.next;
  }
}

/** What a refused call is expected to throw. */
export function refusal(code: ZhianError["code"], field?: string): object {
  const faults = field === undefined ? {} : { faults: [{ field }] };
  return { name: "ZhianError", code, ...faults };
}
