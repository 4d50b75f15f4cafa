import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { TimeSpan } from "../domain/exposure.ts";
import type { EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Store } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { createAbsenceSum, NO_SPANS, type Spans, partBefore, unionOf, within } from "./observed-time.ts";

type CoveragePart = Pick<Store, "coverage" | "coverageBins" | "coverageOf">;

/** More bins than anybody has hours of: ten years of them. */
const MOST_BINS = 100_000;
/** Estates that are looked at before others get their turn at the connection. */
const ESTATES_A_TURN = 50;

/** How much of the time devices were observed; see `Store.coverage`. */
export function coverageOf(connection: Connection): CoveragePart {
  const read = coverageReader(connection.db);
  const coverage: CoveragePart["coverage"] = (estateId, spans) =>
    connection.alone(() => read(spans)(estateId));
  return {
    coverage,
    async coverageBins(estateId, from, to, sizeMs) {
      const bins = Math.ceil((to - from) / sizeMs);
      if (!(bins >= 0 && bins <= MOST_BINS)) {
        throw new ZhianError("VALIDATION", "these bins cannot be made", {
          faults: [
            { field: "sizeMs", reason: `makes ${bins} bins; from 0 to ${MOST_BINS} can be asked for` },
          ],
        });
      }
      return coverage(
        estateId,
        Array.from({ length: bins }, (_, index) => ({
          from: from + index * sizeMs,
          to: Math.min(to, from + (index + 1) * sizeMs),
        })),
      );
    },
    async coverageOf(estateIds, span) {
      const of = await connection.alone(() => read([span]));
      const found: { estateId: string; coverage: number | null }[] = [];
      for (let start = 0; start < estateIds.length; start += ESTATES_A_TURN) {
        const turn = estateIds.slice(start, start + ESTATES_A_TURN);
        await connection.alone(() => {
          for (const estateId of turn) found.push({ estateId, coverage: of(estateId)[0] ?? null });
        });
        await setImmediate();
      }
      return found;
    },
  };
}

type SubjectRow = readonly [subject: string, froms: string, tos: string];
type DeviceRow = readonly [id: string, gatewayId: string | null, firstSeen: EpochMs | null];

/** Prepares reading the coverage of spans; what is the same for all estates is read once for all. */
function coverageReader(db: DatabaseSync) {
  const since = db.prepare("SELECT outages_since AS since FROM progress");
  const devices = db.prepare("SELECT id, gateway_id, first_seen FROM devices WHERE estate_id = ?");
  // A subject's absences in one row: ten years of them are many rows, and each would cost as much.
  const absences = db.prepare(
    `SELECT subject, json_group_array(from_at), json_group_array(coalesce(until_at, :to))
     FROM (SELECT subject, from_at, until_at FROM outages
           WHERE estate_id = :estateId AND from_at < :to
             AND (until_at IS NULL OR (until_at > :from AND until_at > from_at))
           ORDER BY subject, from_at)
     GROUP BY subject`,
  );
  devices.setReturnArrays(true);
  absences.setReturnArrays(true);

  function absencesOf(estateId: string, { from, to }: TimeSpan): Map<string, Spans> {
    const rows = absences.all({ estateId, from, to }) as unknown as readonly SubjectRow[];
    return new Map(
      rows.map(([subject, froms, tos]) => [
        subject,
        within({ from: JSON.parse(froms) as EpochMs[], to: JSON.parse(tos) as EpochMs[] }, from, to),
      ]),
    );
  }

  return (spans: readonly TimeSpan[]): ((estateId: string) => (number | null)[]) => {
    const all = {
      from: spans.reduce((least, { from }) => Math.min(least, from), Infinity),
      to: spans.reduce((most, { to }) => Math.max(most, to), -Infinity),
    };
    if (all.from >= all.to) return () => spans.map(() => null);
    const notedSince = Number(since.get()?.["since"] ?? 0);
    const shared = absencesOf("", all);
    const hub = shared.get("hub") ?? NO_SPANS;
    const gateways = new Map<string | null, Spans>([[null, hub]]);

    function ofGateway(id: string | null): Spans {
      const known = gateways.get(id);
      if (known) return known;
      const both = unionOf(hub, shared.get(`gateway:${id}`) ?? NO_SPANS);
      gateways.set(id, both);
      return both;
    }

    return (estateId) => {
      const rows = devices.all(estateId) as unknown as readonly DeviceRow[];
      if (rows.length === 0) return spans.map(() => null);
      const own = absencesOf(estateId, all);
      const absence = createAbsenceSum(spans);
      /** Before a device was known it cannot be missed. */
      const unknownTime = createAbsenceSum(spans);
      const earliest = rows.reduce((least, [, , seen]) => Math.min(least, seen ?? Infinity), Infinity);
      /** Devices that differ in nothing, so that they are added up once. */
      const alike = new Map<string | null, number>();
      for (const [id, gatewayId, seen] of rows) {
        const away = own.get(`device:${id}`);
        if (!away && seen !== null && seen <= all.from) {
          alike.set(gatewayId, (alike.get(gatewayId) ?? 0) + 1);
          continue;
        }
        const unseen = partBefore(seen ?? all.to, all);
        absence.add(unionOf(unseen, unionOf(away ?? NO_SPANS, ofGateway(gatewayId))), 1);
        // What never sent anything is missed from the day on which the estate had devices at work.
        unknownTime.add(partBefore(seen ?? earliest, all), 1);
      }
      for (const [gatewayId, count] of alike) absence.add(ofGateway(gatewayId), count);
      const absent = absence.sums();
      const unknown = unknownTime.sums();
      return spans.map((span, index) => {
        const length = span.to - span.from;
        if (length <= 0) return null;
        // Devices were there before their absences were noted.
        if (span.from < notedSince && earliest < Math.min(span.to, notedSince)) return null;
        const known = length * rows.length - (unknown[index] ?? 0);
        // Before the first device nothing was observed at all.
        if (!(known > 0)) return 0;
        const watched = (span.to - Math.max(span.from, earliest)) / length;
        const observed = length * rows.length - (absent[index] ?? 0);
        return Math.min(1, Math.max(0, (observed / known) * watched));
      });
    };
  };
}
