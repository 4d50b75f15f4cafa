/** How often something happens through the day, against its mean. */
export interface Rhythm {
  /** Weights of the 24 hours; their mean is 1. */
  readonly hours: readonly number[];
  readonly peak: number;
}

const rhythm = (...weights: readonly number[]): Rhythm => {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const hours = weights.map((weight) => weight / mean);
  return { hours, peak: Math.max(...hours) };
};

/** People leave between 7 and 9 and come home between 17 and 20. */
export const COMING_AND_GOING = rhythm(
  2,
  1,
  1,
  1,
  2,
  6,
  18,
  34,
  28,
  16,
  14,
  20,
  22,
  16,
  14,
  16,
  24,
  36,
  38,
  28,
  20,
  14,
  8,
  4,
);
export const DAYTIME = rhythm(
  1,
  1,
  1,
  1,
  1,
  2,
  6,
  10,
  12,
  12,
  12,
  12,
  12,
  12,
  12,
  12,
  12,
  12,
  10,
  8,
  6,
  4,
  2,
  1,
);
export const EVENING = rhythm(2, 1, 1, 1, 1, 2, 4, 6, 4, 3, 3, 4, 4, 3, 3, 4, 6, 12, 16, 16, 14, 10, 6, 3);
export const NIGHT = rhythm(16, 18, 18, 16, 10, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 6, 10, 14);
export const ALWAYS = rhythm(...Array.from({ length: 24 }, () => 1));

/** The weight at an hour of the day (0–24, with a fraction). */
export function weightAt({ hours }: Rhythm, hour: number): number {
  return hours[Math.floor(hour) % hours.length] ?? 0;
}
