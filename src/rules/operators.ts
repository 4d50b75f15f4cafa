import { absent } from "./absent.ts";
import { counts } from "./counts.ts";
import { holds } from "./holds.ts";
import { occurs } from "./occurs.ts";
import type { OperatorKind } from "./operator-kind.ts";
import { sequence } from "./sequence.ts";
import { threshold } from "./threshold.ts";

/** Every operator a rule can be made with; a rule has exactly one. */
// oxlint-disable-next-line typescript/no-explicit-any -- each kind has a specification of its own
export const OPERATORS: readonly OperatorKind<any>[] = Object.freeze([
  occurs,
  holds,
  counts,
  sequence,
  absent,
  threshold,
]);
