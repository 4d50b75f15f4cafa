import { z } from "zod";
import { MINUTE } from "../domain/time.ts";
import { parseDuration } from "./duration.ts";
import { expression, group, read } from "./expression.ts";
import { createLasting } from "./lasting.ts";
import type { OperatorKind } from "./operator-kind.ts";

/** How long an end is remembered for a beginning that arrives after it, by hub time. */
const REMEMBER = 10 * MINUTE;

const schema = z.strictObject(
  {
    from: expression,
    until: expression,
    for: read(
      (written) => (written === "$threshold" ? written : parseDuration(written)),
      "$threshold or a duration such as 90s, 5m, 12h or 2d",
    ),
  },
  group,
);

/** `holds`: a state must last. */
export const holds: OperatorKind<z.output<typeof schema>> = {
  name: "holds",
  schema,
  roles: [
    { role: "from", path: ["from"] },
    { role: "until", path: ["until"] },
  ],
  endsItself: true,
  usesSchedule: (written) =>
    typeof written === "object" && written !== null && "for" in written && written.for === "$threshold",
  meaning: ({ for: needed }) => ({ needed }),
  build({ for: needed }, { scheduled }) {
    const limit = typeof needed === "number" || !scheduled ? () => Number(needed) : scheduled;
    return createLasting({ limit, fromInitial: true, remembers: () => true, remember: REMEMBER });
  },
};
