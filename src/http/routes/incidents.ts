import type { FastifyRequest } from "fastify";
import { z } from "zod";
import {
  CLOSE_REASONS,
  VERIFICATIONS,
  type IncidentCommand,
  type TransitionKind,
} from "../../domain/incident.ts";
import type { Severity } from "../../domain/taxonomy.ts";
import type { Incident } from "../../domain/incident.ts";
import type { IncidentDetail } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ACTORS, callerOf, READERS, type Caller } from "../auth.ts";
import { foreignId, id, instant, note, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { covers, visible } from "../scope.ts";

const SEVERITIES = ["P1", "P2", "P3", "P4", "P5"] as const satisfies readonly Severity[];
const STATUSES = ["open", "acknowledged", "closed"] as const;
const KINDS = [
  "opened",
  "evidence",
  "escalated",
  "ended",
  "resumed",
  "verified",
  "latched",
  "reopened",
  "acknowledged",
  "closed",
] as const satisfies readonly TransitionKind[];

/** An incident in an answer and in the live feed. */
export const incidentSchema = z.object({
  id: z.string(),
  estateId: z.string(),
  type: z.string().meta({ description: "A code of the taxonomy" }),
  severity: z.enum(SEVERITIES),
  status: z.enum(STATUSES),
  key: z.string().meta({ description: "At most one incident of a key is not closed" }),
  placeId: z.string().optional(),
  deviceId: z.string(),
  rule: z.object({ id: z.string(), version: z.string() }),
  openedAt: instant.meta({ description: "When the first episode began, by event time" }),
  detectedAt: instant.meta({ description: "When the hub opened it" }),
  endedAt: instant.optional().meta({ description: "When its latest episode ended; absent while it goes on" }),
  acknowledgedAt: instant.optional(),
  acknowledgedBy: z.string().optional(),
  closedAt: instant.optional(),
  closedBy: z.string().optional(),
  closeReason: z.enum(CLOSE_REASONS).optional(),
  late: z.boolean(),
  test: z.boolean(),
  simulated: z.boolean(),
  eventCount: z.int(),
  episodeCount: z.int().meta({ description: "Episodes; each after the first resumed it" }),
  updatedAt: instant,
  verification: z.literal(VERIFICATIONS).meta({
    description:
      "0 one detection, 1 the same device in a second way, 2 a second independent device, 3 seen by a person, 4 a person in danger",
  }),
  chattering: z
    .boolean()
    .meta({ description: "Comes and goes too often; held as going on until it is quiet" }),
});

/** One line of an incident's history. */
export const transitionSchema = z.object({
  incidentId: z.string(),
  kind: z.enum(KINDS),
  at: instant,
  by: z.string().meta({ description: "`rule:` and its id, or the name of a person's token" }),
  note: z.string().optional(),
  eventId: z.string().optional(),
});

const incidentPath = z.strictObject({ incidentId: foreignId });

/** Incidents: list, read with history, acknowledge, verify, close. */
export function incidentRoutes(app: Api, { store, clock }: HttpParts): void {
  const visibleIncident = (incidentId: string, { scope }: Caller): Promise<IncidentDetail> =>
    visible(`incident ${incidentId}`, store.incident(incidentId), ({ incident }) =>
      covers(scope, incident.estateId),
    );
  async function command(incidentId: string, caller: Caller, what: IncidentCommand): Promise<Incident> {
    await visibleIncident(incidentId, caller);
    return store.commandIncident(incidentId, what, caller.name, clock.now());
  }

  app.route({
    method: "GET",
    url: "/incidents",
    config: { access: READERS },
    schema: {
      operationId: "listIncidents",
      summary: "Incidents, newest first",
      tags: ["incidents"],
      querystring: pageQuery.extend({
        estateId: id.exactOptional(),
        type: z.string().min(1).max(100).exactOptional(),
        status: z.enum(STATUSES).exactOptional(),
        severity: z.enum(SEVERITIES).exactOptional(),
        minVerification: z.coerce
          .number()
          .pipe(z.literal(VERIFICATIONS))
          .exactOptional()
          .meta({ description: "As sure as this, or surer" }),
        from: instant.exactOptional().meta({ description: "openedAt, inclusive" }),
        to: instant.exactOptional().meta({ description: "openedAt, exclusive" }),
      }),
      response: { 200: pageOf(incidentSchema) },
    },
    handler: (request) => store.incidents({ ...request.query, scope: callerOf(request).scope }),
  });

  app.route({
    method: "GET",
    url: "/incidents/:incidentId",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getIncident",
      summary: "One incident with its history",
      tags: ["incidents"],
      params: incidentPath,
      response: {
        200: z.object({ incident: incidentSchema, history: z.array(transitionSchema).readonly() }),
      },
    },
    handler: (request) => visibleIncident(request.params.incidentId, callerOf(request)),
  });

  app.route({
    method: "POST",
    url: "/incidents/:incidentId/acknowledge",
    config: { access: ACTORS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "acknowledgeIncident",
      summary: "Say that somebody looks after it; the body may be left out",
      tags: ["incidents"],
      params: incidentPath,
      body: z.strictObject({ note: note.exactOptional() }).nullish(),
      response: { 200: incidentSchema },
    },
    handler: (request) =>
      command(request.params.incidentId, callerOf(request), { kind: "acknowledge", ...request.body }),
  });

  app.route({
    method: "POST",
    url: "/incidents/:incidentId/verify",
    config: { access: ACTORS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "verifyIncident",
      summary: "Say that a person saw it, on video or on site",
      tags: ["incidents"],
      params: incidentPath,
      body: z.strictObject({
        verification: z
          .literal([3, 4])
          .meta({ description: "3 a person saw it, 4 a person saw that somebody is in danger" }),
        note: note.exactOptional(),
      }),
      response: { 200: incidentSchema },
    },
    // Who sends no body at all is to learn what it lacks, not that it is none.
    preValidation: async (request: FastifyRequest) => {
      request.body ??= {};
    },
    handler: (request) =>
      command(request.params.incidentId, callerOf(request), { kind: "verify", ...request.body }),
  });

  app.route({
    method: "POST",
    url: "/incidents/:incidentId/close",
    config: { access: ACTORS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "closeIncident",
      summary: "Close it; a reason is mandatory",
      tags: ["incidents"],
      params: incidentPath,
      body: z.strictObject({ reason: z.enum(CLOSE_REASONS), note: note.exactOptional() }),
      response: { 200: incidentSchema },
    },
    // Who sends no body at all is to learn what it lacks, not that it is none.
    preValidation: async (request: FastifyRequest) => {
      request.body ??= {};
    },
    handler: (request) =>
      command(request.params.incidentId, callerOf(request), { kind: "close", ...request.body }),
  });
}
