import { z } from "zod";
import type { Explanation, ExplanationStep } from "../../domain/explanation.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { foreignId, instant } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { covers, visible } from "../scope.ts";
import { eventSchema } from "./events.ts";
import { incidentSchema, transitionSchema } from "./incidents.ts";

const KINDS = ["event", "timer", "person", "history"] as const satisfies readonly ExplanationStep["kind"][];
const BASES = ["replayed", "partly", "history"] as const satisfies readonly Explanation["basis"][];

const text = z.object({ zh: z.string(), en: z.string() });

const stepSchema = z.object({
  at: instant.meta({ description: "Hub time" }),
  kind: z.enum(KINDS).meta({
    description:
      "event: an event concerned the rule · timer: a time was up · person: somebody did something · " +
      "history: told by the incident's history only",
  }),
  rule: z.string().optional(),
  role: z.string().optional().meta({ description: "The part the event played in the rule" }),
  condition: z.string().optional().meta({ description: "The condition that held" }),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  event: eventSchema
    .pick({
      id: true,
      estateId: true,
      deviceId: true,
      point: true,
      code: true,
      phase: true,
      transition: true,
      occurredAt: true,
      receivedAt: true,
      value: true,
      flags: true,
    })
    .optional()
    .meta({ description: "Absent also when it belongs to an estate that the caller may not see" }),
  made: z.array(transitionSchema.shape.kind).readonly().meta({ description: "Lines of the history" }),
  by: z.string().optional(),
  note: z.string().optional(),
  text,
});

/** How an incident came about. */
export function explanationRoutes(app: Api, { ruleTrials, store }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/incidents/:incidentId/explanation",
    config: { access: READERS, problems: ["NOT_FOUND", "UNAVAILABLE"] },
    schema: {
      operationId: "explainIncident",
      summary: "The events, the steps of the rule and what people did that made an incident",
      description:
        "Gives the stored events to the version of the rule that made the incident once more. `basis` and " +
        "`gaps` say what of its history that does not give, and why.",
      tags: ["incidents"],
      params: z.strictObject({ incidentId: foreignId }),
      response: {
        200: z.object({
          incident: incidentSchema,
          zone: z.string().meta({ description: "Of the times in the texts" }),
          rules: z
            .array(
              z.object({
                id: z.string(),
                version: z.string(),
                definition: z.record(z.string(), z.unknown()),
              }),
            )
            .readonly(),
          basis: z.enum(BASES),
          steps: z.array(stepSchema).readonly(),
          gaps: z.array(text).readonly(),
        }),
      },
    },
    handler: async (request) => {
      const { incidentId } = request.params;
      const { scope } = callerOf(request);
      await visible(`incident ${incidentId}`, store.incident(incidentId), ({ incident }) =>
        covers(scope, incident.estateId),
      );
      return ruleTrials.explain(incidentId, scope);
    },
  });
}
