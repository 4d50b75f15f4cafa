/** A value that can make an event; datasets, templates, files and bytes are left out. */
export type MetricValue = boolean | number | string;

/** One metric of a Sparkplug payload, in whatever form it came. */
export interface Metric {
  readonly name?: string;
  /** Decimal; stands for the name that a birth gave it. */
  readonly alias?: string;
  /** Milliseconds since 1970. */
  readonly timestamp?: number;
  /** Absent when it is null or of a kind that is not read. */
  readonly value?: MetricValue;
  readonly historical: boolean;
}

/** A Sparkplug payload. */
export interface Payload {
  readonly timestamp?: number;
  readonly metrics: readonly Metric[];
  /** Marks a body in another form, for example compressed. */
  readonly uuid?: string;
}

/** Most metrics of one payload. */
export const MOST_METRICS = 10_000;
