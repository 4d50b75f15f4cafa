import swagger from "@fastify/swagger";
import type { FastifySchema, RouteOptions } from "fastify";
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import { ERROR_CODES } from "../errors.ts";
import type { Api } from "./api.ts";
import type { Access } from "./auth.ts";
import { instant, nothing } from "./fields.ts";
import { PROBLEM_TYPE, problemSchema } from "./problems.ts";
import { estateSchema } from "./routes/estates.ts";
import { eventSchema } from "./routes/events.ts";
import { incidentSchema, transitionSchema } from "./routes/incidents.ts";
import { caveatSchema, rateRowSchema } from "./routes/rate-answer.ts";

const TAGS: Readonly<Record<string, string>> = {
  estates: "Residential estates, the unit of every rate",
  places: "Buildings, gates, lifts: where devices and incidents belong",
  gateways: "Clients with credentials that send for their devices",
  devices: "Gates, cameras, sensors",
  events: "What devices told",
  incidents: "What rules made of it, and what people did about it",
  surveillance: "More or fewer incidents than expected, found by statistics",
  cases: "Calls and cases recorded elsewhere, imported",
  rates: "Incidents per 1,000 household-years, with counts, exposure and intervals",
  "dead letters": "Messages that could not be decoded",
  rules: "What makes an incident of events",
  tokens: "Who may use this API",
  live: "What happens now",
  intake: "Where devices push to over HTTP",
  operations: "For those who run the hub",
};

type Json = Readonly<Record<string, unknown>>;

/** Describes the routes that are registered after it. The document itself is made when it is first asked for. */
export async function describeRoutes(app: Api): Promise<void> {
  const registry = z.registry<{ id: string }>();
  registry.add(problemSchema, { id: "Problem" });
  registry.add(estateSchema, { id: "Estate" });
  registry.add(eventSchema, { id: "Event" });
  registry.add(incidentSchema, { id: "Incident" });
  registry.add(transitionSchema, { id: "Transition" });
  registry.add(rateRowSchema, { id: "RateRow" });
  registry.add(caveatSchema, { id: "Caveat" });
  const settings = { schemaRegistry: registry, zodToJsonConfig: { override: plainly } };
  const transform = createJsonSchemaTransform(settings);
  const transformObject = createJsonSchemaTransformObject(settings);

  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Zhian 智安",
        version: "1",
        description:
          "A security event hub for residential estates. Instants are ISO 8601 in UTC, days are the estate's own. " +
          "Every error is a problem (RFC 9457) with a `code`.",
      },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "A token of this API" },
          gateway: { type: "http", scheme: "basic", description: "Gateway id and secret" },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = transform(document);
      return { schema: completed(schema, document.route), url };
    },
    transformObject: (document) => pruned(transformObject(document)),
  });
}

/** JSON Schema says what goes over the wire: instants are text, and no answer's list is "read-only". */
function plainly({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: unknown;
  jsonSchema: Record<string, unknown>;
}): void {
  delete jsonSchema["readOnly"];
  if (isInstant(zodSchema)) {
    for (const key of ["minimum", "maximum", "pattern"]) delete jsonSchema[key];
    Object.assign(jsonSchema, { type: "string", format: "date-time" });
  }
  if (zodSchema === nothing) jsonSchema["type"] = "null";
}

/** True for `instant` itself and for it with a description. */
function isInstant(schema: unknown): boolean {
  return schema instanceof z.ZodCodec && schema._zod.def.in === instant._zod.def.in;
}

const DONE: Readonly<Record<string, string>> = { 200: "OK", 201: "Created", 202: "Accepted", 204: "Done" };

/** Adds what follows from a route's access: security, the errors any such route may give. */
function completed(schema: FastifySchema, { config }: RouteOptions): FastifySchema {
  const { access = "public", problems = [] } = config ?? {};
  const response: Record<string, Json> = {};
  for (const [status, answer] of Object.entries((schema.response ?? {}) as Record<string, Json>)) {
    response[status] = { description: DONE[status] ?? "Problem", ...answer };
  }
  const codes = new Map<number, ErrorCode[]>();
  for (const code of new Set([...problemsOfAccess(access), ...problems])) {
    const status = ERROR_CODES[code];
    codes.set(status, [...(codes.get(status) ?? []), code]);
  }
  for (const [status, list] of codes) {
    response[status] ??= {
      description: list.join(", "),
      content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  }
  return { ...schema, response, security: securityOf(access) } as FastifySchema;
}

function problemsOfAccess(access: Access): readonly ErrorCode[] {
  const always = ["VALIDATION", "TOO_MANY_REQUESTS", "INTERNAL"] as const;
  if (access === "public") return always;
  return access === "local" || access === "partial"
    ? [...always, "UNAUTHENTICATED"]
    : [...always, "UNAUTHENTICATED", "FORBIDDEN"];
}

function securityOf(access: Access): readonly Json[] {
  if (access === "public") return [];
  if (access === "gateway") return [{ gateway: [] }];
  return access === "local" || access === "partial" ? [{}, { token: [] }] : [{ token: [] }];
}

/** The document without components that nothing refers to. */
function pruned<T extends object>(document: T): T {
  const { components, ...rest } = document as {
    components?: { schemas?: Readonly<Record<string, unknown>> };
  };
  const all = components?.schemas ?? {};
  const used = new Set<string>();
  const wanted = [JSON.stringify(rest)];
  for (let text = wanted.pop(); text !== undefined; text = wanted.pop()) {
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name) || !Object.hasOwn(all, name)) continue;
      used.add(name);
      wanted.push(JSON.stringify(all[name]));
    }
  }
  const schemas = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  return { ...document, components: { ...components, schemas } };
}
