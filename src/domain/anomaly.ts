import type { Severity } from "./taxonomy.ts";
import type { EpochMs } from "./time.ts";

/**
 * More, or fewer, of something than was to be expected. Found by statistics over what is stored, not by
 * a rule: the rules engine only opens an incident for it. Who counts incidents leaves out those whose
 * rule begins with `anomaly:`, or an anomaly would make the next one.
 */
export interface Anomaly {
  /** What found it, in lower case; the incident names it as its rule, `anomaly:<detector>`. */
  readonly detector: string;
  /** Version of the detector's method and settings. */
  readonly version: string;
  readonly estateId: string;
  /** The taxonomy code of which there is too much or too little. */
  readonly type: string;
  readonly severity: Severity;
  /** What of the estate it is about, such as an hour of the week: one unclosed incident for each. */
  readonly subject: string;
  /** Begin of the span in which it was found. */
  readonly at: EpochMs;
  readonly evidence: {
    /** Count expected in the span. */
    readonly expected: number;
    /** Count observed in the span. */
    readonly observed: number;
    /** Probability of such a count or a more extreme one, where nothing is unusual. */
    readonly p: number;
    /** The same after Benjamini and Hochberg, over all that was looked at in the run. */
    readonly q?: number;
  };
  readonly simulated: boolean;
}
