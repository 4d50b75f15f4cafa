import { z } from "zod";
import { canonicalCode, TAXONOMY } from "../domain/taxonomy.ts";
import { HOUR, MINUTE } from "../domain/time.ts";
import { duration, expression, group, read } from "./expression.ts";
import { DAY_SPAN, parseDaySpan } from "../domain/local-time.ts";
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
const text = z.strictObject(
  { zh: phrase.meta({ description: "In Chinese." }), en: phrase.meta({ description: "In English." }) },
  { error: "It must have a text each in zh and en." },
);
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
      .max(64, "It is longer than 64 characters.")
      .meta({ description: "Names the rule; unique in the folder.", examples: ["gate-held-open"] }),
    title: text.meta({ description: "What happened, as one says it." }),
    incident: read(canonicalCode, "a code of the taxonomy", { enum: Object.keys(TAXONOMY) }).meta({
      description: "Type of the incidents it opens: a code of the taxonomy.",
    }),
    severity: oneOf(["P1", "P2", "P3", "P4", "P5"]).meta({
      description:
        "P1 life or fire, act now; P2 crime in progress or serious hazard; P3 same shift; P4 log and trend; " +
        "P5 record only. P1 to P3 need cause, consequence, response and respondWithin.",
    }),
    cause: text.optional().meta({ description: "What was noticed, for whoever is told." }),
    consequence: text.optional().meta({ description: "What comes of it if nobody acts." }),
    response: text.optional().meta({ description: "What to do." }),
    respondWithin: duration.optional().meta({ description: "Within which time somebody should act." }),
    devices: z
      .strictObject(
        {
          kind: z
            .preprocess(
              (written) => (typeof written === "string" ? [written] : written),
              z
                .array(oneOf(["gate", "camera", "sensor", "panel", "gateway", "other"]), {
                  error: "It must be a kind of device or a list of them.",
                })
                .min(1, "It must name at least one kind of device."),
            )
            .meta({ description: "A kind of device, or a list of them." }),
        },
        group,
      )
      .optional()
      .meta({ description: "The devices it listens to; all when left out." }),
    schedule: z
      .strictObject(
        {
          estateHours: read(parseDaySpan, "night or a span such as 22:00-06:00", {
            pattern: `^night$|${DAY_SPAN.source}`,
            examples: ["night", "22:00-06:00"],
          }).meta({ description: "Hours of the estate: night (22:00 to 06:00) or a span." }),
          threshold: duration.meta({ description: "What $threshold is in these hours." }),
          otherwise: duration.meta({ description: "What $threshold is in the other hours." }),
        },
        group,
      )
      .optional()
      .meta({ description: "Chooses $threshold by the local time at which something began." }),
    when: z.strictObject(operators, group).meta({
      description: "What must happen: exactly one operator.",
      minProperties: 1,
      maxProperties: 1,
    }),
    clears: z
      .strictObject(
        {
          when: expression.optional().meta({
            description: "Condition of the events that end it. Not beside an operator that ends itself.",
          }),
          after: duration.meta({
            description:
              "It ends this long after the last event that spoke for it: some alarms never send an end.",
          }),
        },
        group,
      )
      .meta({ description: "How an episode ends." }),
    confirmedBy: z
      .strictObject(
        {
          condition: expression.meta({ description: "Condition of the events that confirm it." }),
          within: duration
            .refine((span) => span >= MINUTE && span <= HOUR, "It must be from 1m to 60m.")
            .meta({ description: "How far before or after they may be: 1m to 60m." }),
        },
        group,
      )
      .optional()
      .meta({
        description:
          "What of the same key makes it surer: level 1 the same device in a second way, level 2 another device.",
      }),
    explainedBy: z
      .strictObject(
        {
          incident: read(canonicalCode, "a code of the taxonomy", { enum: Object.keys(TAXONOMY) }).meta({
            description: "Type of the incident that explains it.",
          }),
          of: z.literal("gateway", { error: "It must be gateway." }).meta({
            description: "Whose incident that is: the gateway's that the device is heard through.",
          }),
        },
        group,
      )
      .optional()
      .meta({
        description:
          "While this incident goes on, none is opened: the device is named in the history of this one. " +
          "What is still wrong two minutes after its end opens then.",
      }),
    reopenWithin: duration.optional().meta({
      description: "A new episode this soon after the closing reopens the incident; never when left out.",
    }),
    key: z
      .union(
        [
          z.tuple([z.literal("estate"), z.literal("place")]),
          z.tuple([z.literal("estate"), z.literal("device")]),
          z.tuple([z.literal("estate"), z.literal("device"), z.literal("point")]),
          z.tuple([
            z.enum(["estate", "everywhere"]),
            z.strictObject({
              value: expression.meta({
                description: "What of an event tells the subjects apart.",
                examples: ["event.attributes.cardHash"],
              }),
            }),
          ]),
        ],
        {
          error:
            "It must be [estate, place], [estate, device], [estate, device, point], " +
            "[estate, { value: … }] or [everywhere, { value: … }].",
        },
      )
      .meta({ description: "What an incident is about: at most one per key is not closed." }),
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
