import { z } from "zod";
import { DURATION, parseDuration } from "./duration.ts";

const LONGEST_EXPRESSION = 2_000;

/** A condition or value as people write it; compiled elsewhere. */
export const expression = z
  .string({ error: "It must be a condition: a text in CEL." })
  .trim()
  .min(1, "It must not be empty.")
  .max(LONGEST_EXPRESSION, `It is longer than ${LONGEST_EXPRESSION} characters.`);

/** What the published schema says of a text that is read into something else. */
interface Spelling {
  readonly pattern?: string;
  readonly enum?: string[];
  readonly examples?: string[];
}

/** A string that is read into something else, or refused with a sentence. */
export function read<T>(parse: (written: string) => T | undefined, refusal: string, spelling: Spelling = {}) {
  return z
    .string({ error: `It is not ${refusal}.` })
    .meta({ ...spelling })
    .transform((written, context) => {
      const value = parse(written);
      if (value !== undefined) return value;
      context.addIssue({ code: "custom", message: `'${written}' is not ${refusal}.` });
      return z.NEVER;
    });
}

/** A duration as people write it, in milliseconds. */
export const duration = read(parseDuration, "a duration such as 90s, 5m, 12h or 2d", {
  pattern: DURATION.source,
  examples: ["90s", "5m", "12h", "2d"],
});

/** A duration in milliseconds, or `$threshold` as it stands: what the rule's `schedule` chooses. */
export const durationOrThreshold = read(
  (written) => (written === "$threshold" ? written : parseDuration(written)),
  "$threshold or a duration such as 90s, 5m, 12h or 2d",
  { pattern: `^\\$threshold$|${DURATION.source}`, examples: ["$threshold", "60s", "5m"] },
);

/** The error of something that should have fields. */
export const group = { error: "It must be a group of fields." };
