import { z } from "zod";
import { SECOND } from "../domain/time.ts";
import { duration, expression, group } from "./expression.ts";
import { createLacking } from "./lacking.ts";
import type { OperatorKind } from "./operator-kind.ts";
import { createPairing } from "./pairing.ts";
import type { SpecFault } from "./schema.ts";

/** How long a `without` may be on its way, unless the rule says otherwise. */
const SETTLE = 5 * SECOND;
const MOST = 1_000;
const USUALLY = `It must be a whole number from 1 to ${MOST}.`;

const schema = z
  .strictObject(
    {
      first: expression.optional().meta({ description: "Condition of the events that come first." }),
      // oxlint-disable-next-line unicorn/no-thenable -- a field people write, and no function
      then: expression.meta({ description: "Condition of the events that complete it." }),
      within: duration.meta({
        description: "From first to then; without a first, how long before a then its without may be.",
      }),
      without: expression.optional().meta({ description: "Condition of the events that excuse a then." }),
      settle: duration
        .optional()
        .meta({ description: "How long a without may be on its way to the hub; 5s when left out." }),
      usually: z.int({ error: USUALLY }).min(1, USUALLY).max(MOST, USUALLY).optional().meta({
        description: "So many in a row must have had their without before one that has none counts.",
      }),
    },
    group,
  )
  .meta({
    description: "One thing after another, or one thing without the other that should come before it.",
  });

type Spec = z.output<typeof schema>;

/** `sequence`: one thing after another, or one thing without the other that should come before it. */
export const sequence: OperatorKind<Spec> = {
  name: "sequence",
  schema,
  // An event plays one part: what excuses comes first.
  roles: [
    { role: "without", path: ["without"] },
    { role: "first", path: ["first"] },
    { role: "then", path: ["then"] },
  ],
  endsItself: false,
  faults,
  meaning: ({ within, usually, ...spec }) => ({ within, settle: settleOf(spec), usually }),
  build({ first, within, usually = 0, ...spec }) {
    const settle = settleOf(spec);
    return first === undefined
      ? createLacking({ within, settle, usually })
      : createPairing({ within, settle });
  },
};

/** Without a `without` there is nothing to wait for. */
function settleOf({ without, settle = SETTLE }: Pick<Spec, "without" | "settle">): number {
  return without === undefined ? 0 : settle;
}

function faults({ first, without, settle, usually }: Spec): SpecFault[] {
  const found: SpecFault[] = [];
  if (first === undefined && without === undefined)
    found.push({ path: ["without"], reason: "A sequence has first, without or both." });
  if (settle !== undefined && without === undefined && first !== undefined)
    found.push({ path: ["settle"], reason: "It has no effect without a without." });
  if (usually !== undefined && first !== undefined)
    found.push({ path: ["usually"], reason: "It has no place beside first." });
  return found;
}
