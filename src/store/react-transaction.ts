import type { EstateModes } from "../domain/estate-mode.ts";
import type { IncidentChange } from "../domain/incident.ts";
import type { DeadEntry } from "../domain/journal.ts";
import type { DeviceOnFile, DeviceSighting, LiveItem, ReactTransaction } from "../ports.ts";
import { continueBlocks } from "./blocks.ts";
import { restOf } from "./event-row.ts";
import { incidentOf, incidentValues } from "./incident-row.ts";
import type { LineWriter } from "./line-writer.ts";
import type { Names } from "./names.ts";
import type { ReactStatements } from "./react-statements.ts";
import type { IncidentRow } from "./schema.ts";
import { flag } from "./values.ts";

/** One react transaction under way. */
export interface ReactSession {
  readonly tx: ReactTransaction;
  /** What was stored, for the live feed. */
  readonly live: readonly LiveItem[];
  /** Throws what a step threw, though the caller caught it. */
  check(): void;
  /** The transaction can no longer be used. */
  end(): void;
}

/** Bounds and defaults of what react stores. */
interface ReactSettings {
  /** Events of a block of the listing indexes. */
  readonly blockEvents: number;
  /** Zone of estates nobody registered. */
  readonly zone: string;
  readonly maxDeadLettersPerGateway: number;
  readonly lines: LineWriter;
}

/** Begins a session over the prepared statements; the caller has begun the database's transaction. */
export function beginReact(statements: ReactStatements, names: Names, settings: ReactSettings): ReactSession {
  const live: LiveItem[] = [];
  const modes = new Map<string, EstateModes | undefined>();
  let over = false;
  let fault: { readonly error: unknown } | undefined;

  /** Runs one step. After a step that failed nothing more may be written: half of it would be. */
  async function step<T>(work: () => T): Promise<T> {
    if (over) throw new Error("the react transaction is over");
    if (fault) throw fault.error;
    try {
      return work();
    } catch (error) {
      fault = { error };
      throw error;
    }
  }

  /** Absent where the estate is always armed. */
  function modesOf(estateId: string): EstateModes | undefined {
    if (!modes.has(estateId)) modes.set(estateId, statements.modes(estateId));
    return modes.get(estateId);
  }

  function deviceOnFile(estateId: string, deviceId: string): DeviceOnFile {
    const device = statements.device.get(estateId, deviceId) as
      | (Pick<DeviceOnFile["facts"], "kind"> & { placeId: string | null })
      | undefined;
    const zone = statements.zone.get(estateId)?.["zone"] as string | undefined;
    const estateModes = modesOf(estateId);
    const memory = statements.memory.get(estateId, deviceId)?.["json"] as string | undefined;
    return {
      facts: {
        kind: device?.kind ?? "other",
        ...(device && device.placeId !== null && { placeId: device.placeId }),
        zone: zone ?? settings.zone,
        ...(estateModes && { modes: estateModes }),
      },
      memory,
    };
  }

  const tx: ReactTransaction = {
    unseen: (ids) => step(() => new Set(ids.filter((id) => statements.eventById.get(id) === undefined))),
    devices: (keys) =>
      step(
        () =>
          new Map(
            keys.map(({ estateId, deviceId }) => [
              `${estateId}/${deviceId}`,
              deviceOnFile(estateId, deviceId),
            ]),
          ),
      ),
    insertEvents: (events) =>
      step(() => {
        if (events.length === 0) return;
        const blocks = continueBlocks(statements, settings.blockEvents);
        for (const event of events) {
          const device = names.device(event.estateId, event.deviceId);
          const code = names.code(event.code);
          const { lastInsertRowid } = statements.insertEvent.run(
            event.id,
            blocks.assign(event),
            names.estate(event.estateId),
            device,
            names.source(event.gatewayId, event.profile),
            code,
            event.phase,
            event.transition,
            event.occurredAt,
            event.receivedAt,
            restOf(event),
          );
          settings.lines.event(event, { seq: Number(lastInsertRowid), device, code });
          live.push({ estateId: event.estateId, event });
        }
        blocks.save();
        settings.lines.endEvents();
      }),
    insertDeadLetters: (letters) =>
      step(() => storeDeadLetters(statements, letters, settings.maxDeadLettersPerGateway)),
    addCounts: (counts) =>
      step(() => {
        for (const { estateId, hour, code, deviceKind, phase, count } of counts) {
          statements.addCount.run(names.estate(estateId), hour, names.code(code), deviceKind, phase, count);
        }
      }),
    seeDevices: (sightings) => step(() => noteSightings(statements, sightings)),
    saveMemories: (memories) =>
      step(() => {
        for (const { estateId, deviceId, json } of memories) {
          statements.saveMemory.run(names.device(estateId, deviceId), json);
        }
      }),
    savePresence: (gatewayId, status, at) =>
      step(() => {
        statements.savePresence.run({ gatewayId, status, at });
      }),
    noteSigns: (signs) => step(() => statements.outages.note(signs)),
    openIncident: (key) =>
      step(() => {
        const row = statements.openIncident.get(key) as IncidentRow | undefined;
        return row && incidentOf(row);
      }),
    latestClosed: (key) =>
      step(() => {
        const row = statements.latestClosed.get(key) as IncidentRow | undefined;
        return row && incidentOf(row);
      }),
    saveIncidents: (changes) =>
      step(() => {
        for (const change of changes) live.push(...storeChange(statements, settings.lines, change));
      }),
    saveRuleStates: (changes) =>
      step(() => {
        for (const { ruleId, key, state } of changes) {
          if (state === undefined) statements.deleteRuleState.run(ruleId, key);
          else statements.saveRuleState.run(ruleId, key, state);
        }
      }),
    saveCursor: ({ segment, offset }) =>
      step(() => {
        statements.saveCursor.run(segment, offset);
      }),
  };

  return {
    tx,
    live,
    check() {
      if (fault) throw fault.error;
    },
    end() {
      over = true;
    },
  };
}

function storeDeadLetters(statements: ReactStatements, letters: readonly DeadEntry[], most: number): void {
  for (const { kind: _kind, contentType, retained, truncated, ...letter } of letters) {
    statements.insertDeadLetter.run({
      ...letter,
      contentType: contentType ?? null,
      retained: flag(retained ?? false),
      truncated: flag(truncated ?? false),
    });
  }
  for (const gatewayId of new Set(letters.map((letter) => letter.gatewayId))) {
    const { changes } = statements.dropOldestDeadLetters.run({ gatewayId, kept: most });
    if (changes > 0) statements.countDropped.run(changes);
  }
}

/** Registers unknown devices as pending, and notes when devices and their gateways were last heard. */
export function noteSightings(statements: ReactStatements, sightings: readonly DeviceSighting[]): void {
  const gateways = new Map<string, number>();
  for (const { estateId, deviceId, gatewayId, profile, at, simulated, skewMs } of sightings) {
    statements.seeDevice.run({
      estateId,
      deviceId,
      gatewayId,
      profile,
      at,
      simulated: flag(simulated),
      skewMs: skewMs ?? null,
    });
    gateways.set(gatewayId, Math.max(at, gateways.get(gatewayId) ?? at));
  }
  for (const [gatewayId, at] of gateways) statements.seeGateway.run({ gatewayId, at });
}

/** Stores an incident's new face and history; returns what the live feed is told. */
export function storeChange(
  statements: ReactStatements,
  lines: LineWriter,
  { incident, transitions }: IncidentChange,
): LiveItem[] {
  const { estateId } = incident;
  lines.change({ incident, transitions });
  statements.saveIncident.run(...incidentValues(incident));
  for (const { incidentId, kind, at, by, note, eventId } of transitions) {
    statements.addTransition.run(incidentId, kind, at, by, note ?? null, eventId ?? null);
  }
  if (transitions.length === 0) return [{ estateId, incident }];
  return transitions.map((transition) => ({ estateId, incident, transition }));
}
