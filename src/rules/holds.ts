import { z } from "zod";
import { MINUTE } from "../domain/time.ts";
import { durationOrThreshold, expression, group } from "./expression.ts";
import { createLasting } from "./lasting.ts";
import type { OperatorKind } from "./operator-kind.ts";

/**
 * How long an end is remembered for a beginning that arrives after it, by hub time. What one device says of
 * one state overtakes itself by seconds; a door is opened so often that longer would fill the memory.
 */
const REMEMBER = MINUTE;

const schema = z
  .strictObject(
    {
      from: expression.meta({ description: "Condition of the events with which the state begins." }),
      until: expression.meta({ description: "Condition of the events with which it is over." }),
      for: durationOrThreshold.meta({
        description: "How long it must last: a duration, or $threshold for what the schedule chooses.",
      }),
    },
    group,
  )
  .meta({ description: "A state that lasts: begun, and not over after a time." });

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
