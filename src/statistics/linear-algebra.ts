/** A column of numbers. */
export type Vector = readonly number[];

/** A matrix as its rows, all of one length. */
export type Matrix = readonly Vector[];

/** A pivot below this share of its column's own size is rounding, not information. */
const RANK_TOLERANCE = 1e-11;

// a hole is a bug of the caller; NaN carries it to the answer instead of hiding it as 0
const at = (v: Vector | undefined, i: number): number => v?.[i] ?? Number.NaN;

/** Σ aᵢ bᵢ over the first `length` entries (all of `a` when not said). */
export const dot = (a: Vector, b: Vector, length: number = a.length): number => {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += at(a, i) * at(b, i);
  return sum;
};

/** Xᵀ W X for n rows of p columns and n weights: a symmetric p × p matrix. */
export const weightedGram = (rows: Matrix, weights: Vector): Matrix => {
  const size = rows[0]?.length ?? 0;
  const gram = Array.from({ length: size }, () => Array.from({ length: size }, () => 0));
  for (const [i, row] of rows.entries()) {
    const weight = at(weights, i);
    for (const [j, target] of gram.entries()) {
      const scaled = weight * at(row, j);
      if (scaled === 0) continue;
      for (let k = 0; k <= j; k += 1) target[k] = at(target, k) + scaled * at(row, k);
    }
  }
  return gram.map((row, j) => row.map((value, k) => (k <= j ? value : at(gram[k], j))));
};

/** Xᵀ v for n rows of p columns and n entries: p entries. */
export const crossProduct = (rows: Matrix, v: Vector): Vector => {
  const sums = Array.from({ length: rows[0]?.length ?? 0 }, () => 0);
  for (const [i, row] of rows.entries()) {
    for (const [j, value] of row.entries()) sums[j] = at(sums, j) + value * at(v, i);
  }
  return sums;
};

/**
 * The lower triangular L with L Lᵀ = A, for a symmetric positive definite A (only its lower half is read).
 * Throws RangeError, naming the column (from 0), when a column is a combination of those before it.
 */
export const choleskyFactor = (a: Matrix): Matrix => {
  const factor: number[][] = [];
  for (const [i, source] of a.entries()) {
    const row: number[] = [];
    for (let j = 0; j < i; j += 1) {
      const above = factor[j] ?? [];
      row.push((at(source, j) - dot(row, above, j)) / at(above, j));
    }
    const pivot = at(source, i) - dot(row, row, i);
    if (!(pivot > RANK_TOLERANCE * at(source, i))) {
      throw new RangeError(`choleskyFactor: column ${i} depends on the columns before it`);
    }
    row.push(Math.sqrt(pivot));
    factor.push(row);
  }
  return factor;
};

/** The x with L Lᵀ x = b, from the factor of `choleskyFactor`. */
export const choleskySolve = (factor: Matrix, b: Vector): Vector => {
  const forward: number[] = [];
  for (const [i, row] of factor.entries()) forward.push((at(b, i) - dot(row, forward, i)) / at(row, i));
  const x = forward.map(() => 0);
  for (let i = factor.length - 1; i >= 0; i -= 1) {
    let rest = at(forward, i);
    for (let j = i + 1; j < factor.length; j += 1) rest -= at(factor[j], i) * at(x, j);
    x[i] = rest / at(factor[i], i);
  }
  return x;
};

/** A⁻¹ from the factor of A. */
export const choleskyInverse = (factor: Matrix): Matrix =>
  factor.map((_, j) =>
    choleskySolve(
      factor,
      factor.map((__, i) => (i === j ? 1 : 0)),
    ),
  );

/**
 * The x with A x = b for any square A: Gaussian elimination, rows scaled, partial pivoting.
 * Throws RangeError when A is singular to rounding or the sizes differ.
 */
export const linearSolve = (a: Matrix, b: Vector): Vector => {
  const size = a.length;
  if (b.length !== size || a.some((row) => row.length !== size)) {
    throw new RangeError(`linearSolve: ${size} rows need ${size} columns and entries`);
  }
  const rows = a.map((row, i) => {
    const scale = Math.max(...row.map(Math.abs));
    return [...row, at(b, i)].map((value) => value / scale);
  });
  for (let column = 0; column < size; column += 1) {
    let best = column;
    for (let i = column + 1; i < size; i += 1) {
      if (Math.abs(at(rows[i], column)) > Math.abs(at(rows[best], column))) best = i;
    }
    const pivot = rows[best] ?? [];
    if (!(Math.abs(at(pivot, column)) > RANK_TOLERANCE)) {
      throw new RangeError(`linearSolve: singular at column ${column}`);
    }
    rows[best] = rows[column] ?? [];
    rows[column] = pivot;
    for (const row of rows.slice(column + 1)) {
      const share = at(row, column) / at(pivot, column);
      if (share === 0) continue;
      for (let j = column; j <= size; j += 1) row[j] = at(row, j) - share * at(pivot, j);
    }
  }
  const x = rows.map(() => 0);
  for (let i = size - 1; i >= 0; i -= 1) {
    const row = rows[i] ?? [];
    let rest = at(row, size);
    for (let j = i + 1; j < size; j += 1) rest -= at(row, j) * at(x, j);
    x[i] = rest / at(row, i);
  }
  return x;
};
