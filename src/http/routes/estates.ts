import { z } from "zod";
import type { Estate } from "../../domain/estate.ts";
import { ZhianError, type FieldFault } from "../../errors.ts";
import type { Store } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { id, localDate, name, nothing, pageOf, pageQuery, zone } from "../fields.ts";
import { merged } from "../merge-patch.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";

/** An estate in an answer. */
export const estateSchema = z.object({
  id: z.string(),
  name: z.string(),
  zone: z.string().meta({ description: "IANA zone of the estate's days and months" }),
  households: z.int().meta({ description: "Occupied households; the exposure of every rate" }),
  buildings: z.int().optional(),
  policeGrid: z.string().optional(),
  communityGrid: z.string().optional(),
  latitude: z
    .number()
    .optional()
    .meta({ description: "Of its middle, degrees; with longitude or not at all" }),
  longitude: z.number().optional(),
  installedOn: z.string().optional().meta({ description: "The day the system went into service" }),
  commissionedOn: z.string().optional().meta({ description: "The day it was accepted as working" }),
  simulated: z.boolean(),
});

const fields = {
  name,
  zone,
  households: z.int().min(0).max(1_000_000),
  buildings: z.int().min(0).max(100_000),
  policeGrid: name,
  communityGrid: name,
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  installedOn: localDate,
  commissionedOn: localDate,
  simulated: z.boolean(),
};

const newEstate = z.strictObject({
  id,
  name: fields.name,
  zone: fields.zone.default("Asia/Shanghai"),
  households: fields.households,
  buildings: fields.buildings.exactOptional(),
  policeGrid: fields.policeGrid.exactOptional(),
  communityGrid: fields.communityGrid.exactOptional(),
  latitude: fields.latitude.exactOptional(),
  longitude: fields.longitude.exactOptional(),
  installedOn: fields.installedOn.exactOptional(),
  commissionedOn: fields.commissionedOn.exactOptional(),
  simulated: fields.simulated.default(false),
});

const estateChange = z
  .strictObject({
    name: fields.name,
    zone: fields.zone,
    households: fields.households,
    buildings: fields.buildings.nullable(),
    policeGrid: fields.policeGrid.nullable(),
    communityGrid: fields.communityGrid.nullable(),
    latitude: fields.latitude.nullable(),
    longitude: fields.longitude.nullable(),
    installedOn: fields.installedOn.nullable(),
    commissionedOn: fields.commissionedOn.nullable(),
    simulated: fields.simulated,
  })
  .partial()
  .meta({ description: "Fields to change; null removes an optional one" });

/** The path parameters of everything below one estate. */
export const estatePath = z.strictObject({ estateId: id });

/** Estates: list, read, create, change, delete. */
export function estateRoutes(app: Api, { store, registryChanged }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/estates",
    config: { access: READERS },
    schema: {
      operationId: "listEstates",
      summary: "Estates the caller may see",
      tags: ["estates"],
      querystring: pageQuery,
      response: { 200: pageOf(estateSchema) },
    },
    handler: (request) => store.estates({ ...request.query, scope: callerOf(request).scope }),
  });

  app.route({
    method: "POST",
    url: "/estates",
    config: { access: ADMINS, problems: ["CONFLICT"] },
    schema: {
      operationId: "createEstate",
      summary: "Create an estate",
      tags: ["estates"],
      body: newEstate,
      response: { 201: estateSchema },
    },
    handler: async (request, reply) => {
      const estate: Estate = request.body;
      refuseFaultyDates(estate);
      await refuseExisting(`estate ${estate.id}`, store.estate(estate.id));
      await store.putEstate(estate);
      await registryChanged();
      return reply.code(201).header("location", `/v1/estates/${estate.id}`).send(estate);
    },
  });

  app.route({
    method: "GET",
    url: "/estates/:estateId",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getEstate",
      summary: "One estate",
      tags: ["estates"],
      params: estatePath,
      response: { 200: estateSchema },
    },
    handler: (request) => visibleEstate(store, callerOf(request).scope, request.params.estateId),
  });

  app.route({
    method: "PATCH",
    url: "/estates/:estateId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "changeEstate",
      summary: "Change an estate",
      tags: ["estates"],
      params: estatePath,
      body: estateChange,
      response: { 200: estateSchema },
    },
    handler: async (request) => {
      const before = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      const estate = merged(before, request.body);
      refuseFaultyDates(estate);
      await store.putEstate(estate);
      await registryChanged();
      return estate;
    },
  });

  app.route({
    method: "DELETE",
    url: "/estates/:estateId",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "deleteEstate",
      summary: "Delete an estate that nothing refers to",
      tags: ["estates"],
      params: estatePath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { estateId } = request.params;
      await visibleEstate(store, callerOf(request).scope, estateId);
      await store.deleteEstate(estateId);
      await registryChanged();
      return reply.code(204).send();
    },
  });
}

/** Throws CONFLICT when `load` finds something. */
export async function refuseExisting(what: string, load: Promise<unknown>): Promise<void> {
  try {
    await load;
  } catch (error) {
    if (error instanceof ZhianError && error.code === "NOT_FOUND") return;
    throw error;
  }
  throw new ZhianError("CONFLICT", `${what} exists already`);
}

/** Throws VALIDATION naming `field` unless the estate exists. */
export async function requireEstate(
  store: Pick<Store, "estate">,
  estateId: string,
  field: string,
): Promise<void> {
  try {
    await store.estate(estateId);
  } catch (error) {
    if (!(error instanceof ZhianError && error.code === "NOT_FOUND")) throw error;
    throw new ZhianError("VALIDATION", "the request is not valid", {
      faults: [{ field, reason: `there is no estate ${estateId}` }],
    });
  }
}

function refuseFaultyDates({ installedOn, commissionedOn }: Estate): void {
  if (commissionedOn === undefined) return;
  const faults: FieldFault[] = [];
  if (installedOn === undefined)
    faults.push({ field: "commissionedOn", reason: "needs installedOn beside it" });
  else if (commissionedOn < installedOn)
    faults.push({ field: "commissionedOn", reason: `lies before installedOn (${installedOn})` });
  if (faults.length > 0) throw new ZhianError("VALIDATION", "the request is not valid", { faults });
}
