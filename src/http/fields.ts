import { z } from "zod";
import { TAXONOMY } from "../domain/taxonomy.ts";
import { isZone } from "../domain/zone.ts";

/**
 * An instant: ISO 8601 in answers and questions, epoch milliseconds inside the hub. Answers are in UTC.
 */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.int(), {
  decode: (text) => Date.parse(text),
  encode: (at) => new Date(at).toISOString(),
});

/** An id that people give to estates, places and gateways. */
export const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "must be 1 to 64 letters, digits, dots, dashes or underlines");

/** An id the hub or a vendor made: of a device, an event, an incident. */
export const foreignId = z.string().min(1).max(256);

/** A name for people. */
export const name = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(200)
  .regex(/^\P{Cc}*$/u, "must not hold control characters");

/** A calendar day in the estate's zone. */
export const localDate = z.iso.date();

/** A remark that stays with what it is about. */
export const note = z.string().trim().min(1).max(1_000);

export const zone = z.string().refine(isZone, "must be the name of an IANA zone, such as Asia/Shanghai");

/** A code of the taxonomy. */
export const code = z
  .string()
  .refine((text) => Object.hasOwn(TAXONOMY, text), "is not a code of the taxonomy");

/** A switch in a query string. */
export const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");

/** The part of a listing's query that every listing has. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.string().min(1).max(1_024).exactOptional().meta({ description: "`next` of the page before" }),
});

/** A page of a listing. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item).readonly(),
    next: z.string().optional().meta({ description: "Give it back as `after`; absent on the last page" }),
  });
}

/** A listing that always fits one answer. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).readonly() });
}

/** The answer of a route that has nothing to say. */
export const nothing = z.undefined().meta({ description: "Done" });
