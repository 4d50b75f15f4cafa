import { z } from "zod";
import { DAY } from "../../domain/time.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { id, instant, listOf } from "../fields.ts";
import type { HttpParts } from "../parts.ts";

const DAYS = 30;
/** Devices that an answer tells. */
const TOLD = 100;

const badActorSchema = z.object({
  estateId: z.string(),
  deviceId: z.string(),
  incidents: z.int().meta({ description: `Chattering incidents of the last ${DAYS} days` }),
  lastAt: instant.meta({ description: "When the latest of them was opened" }),
});

/** Devices that chatter: whose incidents come and go instead of saying something. */
export function badActorRoutes(app: Api, { store, clock }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/devices/bad-actors",
    config: { access: READERS },
    schema: {
      operationId: "listBadActors",
      summary: `Devices by chattering incidents of the last ${DAYS} days, most of them first; ${TOLD} at most`,
      tags: ["devices"],
      querystring: z.strictObject({ estateId: id.exactOptional() }),
      response: { 200: listOf(badActorSchema) },
    },
    handler: async (request) => {
      const { scope } = callerOf(request);
      const from = clock.now() - DAYS * DAY;
      return { items: await store.badActors({ ...request.query, scope, from, limit: TOLD }) };
    },
  });
}
