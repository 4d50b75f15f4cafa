/** A tail probability at a point u of a log or log-odds scale, and its derivative there. */
export interface TailAt {
  readonly tail: number;
  readonly slope: number;
}

const STEPS = 300;
/** e^±700 is still a double; beyond it a root is 0 or infinite for every purpose here. */
const EDGE = 700;

/**
 * The u at which a monotone tail equals `target` (0 < target < 1): Newton on ln tail, kept inside a
 * bracket and replaced by bisection when it does not at least halve its step.
 * On these scales both tails of gamma and beta are log-concave, so Newton goes straight to the root.
 */
export const tailRoot = (
  at: (u: number) => TailAt,
  target: number,
  direction: "rising" | "falling",
  start: number,
): number => {
  let lo = -EDGE;
  let hi = EDGE;
  let u = start;
  let last = hi - lo;
  for (let i = 0; i < STEPS; i += 1) {
    const { tail, slope } = at(u);
    const error = Math.log(tail / target);
    if (error === 0) return u;
    if (error > 0 === (direction === "rising")) hi = u;
    else lo = u;
    const newton = u - (error * tail) / slope;
    const next = newton > lo && newton < hi && Math.abs(newton - u) <= last / 2 ? newton : (lo + hi) / 2;
    last = Math.abs(next - u);
    u = next;
    if (last <= Number.EPSILON * Math.max(1, Math.abs(u))) return u;
  }
  return u;
};
