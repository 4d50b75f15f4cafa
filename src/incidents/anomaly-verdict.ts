import type { Anomaly } from "../domain/anomaly.ts";
import type { EpochMs } from "../domain/time.ts";
import type { Verdict } from "../ports.ts";

/** No device of any gateway: what was found, was found in the store. */
const NO_DEVICE = "hub";

/**
 * What an anomaly means for incidents. Told again it is the same verdict, so it opens nothing twice, not
 * even after the incident was closed.
 */
export function anomalyVerdict(anomaly: Anomaly, now: EpochMs): Verdict {
  const { detector, version, estateId, type, severity, subject, at, evidence, simulated } = anomaly;
  const { expected, observed, p, q } = evidence;
  const rule = { id: `anomaly:${detector}`, version };
  const adjusted = q === undefined ? "" : `, q ${q.toPrecision(2)}`;
  return {
    kind: "open",
    rule,
    type,
    severity,
    estateId,
    key: `${estateId}|${type}|${rule.id}:${subject}`,
    deviceId: NO_DEVICE,
    at,
    detectedAt: now,
    episode: `${rule.id}:${subject}:${at}`,
    late: false,
    test: false,
    simulated,
    note: `expected ${expected.toPrecision(3)}, observed ${observed}, p ${p.toPrecision(2)}${adjusted}`,
    // Only so that the closed one is looked at: it is never reopened after the very moment of its closing.
    reopenWithin: 0,
  };
}
