import { z } from "zod";
import { DAY } from "../domain/time.ts";
import { COUNT_LIMIT, createCounting } from "./counting.ts";
import { duration, expression, group } from "./expression.ts";
import type { OperatorKind } from "./operator-kind.ts";

const LONGEST_WINDOW = 7 * DAY;
const COUNT = `It must be a whole number from 2 to ${COUNT_LIMIT}.`;

const schema = z
  .strictObject(
    {
      of: expression.meta({ description: "Condition of the events that are counted." }),
      atLeast: z
        .int({ error: COUNT })
        .min(2, COUNT)
        .max(COUNT_LIMIT, COUNT)
        .meta({ description: "How many of them there must be." }),
      within: duration
        .refine((span) => span <= LONGEST_WINDOW, "It must be 7d at most.")
        .meta({ description: "From the first to the last of them: 7d at most." }),
      distinct: expression
        .optional()
        .meta({ description: "Counts the different values of this expression instead of the events." }),
    },
    group,
  )
  .meta({ description: "So many events, or so many different values, within a time." });

/** `counts`: so many events, or so many different values, within a time. */
export const counts: OperatorKind<z.output<typeof schema>> = {
  name: "counts",
  schema,
  roles: [{ role: "of", path: ["of"], value: ["distinct"] }],
  endsItself: false,
  acrossEstates: true,
  meaning: ({ atLeast, within }) => ({ atLeast, within }),
  build: ({ atLeast, within, distinct }) =>
    createCounting({ atLeast, within, byValue: distinct !== undefined }),
};
