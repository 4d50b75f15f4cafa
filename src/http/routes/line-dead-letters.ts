import { z } from "zod";
import type { Api } from "../api.ts";
import { ADMINS } from "../auth.ts";
import { instant, nothing, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";

const letterSchema = z.object({
  id: z.int(),
  at: instant,
  target: z.enum(["raw", "years"]),
  line: z.string().meta({ description: "Empty where no line could be made of a point" }),
  reason: z.string().meta({ description: "What InfluxDB said" }),
  replayedAt: instant.optional(),
});
const letterPath = z.strictObject({ letterId: z.coerce.number().int().min(1) });
const spanSchema = z.strictObject({
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
});

/** Lines that InfluxDB refused: list, put back; and that a span of lines is there again. */
export function lineDeadLetterRoutes(app: Api, { store }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/influx/dead-letters",
    config: { access: ADMINS },
    schema: {
      operationId: "listLineDeadLetters",
      summary: "Lines that InfluxDB refused, newest first",
      tags: ["dead letters"],
      querystring: pageQuery,
      response: { 200: pageOf(letterSchema) },
    },
    handler: (request) => store.lineLetters(request.query),
  });

  app.route({
    method: "POST",
    url: "/influx/dead-letters/:letterId/replay",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "replayLineDeadLetter",
      summary: "Put a refused line back into the outbox, after what was wrong was put right",
      tags: ["dead letters"],
      params: letterPath,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      await store.replayLineLetter(request.params.letterId);
      return reply.code(204).send();
    },
  });

  app.route({
    method: "POST",
    url: "/influx/rebuilt",
    config: { access: ADMINS },
    schema: {
      operationId: "rebuiltInflux",
      summary: "Say that the lines of a span were shipped again: the alarm of those dropped in it ends",
      tags: ["dead letters"],
      body: spanSchema,
      response: { 204: nothing },
    },
    handler: async (request, reply) => {
      const { from, to } = request.body;
      await store.forgetDropped(Date.parse(from), Date.parse(to));
      return reply.code(204).send();
    },
  });
}
