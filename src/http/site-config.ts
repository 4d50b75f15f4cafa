import { z } from "zod";
import { SITE_LIMITS, siteMeaning } from "../domain/site-config.ts";
import { code, zone } from "./fields.ts";

const PRINTABLE = /^\P{Cc}*$/u;
const UNPRINTABLE = "must not hold control characters";

/** A word of the vendor's, a point, the name of a part. */
const key = z.string().min(1, "must not be empty").max(SITE_LIMITS.key).regex(PRINTABLE, UNPRINTABLE);

/** A table of at most 500 members, by words of the vendor's. */
function table<T extends z.ZodType>(value: T) {
  return z
    .record(key, value)
    .refine(
      (members) => Object.keys(members).length <= SITE_LIMITS.entries,
      `must not have more than ${SITE_LIMITS.entries} members`,
    );
}

const meaning = z
  .string()
  .refine((text) => siteMeaning(text) === text, 'must be a code of the taxonomy, or "ignore"');

const codes = table(meaning).meta({
  description: "The vendor's word for what happened, by what it means here: a code, or `ignore`",
});

const pointConfig = z.strictObject({
  contact: z
    .enum(["normally-open", "normally-closed"])
    .exactOptional()
    .meta({ description: 'Doors: which position means "open". Dry contacts: which one is idle' }),
  buttonCode: code.exactOptional().meta({ description: "What an ordinary button means here" }),
  inputCode: code.exactOptional().meta({ description: "What a dry contact means here" }),
});

/** What an installation says about a device. */
export const deviceConfig = pointConfig.extend({
  zone: zone.exactOptional().meta({ description: "Zone of the device's times without an offset" }),
  points: table(pointConfig)
    .exactOptional()
    .meta({ description: "What is different at one door, zone, input or channel" }),
  codes: codes.exactOptional(),
});

/** What an installation says about a format whose meaning is the installation's. */
export const bindingOptions = z.strictObject({
  codes: codes.exactOptional(),
  fields: table(z.string().min(1).max(SITE_LIMITS.path).regex(PRINTABLE, UNPRINTABLE))
    .exactOptional()
    .meta({ description: "Where a format without fixed fields keeps its parts: dotted paths" }),
  timeUnit: z
    .enum(["iso", "seconds", "milliseconds"])
    .exactOptional()
    .meta({ description: "How such a format writes its time" }),
  edition: z
    .string()
    .min(1)
    .max(SITE_LIMITS.edition)
    .regex(PRINTABLE, UNPRINTABLE)
    .exactOptional()
    .meta({ description: "Edition of a standard that has several" }),
});

/** A prefix of a gateway's topics and the profile that reads below it. */
export const binding = z.strictObject({
  prefix: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/+#\p{Cc}][^+#\p{Cc}]*$/u, "must be topic segments without + and #"),
  profile: z.string().min(1).max(100),
  options: bindingOptions.exactOptional(),
});

/* In answers stands what is stored, also when this version would not take it any more. */

const texts = z.record(z.string(), z.string());
const pointAnswer = z.object({
  contact: z.enum(["normally-open", "normally-closed"]).optional(),
  buttonCode: z.string().optional(),
  inputCode: z.string().optional(),
});

/** A device's configuration in answers. */
export const deviceConfigAnswer = pointAnswer.extend({
  zone: z.string().optional(),
  points: z.record(z.string(), pointAnswer).optional(),
  codes: texts.optional(),
});

/** A gateway's binding in answers. */
export const bindingAnswer = z.object({
  prefix: z.string(),
  profile: z.string(),
  options: z
    .object({
      codes: texts.optional(),
      fields: texts.optional(),
      timeUnit: z.enum(["iso", "seconds", "milliseconds"]).optional(),
      edition: z.string().optional(),
    })
    .optional(),
});
