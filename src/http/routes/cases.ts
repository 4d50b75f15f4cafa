import { z } from "zod";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { id, instant, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { encodingOf, FILE_TYPES, fileOf, importQuery, outcomeSchema, sendOutcome } from "./import-answer.ts";

const UNITS = ["call", "case"] as const;

const caseSchema = z.object({
  id: z.string().meta({ description: "Number in the source system" }),
  source: z.string(),
  estateId: z.string(),
  unit: z.enum(UNITS),
  type: z.string().meta({ description: "A code of the taxonomy" }),
  sourceType: z.string(),
  occurredAt: instant,
  simulated: z.boolean(),
});

const tally = z.object({ type: z.string(), line: z.int(), rows: z.int() });

const caseOutcome = outcomeSchema.extend({
  unknownTypes: z.array(tally).readonly(),
  leftOut: z.array(tally).readonly(),
  dateOnly: z.int().meta({ description: "Rows with a day but no hour; stored at noon" }),
});

/** A file with a type mapping beside it; the only form that JSON can carry. */
const wrappedFile = z.strictObject({
  csv: z.string().min(1),
  mapping: z.string().min(1).exactOptional().meta({ description: "A type mapping file, YAML" }),
});

/** Recorded cases: list, import. */
export function caseRoutes(app: Api, { store, importer, options }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/cases",
    config: { access: READERS },
    schema: {
      operationId: "listCases",
      summary: "Recorded calls and cases, newest first",
      tags: ["cases"],
      querystring: pageQuery.extend({ estateId: id.exactOptional(), unit: z.enum(UNITS).exactOptional() }),
      response: { 200: pageOf(caseSchema) },
    },
    handler: (request) => store.cases({ ...request.query, scope: callerOf(request).scope }),
  });

  app.route({
    method: "POST",
    url: "/cases/import",
    bodyLimit: options.bodyLimit,
    config: { access: ADMINS, problems: ["IMPORT_REFUSED", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] },
    schema: {
      operationId: "importCases",
      summary: "Import a CSV file of calls or cases: all rows or none",
      description:
        "Send the file as it is (text/csv), or as JSON with a type mapping file beside it. " +
        "Importing the same file again changes nothing.",
      tags: ["cases"],
      consumes: ["application/json", ...FILE_TYPES],
      querystring: importQuery.extend({
        unit: z.enum(UNITS).exactOptional().meta({ description: "For files without a unit column" }),
        estateId: id.exactOptional().meta({ description: "For files without an estate column" }),
        source: z.string().min(1).max(100).exactOptional().meta({ description: "Name of the source system" }),
      }),
      body: z.union([wrappedFile, z.instanceof(Uint8Array)]),
      response: { 200: caseOutcome },
    },
    handler: async (request, reply) => {
      const { encoding, ...query } = request.query;
      const { body } = request;
      const { scope } = callerOf(request);
      const outcome =
        body instanceof Uint8Array
          ? await importer.importCases(fileOf(body), { ...query, ...encodingOf(request, encoding), scope })
          : await importer.importCases(Buffer.from(body.csv), {
              ...query,
              encoding: "utf-8",
              scope,
              ...(body.mapping !== undefined && { mapping: body.mapping }),
            });
      return sendOutcome(request, reply, outcome, query.dryRun);
    },
  });
}
