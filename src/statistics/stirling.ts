/** √(2π). */
export const ROOT_2_PI = Math.sqrt(2 * Math.PI);

/**
 * What Stirling's formula lacks: ln Γ(z+1) − [(z+½) ln z − z + ½ ln 2π], for z > 0.
 * Recurrence up to z ≥ 15, then the asymptotic series; absolute error below 5e-15.
 * Source: Loader 2000, Fast and accurate computation of binomial probabilities (`stirlerr`).
 */
export const stirlingError = (z: number): number => {
  let shift = 0;
  let at = z;
  while (at < 15) {
    shift += (at + 0.5) * Math.log1p(1 / at) - 1;
    at += 1;
  }
  const w = 1 / (at * at);
  const series =
    (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188 - w * (691 / 360_360)))))) / at;
  return shift + series;
};

/**
 * Deviance term x ln(x/m) + m − x, for x > 0 and m > 0, without cancellation near x = m.
 * Source: Loader 2000 (`bd0`).
 */
export const deviance = (x: number, m: number): number => {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  const v2 = v * v;
  let sum = (x - m) * v;
  let power = 2 * x * v;
  for (let j = 1; j < 1000; j += 1) {
    power *= v2;
    const next = sum + power / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
};
