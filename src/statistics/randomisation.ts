/** Two coefficients nearer than this share are one: fits stop at 1e-12. */
const SAME = 1e-9;

/**
 * The share of all choices of `size` units, the real one among them, whose statistic is at least `observed`:
 * the exact p-value had the treated units been drawn by lot. C(units, size) statistics are computed; the
 * caller keeps that small. Source: Fisher 1935, The Design of Experiments, § 21.
 */
export const randomisationP = (
  units: readonly string[],
  size: number,
  observed: number,
  statistic: (chosen: ReadonlySet<string>) => number,
): number => {
  const choices = choose(units, size);
  const asLarge = choices.filter((chosen) => statistic(new Set(chosen)) >= observed * (1 - SAME));
  return asLarge.length / choices.length;
};

/**
 * The smallest p that so many units allow: one choice of all, or two when half of the units are chosen, as the
 * other half then has the same coefficient with the other sign.
 */
export const leastRandomisationP = (units: number, size: number): number => {
  let choices = 1;
  for (let i = 1; i <= size; i += 1) choices = (choices * (units - size + i)) / i;
  return (2 * size === units ? 2 : 1) / choices;
};

const choose = (units: readonly string[], size: number): readonly (readonly string[])[] => {
  if (size === 0) return [[]];
  return units.flatMap((unit, i) => choose(units.slice(i + 1), size - 1).map((rest) => rest.concat(unit)));
};
