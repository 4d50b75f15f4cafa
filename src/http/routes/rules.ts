import { z } from "zod";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { foreignId, instant, listOf } from "../fields.ts";
import type { HttpParts } from "../parts.ts";

const ruleSchema = z.object({
  id: z.string(),
  version: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
  incident: z.string().meta({ description: "Type of the incidents it opens" }),
  severity: z.enum(["P1", "P2", "P3", "P4", "P5"]),
  file: z.string(),
});

/** A fault of a rule in an answer. */
export const faultSchema = z.object({
  file: z.string(),
  line: z.number(),
  rule: z.string().optional().meta({ description: "Id of the rule, where it has one" }),
  field: z.string().meta({ description: "Path within the rule; empty: the rule or file as a whole" }),
  reason: z.string(),
});

const ids = z.array(z.string()).readonly();

const reloadSchema = z.object({
  rules: z.number().meta({ description: "How many are in force" }),
  added: ids,
  changed: ids,
  removed: ids,
  kept: ids.meta({ description: "In force in an earlier version, because the present one is faulty" }),
  faults: z.array(faultSchema).readonly(),
});

const versionSchema = z.object({
  id: z.string(),
  version: z.string(),
  firstAt: instant.meta({ description: "When it was first put in force" }),
  file: z.string().exactOptional().meta({ description: "Absent: it is no longer in force" }),
  definition: z
    .record(z.string(), z.unknown())
    .meta({ description: "The rule as it was written, without comments" }),
});

/** The rules in force, their faults and versions, and reading them again. */
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

  app.route({
    method: "GET",
    url: "/rules/faults",
    config: { access: READERS },
    schema: {
      operationId: "listRuleFaults",
      summary: "What is wrong with the folder of rules; what was in force before goes on",
      tags: ["rules"],
      response: { 200: listOf(faultSchema) },
    },
    handler: async () => ({ items: await store.ruleFaults() }),
  });

  app.route({
    method: "POST",
    url: "/rules/reload",
    config: { access: ADMINS },
    schema: {
      operationId: "reloadRules",
      summary: "Read the folder of rules again; what changed is in force when the answer comes",
      tags: ["rules"],
      response: { 200: reloadSchema },
    },
    handler(request) {
      const { tokenId } = callerOf(request);
      // Under the name `token` the log would take it for a secret.
      request.log.info({ tokenId }, "the rules are read again on request");
      return store.reloadRules();
    },
  });

  app.route({
    method: "GET",
    url: "/rules/:ruleId/versions",
    config: { access: READERS },
    schema: {
      operationId: "listRuleVersions",
      summary: "Every version of a rule that was ever in force, latest first",
      tags: ["rules"],
      params: z.object({ ruleId: foreignId }),
      response: { 200: listOf(versionSchema) },
    },
    handler: async ({ params: { ruleId } }) => ({ items: await store.ruleVersions(ruleId) }),
  });

  app.route({
    method: "GET",
    url: "/rules/:ruleId/versions/:version",
    config: { access: READERS },
    schema: {
      operationId: "showRuleVersion",
      summary: "A version of a rule, as incidents name it",
      tags: ["rules"],
      params: z.object({ ruleId: foreignId, version: foreignId }),
      response: { 200: versionSchema },
    },
    handler: ({ params: { ruleId, version } }) => store.ruleVersion(ruleId, version),
  });
}
