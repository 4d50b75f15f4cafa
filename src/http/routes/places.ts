import { z } from "zod";
import type { Place, PlaceKind } from "../../domain/estate.ts";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { id, listOf, name, nothing } from "../fields.ts";
import { merged } from "../merge-patch.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";

const KINDS = [
  "building",
  "unit",
  "gate",
  "lift",
  "lane",
  "room",
  "other",
] as const satisfies readonly PlaceKind[];

const placeSchema = z.object({
  id: z.string(),
  estateId: z.string(),
  name: z.string(),
  kind: z.enum(KINDS),
  parentId: z.string().optional(),
});

const newPlace = z.strictObject({ id, name, kind: z.enum(KINDS), parentId: id.exactOptional() });
const placeChange = z
  .strictObject({ name, kind: z.enum(KINDS), parentId: id.nullable() })
  .partial()
  .meta({ description: "Fields to change; null removes an optional one" });
const placePath = estatePath.extend({ placeId: id });

/** Places of an estate: list, create, change, delete. */
export function placeRoutes(app: Api, { store }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/estates/:estateId/places",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "listPlaces",
      summary: "All places of an estate",
      tags: ["places"],
      params: estatePath,
      response: { 200: listOf(placeSchema) },
    },
    handler: async (request) => {
      const { estateId } = request.params;
      await visibleEstate(store, callerOf(request).scope, estateId);
      return { items: await store.places(estateId) };
    },
  });

  app.route({
    method: "POST",
    url: "/estates/:estateId/places",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "createPlace",
      summary: "Create a place",
      tags: ["places"],
      params: estatePath,
      body: newPlace,
      response: { 201: placeSchema },
    },
    handler: async (request, reply) => {
      const { estateId } = request.params;
      await visibleEstate(store, callerOf(request).scope, estateId);
      const others = await store.places(estateId);
      const place: Place = { ...request.body, estateId };
      if (others.some((other) => other.id === place.id)) {
        throw new ZhianError("CONFLICT", `place ${place.id} exists already`);
      }
      refuseFaultyParent(place, others);
      await store.putPlace(place);
      return reply.code(201).send(place);
    },
  });

  app.route({
    method: "PATCH",
    url: "/estates/:estateId/places/:placeId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "changePlace",
      summary: "Change a place",
      tags: ["places"],
      params: placePath,
      body: placeChange,
      response: { 200: placeSchema },
    },
    handler: async (request) => {
      const { estateId, placeId } = request.params;
      await visibleEstate(store, callerOf(request).scope, estateId);
      const places = await store.places(estateId);
      const before = places.find((each) => each.id === placeId);
      if (!before) throw new ZhianError("NOT_FOUND", `there is no place ${placeId}`);
      const place = merged(before, request.body);
      refuseFaultyParent(place, places);
      await store.putPlace(place);
      return place;
    },
  });

  app.route({
    method: "DELETE",
    url: "/estates/:estateId/places/:placeId",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "deletePlace",
      summary: "Delete a place",
      tags: ["places"],
      params: placePath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { estateId, placeId } = request.params;
      await visibleEstate(store, callerOf(request).scope, estateId);
      await store.deletePlace(estateId, placeId);
      return reply.code(204).send();
    },
  });
}

function refuseFaultyParent(place: Place, others: readonly Place[]): void {
  const byId = new Map(others.map((each) => [each.id, each]));
  const above = new Set([place.id]);
  let { parentId } = place;
  while (parentId !== undefined) {
    const parent = byId.get(parentId);
    const reason = above.has(parentId)
      ? "would make the place a part of itself"
      : parent
        ? undefined
        : `there is no place ${parentId}`;
    if (reason !== undefined) {
      throw new ZhianError("VALIDATION", "the request is not valid", {
        faults: [{ field: "parentId", reason }],
      });
    }
    above.add(parentId);
    parentId = parent?.parentId;
  }
}
