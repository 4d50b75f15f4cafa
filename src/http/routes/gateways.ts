import { z } from "zod";
import type { Gateway, TopicBinding } from "../../domain/estate.ts";
import { ZhianError } from "../../errors.ts";
import type { Scope } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { id, instant, name, nothing, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { covers, narrowed, visible } from "../scope.ts";
import { binding, bindingAnswer } from "../site-config.ts";
import { refuseExisting, requireEstate } from "./estates.ts";

const gatewaySchema = z.object({
  id: z.string(),
  name: z.string(),
  estateIds: z.array(z.string()).readonly().meta({ description: "Only those the caller may see" }),
  bindings: z.array(bindingAnswer).readonly(),
  simulated: z.boolean(),
  presence: z.enum(["online", "offline", "unknown"]),
  presenceSince: instant.optional(),
  lastSeen: instant.optional(),
  createdAt: instant,
  revokedAt: instant.optional(),
});

const secret = z.string().meta({ description: "Shown this once; only its hash is kept" });

const estateIds = z.array(id).min(1).max(1_000);
const newGateway = z.strictObject({
  id,
  name,
  estateIds,
  bindings: z.array(binding).max(100).default([]),
  simulated: z.boolean().default(false),
});
const gatewayChange = z
  .strictObject({ name, estateIds, bindings: z.array(binding).max(100), simulated: z.boolean() })
  .partial();
const gatewayPath = z.strictObject({ gatewayId: id });

/** Gateways: list with presence, read, create, change, new secret, revoke, delete. */
export function gatewayRoutes(app: Api, parts: HttpParts): void {
  const { store, gatewayAdmin, registryChanged, bindableProfiles } = parts;
  const visibleGateway = (gatewayId: string, scope: Scope): Promise<Gateway> =>
    visible(`gateway ${gatewayId}`, store.gateway(gatewayId), ({ estateIds: own }) =>
      scope === undefined ? true : own.some((estateId) => covers(scope, estateId)),
    );
  const requireEstates = async (ids: readonly string[] = []): Promise<void> => {
    for (const [index, estateId] of ids.entries()) await requireEstate(store, estateId, `estateIds.${index}`);
  };
  /** A binding that stands already may stay, although this version has no such profile any more. */
  const requireProfiles = (
    bindings: readonly TopicBinding[] = [],
    before: readonly TopicBinding[] = [],
  ): void => {
    const standing = new Set(before.map(({ profile }) => profile));
    const faults = bindings.flatMap(({ profile }, index) =>
      bindableProfiles.has(profile) || standing.has(profile)
        ? []
        : [{ field: `bindings.${index}.profile`, reason: `there is no profile ${profile}` }],
    );
    if (faults.length > 0) throw new ZhianError("VALIDATION", "the request is not valid", { faults });
  };

  app.route({
    method: "GET",
    url: "/gateways",
    config: { access: READERS },
    schema: {
      operationId: "listGateways",
      summary: "Gateways and whether they are there",
      tags: ["gateways"],
      querystring: pageQuery.extend({ estateId: id.exactOptional() }),
      response: { 200: pageOf(gatewaySchema) },
    },
    handler: async (request) => {
      const { estateId, ...page } = request.query;
      const { scope } = callerOf(request);
      const gateways = await store.gateways({ ...page, scope: narrowed(scope, estateId) });
      return { ...gateways, items: gateways.items.map((gateway) => seenBy(scope, gateway)) };
    },
  });

  app.route({
    method: "POST",
    url: "/gateways",
    config: { access: ADMINS, problems: ["CONFLICT"] },
    schema: {
      operationId: "createGateway",
      summary: "Create a gateway and its secret",
      tags: ["gateways"],
      body: newGateway,
      response: { 201: z.object({ gateway: gatewaySchema, secret }) },
    },
    handler: async (request, reply) => {
      const { body } = request;
      requireProfiles(body.bindings);
      await requireEstates(body.estateIds);
      await refuseExisting(`gateway ${body.id}`, store.gateway(body.id));
      await store.putGateway({ ...body, estateIds: [...new Set(body.estateIds)] });
      const made = await gatewayAdmin.issueSecret(body.id);
      await registryChanged();
      const gateway = await store.gateway(body.id);
      return reply.code(201).header("location", `/v1/gateways/${body.id}`).send({ gateway, secret: made });
    },
  });

  app.route({
    method: "GET",
    url: "/gateways/:gatewayId",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getGateway",
      summary: "One gateway",
      tags: ["gateways"],
      params: gatewayPath,
      response: { 200: gatewaySchema },
    },
    handler: async (request) => {
      const { scope } = callerOf(request);
      return seenBy(scope, await visibleGateway(request.params.gatewayId, scope));
    },
  });

  app.route({
    method: "PATCH",
    url: "/gateways/:gatewayId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "changeGateway",
      summary: "Change a gateway's name, estates or bindings",
      tags: ["gateways"],
      params: gatewayPath,
      body: gatewayChange,
      response: { 200: gatewaySchema },
    },
    handler: async (request) => {
      const { gatewayId } = request.params;
      const before = await visibleGateway(gatewayId, callerOf(request).scope);
      requireProfiles(request.body.bindings, before.bindings);
      await requireEstates(request.body.estateIds);
      const {
        name: newName = before.name,
        bindings = before.bindings,
        simulated = before.simulated,
      } = request.body;
      const estates = [...new Set(request.body.estateIds ?? before.estateIds)];
      await store.putGateway({ id: gatewayId, name: newName, estateIds: estates, bindings, simulated });
      await registryChanged();
      return store.gateway(gatewayId);
    },
  });

  app.route({
    method: "POST",
    url: "/gateways/:gatewayId/secret",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "rotateGatewaySecret",
      summary: "Make a new secret; the old one ends at once, a revocation too",
      tags: ["gateways"],
      params: gatewayPath,
      response: { 200: z.object({ gatewayId: z.string(), secret }) },
    },
    handler: async (request) => {
      const { gatewayId } = request.params;
      await visibleGateway(gatewayId, callerOf(request).scope);
      const made = await gatewayAdmin.issueSecret(gatewayId);
      await registryChanged();
      return { gatewayId, secret: made };
    },
  });

  app.route({
    method: "POST",
    url: "/gateways/:gatewayId/revoke",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "revokeGateway",
      summary: "Withdraw a gateway's credentials at once",
      tags: ["gateways"],
      params: gatewayPath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { gatewayId } = request.params;
      await visibleGateway(gatewayId, callerOf(request).scope);
      await gatewayAdmin.revoke(gatewayId);
      await registryChanged();
      return reply.code(204).send();
    },
  });

  app.route({
    method: "DELETE",
    url: "/gateways/:gatewayId",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "deleteGateway",
      summary: "Delete a revoked gateway; its devices, events and dead letters stay",
      tags: ["gateways"],
      params: gatewayPath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { gatewayId } = request.params;
      await visibleGateway(gatewayId, callerOf(request).scope);
      await store.deleteGateway(gatewayId);
      await registryChanged();
      return reply.code(204).send();
    },
  });
}

/** A gateway of several estates shows a caller only those in its scope. */
function seenBy(scope: Scope, gateway: Gateway): Gateway {
  return { ...gateway, estateIds: gateway.estateIds.filter((estateId) => covers(scope, estateId)) };
}
