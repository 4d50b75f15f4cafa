import type {
  AnomalyRecord,
  Cluster,
  Detector,
  FoundAnomaly,
  SurveillanceJob,
} from "../domain/surveillance.ts";
import type { Category, Severity } from "../domain/taxonomy.ts";
import type { IncidentStatus } from "../domain/incident.ts";
import type { Store } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { estatesInView, pageOf, placeAfter, rowsWanted } from "./page.ts";

type SurveillancePart = Pick<Store, "surveillanceMark" | "putSurveillanceRun" | "anomalies" | "clusters">;

interface AnomalyRow {
  readonly estateId: string;
  readonly at: number;
  readonly detector: Detector;
  readonly subject: string;
  readonly until: number;
  readonly version: string;
  readonly type: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly expected: number;
  readonly observed: number;
  readonly p: number;
  readonly q: number | null;
  readonly foundAt: number;
  readonly incidentId: string | null;
  readonly status: IncidentStatus | null;
}

interface ClusterRow extends Omit<Cluster, "estateIds"> {
  readonly estateIds: string;
}

/** What surveillance found, and how far each of its jobs is. */
export function surveillanceOf(connection: Connection): SurveillancePart {
  const { db } = connection;
  const mark = db.prepare("SELECT until_at AS until FROM surveillance_marks WHERE job = ?");
  const setMark = db.prepare(
    `INSERT INTO surveillance_marks VALUES (:job, :until)
     ON CONFLICT (job) DO UPDATE SET until_at = max(until_at, excluded.until_at)`,
  );
  const putAnomaly = db.prepare(
    `INSERT OR REPLACE INTO anomalies VALUES (:estateId, :at, :detector, :subject, :until, :version, :type,
       :category, :severity, :expected, :observed, :p, :q, :foundAt)`,
  );
  const putCluster = db.prepare(
    `INSERT OR REPLACE INTO clusters VALUES (:until, :kind, :category, :at, :version, :estateIds, :observed,
       :expected, :p, :q, :seed, :replicates, :foundAt)`,
  );
  const removals = ["anomalies", "clusters"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE found_at < ?`),
  );
  // An incident that is open already takes an anomaly in, so it may have been opened before the anomaly.
  const anomalies = db.prepare(
    `SELECT * FROM (
       SELECT a.estate_id AS estateId, a.at, a.detector, a.subject, a.until_at AS until, a.version, a.type,
         a.category, a.severity, a.expected, a.observed, a.p, a.q, a.found_at AS foundAt,
         i.id AS incidentId, i.status
       FROM anomalies a LEFT JOIN incidents i ON i.id = (
         SELECT id FROM incidents
         WHERE estate_id = a.estate_id AND opened_at <= a.at
           AND key = a.estate_id || '|' || a.type || '|anomaly:' || a.detector || ':' || a.subject
         ORDER BY opened_at DESC, id DESC LIMIT 1)
       WHERE a.detector IN (SELECT value FROM json_each(:detectors))
         AND (:estates IS NULL OR a.estate_id IN (SELECT value FROM json_each(:estates)))
         AND (:at IS NULL OR (a.at, a.estate_id, a.detector, a.subject) < (:at, :estate, :detector, :subject))
     )
     WHERE :status IS NULL OR status = :status
     ORDER BY at DESC, estateId DESC, detector DESC, subject DESC LIMIT :rows`,
  );
  const clusters = db.prepare(
    `SELECT kind, version, category, at, until_at AS until, estate_ids AS estateIds, observed, expected, p, q,
       seed, replicates
     FROM clusters
     WHERE (:kind IS NULL OR kind = :kind)
       AND (:until IS NULL OR (until_at, kind, category) < (:until, :afterKind, :category))
       AND (:scope IS NULL OR NOT EXISTS (
         SELECT 1 FROM json_each(estate_ids) e WHERE e.value NOT IN (SELECT value FROM json_each(:scope))))
     ORDER BY until_at DESC, kind DESC, category DESC LIMIT :rows`,
  );

  return {
    surveillanceMark: (job: SurveillanceJob) =>
      connection.alone(() => mark.get(job)?.["until"] as number | undefined),
    putSurveillanceRun: ({ job, until, foundAt, keepFrom, ...found }) =>
      connection.atomically(() => {
        for (const each of found.anomalies) putAnomaly.run({ ...columnsOf(each), foundAt });
        for (const each of found.clusters)
          putCluster.run({ ...each, estateIds: JSON.stringify(each.estateIds), foundAt });
        for (const remove of removals) remove.run(keepFrom);
        setMark.run({ job, until });
      }),
    anomalies: (query) =>
      connection.alone(() => {
        const [at, estate, detector, subject] =
          placeAfter(query, ["number", "string", "string", "string"]) ?? [];
        const estates = estatesInView(query.scope, query.estateId);
        const rows = anomalies.all({
          estates: estates === undefined ? null : JSON.stringify(estates),
          detectors: JSON.stringify(query.detectors),
          status: query.status ?? null,
          at: at ?? null,
          estate: estate ?? null,
          detector: detector ?? null,
          subject: subject ?? null,
          rows: rowsWanted(query),
        }) as unknown as readonly AnomalyRow[];
        return pageOf(rows, query, (row) => [row.at, row.estateId, row.detector, row.subject], recordOf);
      }),
    clusters: (query) =>
      connection.alone(() => {
        const [until, kind, category] = placeAfter(query, ["number", "string", "string"]) ?? [];
        const rows = clusters.all({
          kind: query.kind ?? null,
          scope: query.scope === undefined ? null : JSON.stringify(query.scope),
          until: until ?? null,
          afterKind: kind ?? null,
          category: category ?? null,
          rows: rowsWanted(query),
        }) as unknown as readonly ClusterRow[];
        return pageOf(
          rows,
          query,
          (row) => [row.until, row.kind, row.category],
          (row) => ({ ...row, estateIds: JSON.parse(row.estateIds) as string[] }),
        );
      }),
  };
}

function columnsOf({ evidence, ...rest }: FoundAnomaly) {
  const { expected, observed, p, q } = evidence;
  return { ...rest, expected, observed, p, q: q ?? null };
}

function recordOf({ expected, observed, p, q, incidentId, status, ...rest }: AnomalyRow): AnomalyRecord {
  return {
    ...rest,
    evidence: { expected, observed, p, ...(q !== null && { q }) },
    ...(incidentId !== null && { incidentId }),
    ...(status !== null && { status }),
  };
}
