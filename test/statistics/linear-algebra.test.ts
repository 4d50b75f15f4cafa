import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  choleskyFactor,
  choleskyInverse,
  choleskySolve,
  crossProduct,
  dot,
  linearSolve,
  type Matrix,
  type Vector,
  weightedGram,
} from "../../src/statistics/linear-algebra.ts";

const entry = fc.double({ min: -10, max: 10, noNaN: true });
const square = (size: number) =>
  fc.array(fc.array(entry, { minLength: size, maxLength: size }), { minLength: size, maxLength: size });
const times = (a: Matrix, x: Vector): Vector => a.map((row) => dot(row, x));
const largest = (v: Vector): number => Math.max(...v.map(Math.abs));

describe("linear algebra", () => {
  test("Cholesky solves and inverts what it factors", () => {
    fc.assert(
      fc.property(square(5), fc.array(entry, { minLength: 5, maxLength: 5 }), (rows, b) => {
        const gram = weightedGram(rows, [1, 2, 3, 4, 5]).map((row, i) =>
          row.map((v, j) => (i === j ? v + 1 : v)),
        );
        const factor = choleskyFactor(gram);
        for (const [i, row] of gram.entries()) {
          for (const [j, value] of row.entries()) {
            expect(dot(factor[i] ?? [], factor[j] ?? [], Math.min(i, j) + 1)).toBeCloseTo(value, 8);
          }
        }
        const x = choleskySolve(factor, b);
        // residual against the size of what was multiplied, not of what was left
        const allowed = 1e-12 * (1 + largest(gram.flat()) * largest(x));
        expect(largest(times(gram, x).map((v, i) => v - (b[i] ?? 0)))).toBeLessThan(allowed);
        const inverse = choleskyInverse(factor);
        expect(largest(times(inverse, b).map((v, i) => v - (x[i] ?? 0)))).toBeLessThan(1e-9);
      }),
    );
  });

  test("the general solver undoes the product", () => {
    fc.assert(
      fc.property(square(6), fc.array(entry, { minLength: 6, maxLength: 6 }), (rows, x) => {
        const a = rows.map((row, i) => row.map((v, j) => (i === j ? v + 70 : v)));
        const solved = linearSolve(a, times(a, x));
        expect(largest(solved.map((v, i) => v - (x[i] ?? 0)))).toBeLessThan(1e-11);
      }),
    );
    // a pivot of zero on the way is no obstacle
    expect(
      linearSolve(
        [
          [0, 2],
          [3, 0],
        ],
        [4, 9],
      ),
    ).toEqual([3, 2]);
  });

  test("dependent columns and wrong shapes are named", () => {
    const gram = weightedGram(
      [
        [1, 2, 3],
        [1, 5, 6],
        [1, 7, 8],
        [1, 1, 2],
      ],
      [1, 1, 1, 1],
    );
    expect(() => choleskyFactor(gram)).toThrow("column 2 depends");
    expect(() =>
      linearSolve(
        [
          [1, 2],
          [2, 4],
        ],
        [1, 1],
      ),
    ).toThrow("singular at column 1");
    expect(() => linearSolve([[1, 2]], [1])).toThrow(RangeError);
    expect(
      crossProduct(
        [
          [1, 2],
          [3, 4],
        ],
        [10, 100],
      ),
    ).toEqual([310, 420]);
  });
});
