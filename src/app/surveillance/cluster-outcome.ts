import type { Cluster } from "../../domain/surveillance.ts";
import type { Category } from "../../domain/taxonomy.ts";
import type { EpochMs } from "../../domain/time.ts";
import {
  afterAllTests,
  type Alarm,
  commonestType,
  type Judged,
  METHOD_VERSION,
  type Outcome,
  type Tally,
} from "./outcome.ts";
import type { PlacedOpening, SteadyEstate } from "./recent-openings.ts";
import { REPLICATES } from "./replication.ts";

const AMBER = 0.01;
const RED = 0.001;

/** What a permutation test found in one category. */
export interface ClusterFound {
  readonly category: Category;
  readonly seed: number;
  readonly p: number;
  readonly at: EpochMs;
  readonly until: EpochMs;
  readonly observed: number;
  readonly expected: number;
  /** What the cluster is made of. */
  readonly openings: readonly PlacedOpening[];
}

/**
 * Clusters with p ≤ 0.01 and q ≤ 0.05 over the categories of the run, each with an anomaly at the estate
 * that has most of its openings, the first id of equals.
 */
export function outcomeOfClusters(
  detector: "a5" | "a6",
  estates: readonly SteadyEstate[],
  found: readonly ClusterFound[],
  leftOut: Tally,
): Outcome {
  const judged = found.map((each): Judged => {
    const { p } = each;
    return p <= AMBER && each.openings.length > 0 ? { p, alarm: alarmOf(each, estates) } : { p };
  });
  const anomalies = afterAllTests(detector, judged, found.length);
  const clusters = anomalies.flatMap(({ category, evidence: { q = 1 } }): readonly Cluster[] => {
    const each = found.find((one) => one.category === category);
    if (!each) return [];
    const { openings, ...rest } = each;
    return [
      {
        ...rest,
        q,
        kind: detector === "a5" ? "scan" : "knox",
        version: METHOD_VERSION,
        estateIds: idsOf(openings, estates).toSorted(),
        replicates: REPLICATES,
      },
    ];
  });
  return { anomalies, clusters, tests: found.length, leftOut: leftOut.counts };
}

function alarmOf(found: ClusterFound, estates: readonly SteadyEstate[]): Alarm {
  const { category, p, at, until, observed, expected, openings } = found;
  const tally = (id: string): number => openings.filter(({ estate }) => estates[estate]?.id === id).length;
  const [estateId = ""] = idsOf(openings, estates).toSorted(
    (a, b) => tally(b) - tally(a) || (a < b ? -1 : 1),
  );
  return {
    estateId,
    category,
    type: commonestType(openings),
    severity: p <= RED ? "P3" : "P4",
    subject: category,
    at,
    until,
    evidence: { expected, observed, p },
  };
}

function idsOf(openings: readonly PlacedOpening[], estates: readonly SteadyEstate[]): string[] {
  return [...new Set(openings.map(({ estate }) => estates[estate]?.id ?? ""))];
}
