import { z } from "zod";
import { MIN_WINDOW_MONTHS } from "../../domain/rates.ts";
import { canonicalCode, TAXONOMY, type Category } from "../../domain/taxonomy.ts";
import { ZhianError, type FieldFault } from "../../errors.ts";

/** The categories of the taxonomy. */
export const CATEGORIES = [
  "preventable_crime",
  "fire_safety",
  "life_safety",
  "facility_hazard",
  "public_order",
  "fraud",
  "technical",
  "info",
] as const satisfies readonly Category[];

/** What to count, and how sure an interval has to be; the same for every rate. */
export const countedQuery = z.strictObject({
  series: z
    .enum(["recorded", "sensor"])
    .default("recorded")
    .meta({ description: "recorded: imported calls or cases · sensor: incidents found by rules" }),
  unit: z
    .enum(["call", "case"])
    .exactOptional()
    .meta({ description: "Mandatory for recorded; calls and cases are never mixed" }),
  category: z
    .enum(CATEGORIES)
    .exactOptional()
    .meta({ description: "All codes of this category; or give `types`" }),
  types: z
    .string()
    .min(1)
    .max(4_000)
    .exactOptional()
    .meta({ description: "Codes of the taxonomy with commas between; or give `category`" }),
  conf: z.coerce.number().min(0.5).max(0.9999).default(0.95).meta({ description: "Confidence level" }),
});

type Counted = z.output<typeof countedQuery>;

/**
 * The codes a query counts: of its category, or those it lists. Throws VALIDATION unless exactly one is given;
 * `place` stands before its fields.
 */
export function countedTypes(
  { category, types }: Pick<Counted, "category" | "types">,
  place = "query.",
): readonly string[] {
  if ((category === undefined) === (types === undefined)) {
    refuse([{ field: `${place}category`, reason: "give either category or types" }]);
  }
  if (types === undefined) {
    return Object.keys(TAXONOMY).filter((code) => TAXONOMY[code]?.category === category);
  }
  const words = types.split(",").map((word) => word.trim());
  const unknown = words.filter((word) => canonicalCode(word) === undefined);
  refuse(
    unknown.map((word) => ({ field: `${place}types`, reason: `${word} is not a code of the taxonomy` })),
  );
  return [...new Set(words.map((word) => canonicalCode(word) ?? word))];
}

/** Throws SERIES_NOT_COMPARABLE for the series that begins with the installation. */
export function refuseSensor(series: Counted["series"]): void {
  if (series === "recorded") return;
  throw new ZhianError(
    "SERIES_NOT_COMPARABLE",
    "sensor incidents exist only since the installation; compare recorded calls or cases",
  );
}

/** The unit of a query; throws VALIDATION when it does not fit the series. */
export function countedUnit({ series, unit }: Pick<Counted, "series" | "unit">): { unit?: "call" | "case" } {
  if (series === "recorded" && unit === undefined) {
    refuse([{ field: "query.unit", reason: "must be call or case; the two are never mixed" }]);
  }
  if (series === "sensor" && unit !== undefined) {
    refuse([{ field: "query.unit", reason: "belongs to the recorded series; sensor incidents are neither" }]);
  }
  return unit === undefined ? {} : { unit };
}

/** Throws VALIDATION that lists the faults, unless there are none. */
export function refuse(faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw new ZhianError("VALIDATION", "the request is not valid", { faults });
}

const MAX_WINDOW_MONTHS = 240;
const MONTHS = /^P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?$/;

/** Whole months as an ISO 8601 duration, `P12M` or `P1Y`. */
export const monthsSpan = z
  .string()
  .regex(/^P(?=\d)(?:\d{1,2}Y)?(?:\d{1,3}M)?$/, "must be whole months or years, such as P12M or P1Y")
  .transform((text) => {
    const [, years = "0", months = "0"] = MONTHS.exec(text) ?? [];
    return Number(years) * 12 + Number(months);
  })
  .refine((months) => months >= MIN_WINDOW_MONTHS && months <= MAX_WINDOW_MONTHS, {
    error: `must be from P${MIN_WINDOW_MONTHS}M to P${MAX_WINDOW_MONTHS}M`,
  });

/** Whole days as an ISO 8601 duration, `P30D`. */
export const daysSpan = z
  .string()
  .regex(/^P\d{1,3}D$/, "must be whole days, such as P30D")
  .transform((text) => Number(text.slice(1, -1)));
