import { z } from "zod";
import { DAY } from "../domain/time.ts";
import { createCrossing } from "./crossing.ts";
import { duration, expression, group } from "./expression.ts";
import type { OperatorKind } from "./operator-kind.ts";
import { sidesOfChange, sidesOfLimit, type SideOf } from "./readings.ts";
import type { SpecFault } from "./schema.ts";

const LONGEST_WINDOW = DAY;
const NUMBER = { error: "It must be a number." };
const number = z.number(NUMBER);
const amount = z.number(NUMBER).positive("It must be more than 0.");

const schema = z
  .strictObject(
    {
      of: expression.meta({ description: "Condition of the events that are readings." }),
      value: expression.meta({
        description: "What of an event is read: a number. Anything else is no reading.",
        examples: ["event.value"],
      }),
      above: number.optional().meta({ description: "It begins with a reading above this." }),
      clearsBelow: number
        .optional()
        .meta({ description: "Beside above: it ends with a reading below this." }),
      below: number.optional().meta({ description: "It begins with a reading below this." }),
      clearsAbove: number
        .optional()
        .meta({ description: "Beside below: it ends with a reading above this." }),
      for: duration.optional().meta({
        description: "Beside above or below: how long it must last. Left out: one reading is enough.",
      }),
      risesBy: amount.optional().meta({ description: "It rises by so much within a time." }),
      fallsBy: amount.optional().meta({ description: "It falls by so much within a time." }),
      within: duration
        .refine((span) => span <= LONGEST_WINDOW, "It must be 1d at most.")
        .optional()
        .meta({ description: "Beside risesBy or fallsBy: within which time, 1d at most." }),
    },
    group,
  )
  .meta({ description: "A number over a limit, or one that changes too fast: exactly one of the four." });

type Spec = z.output<typeof schema>;
type Field = keyof Spec;

const LIMITS = ["above", "below", "risesBy", "fallsBy"] as const satisfies readonly Field[];
/** What belongs to each limit beside itself. */
const NEEDS = { above: "clearsBelow", below: "clearsAbove", risesBy: "within", fallsBy: "within" } as const;

/** `threshold`: a number goes over a limit, or changes too fast. */
export const threshold: OperatorKind<Spec> = {
  name: "threshold",
  schema,
  roles: [{ role: "reading", path: ["of"], value: ["value"] }],
  endsItself: true,
  faults,
  // `of` and `value` are part of the version in their normal form.
  meaning: ({ of: _of, value: _value, ...limits }) => limits,
  build: (spec) => {
    const { for: needed = 0, within = 0 } = spec;
    return createCrossing({ sideOf: sidesOf(spec), needed, within });
  },
};

function sidesOf(spec: Spec): SideOf {
  const { above, clearsBelow, below, clearsAbove, risesBy, fallsBy, within = 0 } = spec;
  if (above !== undefined && clearsBelow !== undefined) return sidesOfLimit(above, clearsBelow, 1);
  if (below !== undefined && clearsAbove !== undefined) return sidesOfLimit(below, clearsAbove, -1);
  if (risesBy !== undefined) return sidesOfChange(risesBy, within, 1);
  if (fallsBy !== undefined) return sidesOfChange(fallsBy, within, -1);
  throw new Error("a threshold without a limit was let through");
}

/** Exactly one limit, with what belongs to it and nothing that belongs to another. */
function faults(spec: Spec): SpecFault[] {
  const [limit, second] = LIMITS.filter((name) => spec[name] !== undefined);
  if (limit === undefined) return [{ path: [], reason: `It must have one of ${LIMITS.join(", ")}.` }];
  if (second !== undefined)
    return [{ path: [second], reason: `It has ${limit} already; a rule has one limit.` }];

  const found: SpecFault[] = [];
  const needs = NEEDS[limit];
  if (spec[needs] === undefined) found.push({ path: [needs], reason: "It is missing." });
  for (const [field, owners] of [
    ["clearsBelow", ["above"]],
    ["clearsAbove", ["below"]],
    ["within", ["risesBy", "fallsBy"]],
    ["for", ["above", "below"]],
  ] as const) {
    if (spec[field] !== undefined && !owners.some((owner) => owner === limit))
      found.push({ path: [field], reason: `It has no effect without ${owners.join(" or ")}.` });
  }
  if (limit === "above" && (spec.clearsBelow ?? spec.above ?? 0) > (spec.above ?? 0))
    found.push({ path: ["clearsBelow"], reason: "It must not be higher than above." });
  if (limit === "below" && (spec.clearsAbove ?? spec.below ?? 0) < (spec.below ?? 0))
    found.push({ path: ["clearsAbove"], reason: "It must not be lower than below." });
  return found;
}
