import { z } from "zod";
import { canonicalCode } from "../domain/taxonomy.ts";
import { duration, expression, group, read } from "./expression.ts";
import { parseDaySpan } from "./local-time.ts";
import { OPERATORS } from "./operators.ts";

const LONGEST_TEXT = 500;

function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: `It must be one of ${values.join(", ")}.` });
}

const phrase = z
  .string({ error: "It must be a text." })
  .trim()
  .min(1, "It must not be empty.")
  .max(LONGEST_TEXT, `It is longer than ${LONGEST_TEXT} characters.`);
const text = z.strictObject({ zh: phrase, en: phrase }, { error: "It must have a text each in zh and en." });
/** Each operator as an optional field below `when`. */
const operators = Object.fromEntries(OPERATORS.map(({ name, schema }) => [name, schema.optional()]));

/** One rule as people write it. Fields that depend on each other are checked in `compile-rule.ts`. */
export const ruleSchema = z.strictObject(
  {
    id: z
      .string({ error: "It must be a text." })
      .regex(
        /^[a-z0-9]+(-[a-z0-9]+)*$/,
        "It must be lower-case letters and digits, joined by single hyphens.",
      )
      .max(64, "It is longer than 64 characters."),
    title: text,
    incident: read(canonicalCode, "a code of the taxonomy"),
    severity: oneOf(["P1", "P2", "P3", "P4", "P5"]),
    cause: text.optional(),
    consequence: text.optional(),
    response: text.optional(),
    respondWithin: duration.optional(),
    devices: z
      .strictObject(
        {
          kind: z.preprocess(
            (written) => (typeof written === "string" ? [written] : written),
            z
              .array(oneOf(["gate", "camera", "sensor", "panel", "gateway", "other"]), {
                error: "It must be a kind of device or a list of them.",
              })
              .min(1, "It must name at least one kind of device."),
          ),
        },
        group,
      )
      .optional(),
    schedule: z
      .strictObject(
        {
          estateHours: read(parseDaySpan, "night or a span such as 22:00-06:00"),
          threshold: duration,
          otherwise: duration,
        },
        group,
      )
      .optional(),
    when: z.strictObject(operators, group),
    clears: z.strictObject({ when: expression.optional(), after: duration }, group),
    key: z.union(
      [
        z.tuple([z.literal("estate"), z.literal("place")]),
        z.tuple([z.literal("estate"), z.literal("device")]),
        z.tuple([z.literal("estate"), z.literal("device"), z.literal("point")]),
      ],
      { error: "It must be [estate, place], [estate, device] or [estate, device, point]." },
    ),
  },
  { error: "A rule must be a group of fields." },
);

/** One rule with durations in milliseconds and codes in their canonical form. */
export type RuleSpec = z.output<typeof ruleSchema>;

/** A path within a rule and a sentence. */
export interface SpecFault {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/** What is wrong with a rule by itself, one fault per field, as sentences. */
export function specFaults(error: z.ZodError): SpecFault[] {
  return error.issues.flatMap((issue): SpecFault[] => {
    const { path } = issue;
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key], reason: "There is no such field." }));
    }
    if (issue.input === undefined && issue.code !== "custom") return [{ path, reason: "It is missing." }];
    return [{ path, reason: issue.message }];
  });
}
