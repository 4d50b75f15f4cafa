import { holds } from "./holds.ts";
import { occurs } from "./occurs.ts";
import type { OperatorKind } from "./operator-kind.ts";

/** Every operator a rule can be made with; a rule has exactly one. */
// oxlint-disable-next-line typescript/no-explicit-any -- each kind has a specification of its own
export const OPERATORS: readonly OperatorKind<any>[] = Object.freeze([occurs, holds]);
