import { z } from "zod";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf } from "../auth.ts";
import type { HttpParts } from "../parts.ts";
import { encodingOf, FILE_TYPES, fileOf, importQuery, outcomeSchema, sendOutcome } from "./import-answer.ts";

const KINDS = ["estate", "place", "gateway", "device"] as const;

/** Import of estates, places, gateways and devices from a file. */
export function registryImportRoutes(app: Api, { importer, registryChanged, options }: HttpParts): void {
  app.route({
    method: "POST",
    url: "/registry/import",
    bodyLimit: options.bodyLimit,
    config: { access: ADMINS, problems: ["IMPORT_REFUSED", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] },
    schema: {
      operationId: "importRegistry",
      summary: "Import estates, places, gateways or devices: all rows or none",
      description: "CSV holds one kind, named by `kind`; YAML has a section for each.",
      tags: ["estates", "places", "gateways", "devices"],
      consumes: [...FILE_TYPES],
      querystring: importQuery.extend({
        format: z.enum(["csv", "yaml"]),
        kind: z.enum(KINDS).exactOptional().meta({ description: "What the rows of a CSV file are" }),
      }),
      body: z.instanceof(Uint8Array),
      response: { 200: outcomeSchema },
    },
    handler: async (request, reply) => {
      const { encoding, ...query } = request.query;
      if (query.format === "csv" && query.kind === undefined) {
        throw new ZhianError("VALIDATION", "the request is not valid", {
          faults: [{ field: "query.kind", reason: `a CSV file needs one of ${KINDS.join(", ")}` }],
        });
      }
      const outcome = await importer.importRegistry(fileOf(request.body), {
        ...query,
        ...encodingOf(request, encoding),
        scope: callerOf(request).scope,
      });
      if (outcome.stored) await registryChanged();
      return sendOutcome(request, reply, outcome, query.dryRun);
    },
  });
}
