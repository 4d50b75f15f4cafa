import type { DatabaseSync } from "node:sqlite";
import type { IncidentChange } from "../domain/incident.ts";
import type { RecordedCase } from "../domain/recorded-case.ts";
import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Point, Points, PointTarget } from "../ports.ts";
import { createEventSteps } from "./event-steps.ts";
import { createKeptPoints } from "./kept-points.ts";
import type { OutboxRows } from "./outbox-rows.ts";

/** Writes the lines of what is stored, in the transaction that stores it. */
export interface LineWriter {
  /** An event that was given the row `seq`. */
  event(
    event: SecurityEvent,
    row: { readonly seq: number; readonly device: number; readonly code: number },
  ): void;
  /** Writes the lines of the events since the last call. */
  endEvents(): void;
  change(change: IncidentChange): void;
  /** A case, and as it was stored before. */
  recordedCase(value: RecordedCase, before: RecordedCase | undefined): void;
  /** What was cached in a transaction that did not commit is not there any more. */
  forget(): void;
}

interface Parts {
  readonly points: Points;
  /** Absent while nothing is shipped: points are kept so that they can be shipped later. */
  readonly outbox: OutboxRows | undefined;
}

/** Writes nothing, for stores without time series. */
export const NO_LINES: LineWriter = {
  event: () => undefined,
  endEvents: () => undefined,
  change: () => undefined,
  recordedCase: () => undefined,
  forget: () => undefined,
};

/** Prepares writing lines. */
export function createLineWriter(db: DatabaseSync, { points, outbox }: Parts): LineWriter {
  const steps = createEventSteps(db);
  const kept = createKeptPoints(db);
  const saveStep = db.prepare("INSERT INTO event_steps (event, step) VALUES (?, ?)");
  let lines: string[] = [];
  let from = Infinity;
  let to = -Infinity;

  /** What no line can carry becomes a dead letter that says of what and why; it must not stop the rest. */
  function written<T>(target: PointTarget, of: string, write: () => T): T | undefined {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof ZhianError)) throw error;
      outbox?.refuse([{ target, line: "", reason: `${of}: ${error.message}` }]);
      return undefined;
    }
  }
  function ship(point: Point, at: EpochMs, step: number): void {
    outbox?.add({
      target: "years",
      lines: [points.line(point.series, point.fields, at, step)],
      from: at,
      to: at,
    });
  }

  return {
    event(event, { seq, device, code }) {
      const { occurredAt, phase } = event;
      const step = steps.next({ seq, device, code, phase, occurredAt });
      if (step > 0) saveStep.run(seq, step);
      if (!outbox) return;
      const line = written("raw", `event ${event.id}`, () => {
        const { series, fields } = points.event(event);
        return points.line(series, fields, occurredAt, step);
      });
      if (line === undefined) return;
      lines.push(line);
      if (occurredAt < from) from = occurredAt;
      if (occurredAt > to) to = occurredAt;
    },
    endEvents() {
      if (lines.length > 0) outbox?.add({ target: "raw", lines, from, to });
      lines = [];
      from = Infinity;
      to = -Infinity;
    },
    change({ incident, transitions }) {
      for (const transition of transitions) {
        written("years", `${transition.kind} of incident ${incident.id}`, () => {
          const point = points.transition(incident, transition);
          if (!point) return;
          const of = { measurement: "incident_transition", estateId: incident.estateId, owner: incident.id };
          ship(point, transition.at, kept.add(point, transition.at, of));
        });
      }
    },
    recordedCase(value, before) {
      const owner = JSON.stringify([value.source, value.id]);
      written("years", `case ${value.id} of ${value.source}`, () => {
        const point = points.recordedCase(value, 1);
        const { occurredAt: at, estateId } = value;
        if (before) {
          const old = points.recordedCase(before, 0);
          if (old.series === point.series && before.occurredAt === at) return;
          // What was written cannot be taken back everywhere, but a later line of the same time replaces it.
          const step = kept.withdraw(owner, old.fields);
          if (step !== undefined) ship(old, before.occurredAt, step);
        }
        ship(point, at, kept.add(point, at, { measurement: "recorded_case", estateId, owner }));
      });
    },
    forget() {
      steps.forget();
      lines = [];
      from = Infinity;
      to = -Infinity;
    },
  };
}
