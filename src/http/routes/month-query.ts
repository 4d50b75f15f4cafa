import { z } from "zod";
import { countedQuery } from "./rate-query.ts";

/** A calendar month. */
export const month = z
  .string()
  .regex(/^(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])$/, "must be a month, such as 2026-10");

/** What a month is asked for: recorded calls or cases, of a category or of some types. */
export const monthQuery = countedQuery.omit({ series: true, unit: true }).extend({
  unit: z
    .enum(["call", "case"])
    .default("call")
    .meta({ description: "Calls to the police or filed cases; never both" }),
});
