import type { AttributeValue } from "../domain/event.ts";
import type { Scope } from "./scope.ts";
import { compileSource, scalar, type Source } from "./sources.ts";

/** A condition on a message: a small closed set, so that a profile can be reviewed without running it. */
export type Guard =
  | { readonly is: "in"; readonly of: Source; readonly values: readonly AttributeValue[] }
  | { readonly is: "exists"; readonly of: Source }
  | { readonly is: "within"; readonly of: Source; readonly least?: number; readonly most?: number }
  | { readonly is: "bit"; readonly of: Source; readonly bit: number; readonly set: boolean }
  | { readonly is: "not"; readonly of: Guard };

/** The value is exactly this one, type included. */
export const equals = (of: Source, value: AttributeValue): Guard => ({ is: "in", of, values: [value] });
/** The value is one of these. */
export const oneOf = (of: Source, ...values: AttributeValue[]): Guard => ({ is: "in", of, values });
/** There is a value, and it is neither null nor an empty text. */
export const exists = (of: Source): Guard => ({ is: "exists", of });
/** The value is a number, or a text that is one, in a range with both ends included. */
export const within = (of: Source, range: { readonly least?: number; readonly most?: number }): Guard => ({
  is: "within",
  of,
  ...range,
});
/** A bit of a whole number (0 = lowest, 30 = highest) is set, or with `false` not set. */
export const bit = (of: Source, position: number, set = true): Guard => ({
  is: "bit",
  of,
  bit: position,
  set,
});
/** The opposite of a condition. */
export const not = (of: Guard): Guard => ({ is: "not", of });

/** Compiles a list of conditions that must all hold. */
export function compileGuards(guards: readonly Guard[] = []): (scope: Scope) => boolean {
  const tests = guards.map(compileGuard);
  const [only] = tests;
  if (!only) return () => true;
  if (tests.length === 1) return only;
  return (scope) => tests.every((test) => test(scope));
}

function compileGuard(guard: Guard): (scope: Scope) => boolean {
  if (guard.is === "not") {
    const test = compileGuard(guard.of);
    return (scope) => !test(scope);
  }
  const read = compileSource(guard.of);
  switch (guard.is) {
    case "in": {
      const { values } = guard;
      return (scope) => {
        const value = scalar(read(scope));
        return value !== undefined && values.includes(value);
      };
    }
    case "exists":
      return (scope) => {
        const value = read(scope);
        return value !== undefined && value !== null && value !== "";
      };
    case "within": {
      const { least = -Infinity, most = Infinity } = guard;
      return (scope) => {
        const value = numeric(read(scope));
        return value !== undefined && value >= least && value <= most;
      };
    }
    case "bit": {
      const { bit: position, set } = guard;
      return (scope) => {
        const value = numeric(read(scope));
        return (
          value !== undefined && Number.isSafeInteger(value) && ((value >> position) & 1) === (set ? 1 : 0)
        );
      };
    }
  }
}

/** A number, also where a vendor put it between quotes. */
export function numeric(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\s*[-+]?[\d.]/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}
