import { z } from "zod";
import type { Api } from "../api.ts";
import { READERS } from "../auth.ts";
import { listOf } from "../fields.ts";
import type { HttpParts } from "../parts.ts";

const ruleSchema = z.object({
  id: z.string(),
  version: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
  incident: z.string().meta({ description: "Type of the incidents it opens" }),
  severity: z.enum(["P1", "P2", "P3", "P4", "P5"]),
  file: z.string(),
});

/** The rules in force. */
export function ruleRoutes(app: Api, { store }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/rules",
    config: { access: READERS },
    schema: {
      operationId: "listRules",
      summary: "The rules in force",
      tags: ["rules"],
      response: { 200: listOf(ruleSchema) },
    },
    handler: async () => ({ items: await store.rules() }),
  });
}
