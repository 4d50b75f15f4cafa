import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { flag, id } from "../fields.ts";
import type { LiveReaders } from "../live.ts";

/** The live feed, as server-sent events. */
export function liveRoutes(app: Api, readers: LiveReaders): void {
  app.route({
    method: "GET",
    url: "/live",
    exposeHeadRoute: false,
    config: { access: READERS, problems: ["UNAVAILABLE"] },
    schema: {
      operationId: "followLive",
      summary: "What happens now: incidents and transitions, events on request",
      description:
        "Server-sent events named `incident`, `transition` and `event`; a comment every 15 s shows that the " +
        "stream lives. It holds nothing back: after a break ask the listings for what was missed.",
      tags: ["live"],
      querystring: z.strictObject({
        events: flag.meta({ description: "Events too" }),
        estateId: id.exactOptional().meta({ description: "Only this estate" }),
      }),
      response: { 200: { content: { "text/event-stream": { schema: z.string() } } } },
    },
    handler: async (request, reply) => {
      const { events, estateId } = request.query;
      const stream = readers.open(callerOf(request), { events, estateId });
      // Proxies that gather answers would hold the feed back.
      reply.header("x-accel-buffering", "no").type("text/event-stream; charset=utf-8");
      (reply as FastifyReply).send(stream);
      return reply;
    },
  });
}
