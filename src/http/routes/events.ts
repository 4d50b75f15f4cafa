import { z } from "zod";
import type { EventFlag, Phase, Transition } from "../../domain/event.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { foreignId, id, instant, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { covers, visible } from "../scope.ts";

const PHASES = ["raise", "clear", "pulse", "state", "heartbeat"] as const satisfies readonly Phase[];
const TRANSITIONS = ["edge", "initial", "repeat"] as const satisfies readonly Transition[];
const FLAGS = [
  "retained",
  "initial",
  "replayed",
  "test",
  "simulated",
  "late",
  "skewed",
  "no_device_time",
  "zone_assumed",
] as const satisfies readonly EventFlag[];
const value = z.union([z.string(), z.number(), z.boolean()]);

/** An event in an answer and in the live feed. */
export const eventSchema = z.object({
  id: z.string(),
  estateId: z.string(),
  gatewayId: z.string(),
  deviceId: z.string(),
  point: z.string().optional(),
  code: z.string().meta({ description: "A code of the taxonomy" }),
  phase: z.enum(PHASES),
  transition: z.enum(TRANSITIONS),
  occurredAt: instant,
  deviceAt: instant.optional(),
  gatewayAt: instant.optional(),
  receivedAt: instant,
  skewMs: z.number().optional(),
  value: value.optional(),
  attributes: z.record(z.string(), value),
  flags: z.array(z.enum(FLAGS)).readonly(),
  profile: z.string(),
});

/** Events: list, read. */
export function eventRoutes(app: Api, { store }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/events",
    config: { access: READERS },
    schema: {
      operationId: "listEvents",
      summary: "Events, newest first",
      tags: ["events"],
      querystring: pageQuery.extend({
        estateId: id.exactOptional(),
        deviceId: foreignId.exactOptional(),
        code: z.string().min(1).max(100).exactOptional(),
        from: instant.exactOptional().meta({ description: "occurredAt, inclusive" }),
        to: instant.exactOptional().meta({ description: "occurredAt, exclusive" }),
      }),
      response: { 200: pageOf(eventSchema) },
    },
    handler: (request) => store.events({ ...request.query, scope: callerOf(request).scope }),
  });

  app.route({
    method: "GET",
    url: "/events/:eventId",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getEvent",
      summary: "One event",
      tags: ["events"],
      params: z.strictObject({ eventId: foreignId }),
      response: { 200: eventSchema },
    },
    handler: (request) => {
      const { eventId } = request.params;
      return visible(`event ${eventId}`, store.event(eventId), (event) =>
        covers(callerOf(request).scope, event.estateId),
      );
    },
  });
}
