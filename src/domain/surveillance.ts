import type { Anomaly } from "./anomaly.ts";
import type { IncidentStatus } from "./incident.ts";
import type { Category } from "./taxonomy.ts";
import type { EpochMs } from "./time.ts";

/**
 * What looks for the unusual, by the names of the design: a1 rare events in an hour of the week · a2 slow
 * drift of weekly counts, both directions · a3 days of a young estate · a4 weeks against the same season of
 * three or four years · a5 clusters in space and time · a6 near repeats.
 */
export const DETECTORS = ["a1", "a2", "a3", "a4", "a5", "a6"] as const;
export type Detector = (typeof DETECTORS)[number];

/** What a detector finds, for people. */
export const DETECTOR_TITLES: Readonly<Record<Detector, { readonly zh: string; readonly en: string }>> = {
  a1: { zh: "某小时警情异常增多", en: "More than usual in an hour of the week" },
  a2: { zh: "周警情持续变化", en: "Slow drift of the weekly count" },
  a3: { zh: "新接入小区单日警情异常增多", en: "More than usual in a day, estate in its first year" },
  a4: { zh: "周警情高于往年同期", en: "A week above the same season of earlier years" },
  a5: { zh: "时空聚集", en: "Cluster in space and time" },
  a6: { zh: "近重复警情", en: "Near repeats" },
};

/** How often detectors run: a1 hourly · a5 daily · a2, a3 and a4 weekly · a6 monthly. */
export const SURVEILLANCE_JOBS = ["hourly", "daily", "weekly", "monthly"] as const;
export type SurveillanceJob = (typeof SURVEILLANCE_JOBS)[number];

/** An anomaly as it is kept; what a simulator made is never counted. */
export interface FoundAnomaly extends Omit<Anomaly, "simulated"> {
  readonly detector: Detector;
  readonly category: Category;
  /** End of the span in which it was found; `at` is its begin. */
  readonly until: EpochMs;
}

/** An anomaly with what became of it. */
export interface AnomalyRecord extends FoundAnomaly {
  readonly foundAt: EpochMs;
  /** The incident that it opened or supports, and how far that is; absent when it is gone. */
  readonly incidentId?: string;
  readonly status?: IncidentStatus;
}

/** Estates whose incidents of one category lie closer together than chance would have it. */
export interface Cluster {
  /** `scan`: more than elsewhere, in these estates, in the last days · `knox`: one follows another nearby. */
  readonly kind: "scan" | "knox";
  readonly version: string;
  readonly category: Category;
  readonly at: EpochMs;
  readonly until: EpochMs;
  /** The estates of the cluster; of near repeats those that have one, all others left out. */
  readonly estateIds: readonly string[];
  /** Incidents of a scan, near pairs of a Knox test. */
  readonly observed: number;
  readonly expected: number;
  readonly p: number;
  readonly q: number;
  /** Of the permutations: the same seed on the same data gives the same p. */
  readonly seed: number;
  readonly replicates: number;
}

/** What one run over one finished period found. */
export interface SurveillanceRun {
  readonly job: SurveillanceJob;
  /** End of the period, which is the mark of the job from now on. */
  readonly until: EpochMs;
  readonly anomalies: readonly FoundAnomaly[];
  readonly clusters: readonly Cluster[];
}
