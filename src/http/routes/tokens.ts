import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ZhianError, type FieldFault } from "../../errors.ts";
import type { ApiToken } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, hashToken, newToken, READERS, type TokenDesk } from "../auth.ts";
import { foreignId, id, instant, listOf, name, nothing } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { requireEstate } from "./estates.ts";

const ROLES = ["admin", "officer", "viewer", "public"] as const;

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  estateIds: z.array(z.string()).readonly(),
  createdAt: instant,
  revokedAt: instant.optional(),
});

const newTokenBody = z.strictObject({
  name,
  role: z.enum(ROLES),
  estateIds: z.array(id).max(1_000).default([]).meta({
    description:
      "An officer needs at least one; a viewer or the public without any sees all; an admin has none",
  }),
});

/** Tokens: list, create, revoke. And who am I. */
export function tokenRoutes(
  app: Api,
  { store, clock }: HttpParts,
  desk: TokenDesk,
  revoked: (id: string) => void,
): void {
  app.route({
    method: "GET",
    url: "/whoami",
    config: { access: READERS },
    schema: {
      operationId: "whoAmI",
      summary: "Whose token this is, and what it may see",
      tags: ["tokens"],
      response: {
        200: z.object({
          name: z.string(),
          role: z.enum(ROLES),
          allEstates: z.boolean(),
          estateIds: z.array(z.string()).readonly(),
        }),
      },
    },
    handler: async (request) => {
      const { name: own, role, scope } = callerOf(request);
      return { name: own, role, allEstates: scope === undefined, estateIds: scope ?? [] };
    },
  });

  app.route({
    method: "GET",
    url: "/tokens",
    config: { access: ADMINS },
    schema: {
      operationId: "listTokens",
      summary: "All tokens, without their secrets",
      tags: ["tokens"],
      response: { 200: listOf(tokenSchema) },
    },
    handler: async () => ({ items: await store.tokens() }),
  });

  app.route({
    method: "POST",
    url: "/tokens",
    config: { access: ADMINS },
    schema: {
      operationId: "createToken",
      summary: "Create a token",
      tags: ["tokens"],
      body: newTokenBody,
      response: {
        201: z.object({
          token: tokenSchema,
          secret: z.string().meta({ description: "Shown this once; only its hash is kept" }),
        }),
      },
    },
    handler: async (request, reply) => {
      const { role, estateIds } = request.body;
      refuseFaultyEstates(role, estateIds);
      for (const [index, estateId] of estateIds.entries()) {
        await requireEstate(store, estateId, `estateIds.${index}`);
      }
      const token: ApiToken = {
        id: randomUUID(),
        name: request.body.name,
        role,
        estateIds: [...new Set(estateIds)],
        createdAt: clock.now(),
      };
      const secret = newToken();
      await store.addToken(token, hashToken(secret));
      return reply.code(201).send({ token, secret });
    },
  });

  app.route({
    method: "DELETE",
    url: "/tokens/:tokenId",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "revokeToken",
      summary: "Revoke a token at once",
      tags: ["tokens"],
      params: z.strictObject({ tokenId: foreignId }),
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { tokenId } = request.params;
      // So that at least one admin can always get in.
      if (tokenId === callerOf(request).tokenId) {
        throw new ZhianError("CONFLICT", "a token cannot revoke itself; use another admin's");
      }
      await store.revokeToken(tokenId, clock.now());
      desk.forget(tokenId);
      revoked(tokenId);
      return reply.code(204).send();
    },
  });
}

function refuseFaultyEstates(role: ApiToken["role"], estateIds: readonly string[]): void {
  const faults: FieldFault[] = [];
  if (role === "officer" && estateIds.length === 0)
    faults.push({ field: "estateIds", reason: "an officer needs at least one estate" });
  if (role === "admin" && estateIds.length > 0)
    faults.push({ field: "estateIds", reason: "an admin sees all estates; leave it out" });
  if (faults.length > 0) throw new ZhianError("VALIDATION", "the request is not valid", { faults });
}
