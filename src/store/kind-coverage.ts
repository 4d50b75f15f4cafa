import type { DatabaseSync } from "node:sqlite";
import type { DeviceKind } from "../domain/estate.ts";
import type { TimeSpan } from "../domain/exposure.ts";
import { type EpochMs, SECOND } from "../domain/time.ts";
import type { Connection } from "./connection.ts";
import { createAbsenceSum, NO_SPANS, type Spans, partBefore, unionOf, within } from "./observed-time.ts";

/** Estates that are looked at before others get their turn at the connection. */
const ESTATES_A_TURN = 50;

/**
 * How long the devices of one kind in an estate were known, and how long they were observed: known from their
 * first message on, or, without any, from the first of the estate.
 */
export interface KindCoverage {
  readonly estateId: string;
  readonly kind: DeviceKind;
  readonly deviceSeconds: number;
  readonly observedSeconds: number;
}

/** Coverage of one span, as `Store.coverage` has it, but by kind of device and in seconds. */
export interface KindCoverages {
  /** Estates with devices, in order; none of a span that reaches back before absences were noted. */
  coverageByKind(span: TimeSpan): Promise<readonly KindCoverage[]>;
}

interface DeviceRow {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly gatewayId: string | null;
  readonly firstSeen: EpochMs | null;
}

/** Reads the coverage by kind of device. */
export function kindCoverageOf(connection: Connection): KindCoverages {
  const { db } = connection;
  const since = db.prepare("SELECT outages_since AS since FROM progress");
  const estates = db.prepare("SELECT DISTINCT estate_id AS id FROM devices ORDER BY 1");
  const devices = db.prepare(
    "SELECT id, kind, gateway_id AS gatewayId, first_seen AS firstSeen FROM devices WHERE estate_id = ?",
  );

  function ofEstate(estateId: string, span: TimeSpan, shared: ReadonlyMap<string, Spans>): KindCoverage[] {
    const own = absencesOf(db, estateId, span);
    const hub = shared.get("hub") ?? NO_SPANS;
    const all = devices.all(estateId) as unknown as readonly DeviceRow[];
    const earliest = all.reduce((least, { firstSeen }) => Math.min(least, firstSeen ?? Infinity), Infinity);
    const kinds = Map.groupBy(all, ({ kind }) => kind);
    return [...kinds].map(([kind, rows]) => {
      const absent = createAbsenceSum([span]);
      const unknown = createAbsenceSum([span]);
      for (const { id, gatewayId, firstSeen } of rows) {
        const unseen = partBefore(firstSeen ?? span.to, span);
        const gateway = shared.get(`gateway:${gatewayId}`) ?? NO_SPANS;
        const away = unionOf(own.get(`device:${id}`) ?? NO_SPANS, unionOf(hub, gateway));
        absent.add(unionOf(unseen, away), 1);
        unknown.add(partBefore(firstSeen ?? earliest, span), 1);
      }
      const [absence = 0] = absent.sums();
      const [before = 0] = unknown.sums();
      const length = (span.to - span.from) * rows.length;
      return {
        estateId,
        kind,
        deviceSeconds: (length - before) / SECOND,
        observedSeconds: Math.max(0, length - absence) / SECOND,
      };
    });
  }

  return {
    async coverageByKind(span) {
      const all = await connection.alone(() => ({
        known: Number(since.get()?.["since"] ?? 0) <= span.from,
        ids: estates.all().map(({ id }) => String(id)),
        shared: absencesOf(db, "", span),
      }));
      if (!all.known) return [];
      const found: KindCoverage[] = [];
      for (let start = 0; start < all.ids.length; start += ESTATES_A_TURN) {
        const turn = all.ids.slice(start, start + ESTATES_A_TURN);
        found.push(...(await connection.alone(() => turn.flatMap((id) => ofEstate(id, span, all.shared)))));
      }
      return found;
    },
  };
}

function absencesOf(db: DatabaseSync, estateId: string, { from, to }: TimeSpan): Map<string, Spans> {
  const rows = db
    .prepare(
      `SELECT subject, from_at AS "from", coalesce(until_at, :to) AS "to" FROM outages
       WHERE estate_id = :estateId AND from_at < :to
         AND (until_at IS NULL OR (until_at > :from AND until_at > from_at))
       ORDER BY subject, from_at`,
    )
    .all({ estateId, from, to }) as unknown as readonly { subject: string; from: EpochMs; to: EpochMs }[];
  const bySubject = Map.groupBy(rows, ({ subject }) => subject);
  return new Map(
    [...bySubject].map(([subject, spans]) => [
      subject,
      within({ from: spans.map((span) => span.from), to: spans.map((span) => span.to) }, from, to),
    ]),
  );
}
