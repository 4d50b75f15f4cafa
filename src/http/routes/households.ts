import { z } from "zod";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { localDate, nothing } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";

const number = z.int().min(0).max(1_000_000);
const historySchema = z.object({
  households: z.int().meta({ description: "Before the first change; the estate's own field" }),
  changes: z
    .array(z.object({ fromDay: z.string().meta({ format: "date" }), households: z.int() }))
    .readonly()
    .meta({ description: "From that day on, in the estate's zone; earliest first" }),
});
const dayPath = estatePath.extend({ day: localDate });

/** Households of an estate over time: what holds before the first change, and each change by its day. */
export function householdRoutes(app: Api, { store }: HttpParts): void {
  async function historyOf(estateId: string) {
    const { households } = await store.estate(estateId);
    return { households, changes: await store.householdChanges(estateId) };
  }

  app.route({
    method: "GET",
    url: "/estates/:estateId/households",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getHouseholds",
      summary: "Occupied households of an estate over time",
      tags: ["estates"],
      params: estatePath,
      response: { 200: historySchema },
    },
    handler: async (request) => {
      const { id } = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      return historyOf(id);
    },
  });

  app.route({
    method: "PUT",
    url: "/estates/:estateId/households/:day",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "putHouseholds",
      summary: "Say how many households are occupied from a day on",
      tags: ["estates"],
      params: dayPath,
      body: z.strictObject({ households: number }),
      response: { 200: historySchema },
    },
    handler: async (request) => {
      const { estateId, day: fromDay } = request.params;
      const { id } = await visibleEstate(store, callerOf(request).scope, estateId);
      await store.putHouseholdChange(id, { fromDay, households: request.body.households });
      return historyOf(id);
    },
  });

  app.route({
    method: "DELETE",
    url: "/estates/:estateId/households/:day",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "deleteHouseholds",
      summary: "Take back a change; what held before it goes on",
      tags: ["estates"],
      params: dayPath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { estateId, day } = request.params;
      const { id } = await visibleEstate(store, callerOf(request).scope, estateId);
      await store.deleteHouseholdChange(id, day);
      return reply.code(204).send();
    },
  });
}
