/**
 * Benjamini–Hochberg adjusted p-values (q): q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎ m/j, in the order of the input.
 * A null is no test: it stays null and does not count in m. Throws RangeError for p outside [0, 1].
 * Source: Benjamini & Hochberg 1995, JRSS B 57:289.
 */
export const benjaminiHochberg = (pValues: readonly (number | null)[]): readonly (number | null)[] => {
  const tests = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }]));
  if (tests.some(({ p }) => !(p >= 0 && p <= 1))) {
    throw new RangeError("benjaminiHochberg: a p-value lies outside 0 to 1");
  }
  const adjusted: (number | null)[] = pValues.map(() => null);
  let least = 1;
  for (const [rank, { p, index }] of tests.toSorted((a, b) => b.p - a.p).entries()) {
    least = Math.min(least, p * (tests.length / (tests.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
};
