import { MINUTE } from "../domain/time.ts";
import { expression } from "./expression.ts";
import { createLasting } from "./lasting.ts";
import type { OperatorKind } from "./operator-kind.ts";

/** How long an end is remembered for a beginning that arrives after it, by hub time. */
const REMEMBER = 10 * MINUTE;

/** `occurs`: one event that meets the condition is enough. */
export const occurs: OperatorKind<string> = {
  name: "occurs",
  schema: expression.meta({ description: "One event that meets this condition is enough." }),
  roles: [{ role: "from", path: [] }],
  endsItself: false,
  meaning: () => ({}),
  build(_spec, { parts }) {
    // Its own code may report the end first; another one (a closed door) ends only what is known.
    const begins = parts.find(({ role }) => role === "from")?.condition.codes;
    const remembers = (code: string): boolean => begins?.has(code) ?? false;
    return createLasting({ limit: () => 0, fromInitial: false, remembers, remember: REMEMBER });
  },
};
