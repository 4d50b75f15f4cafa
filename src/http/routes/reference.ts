import type { StaticDocumentSpec } from "@fastify/swagger";
import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import type { Api } from "../api.ts";
import { PAGE_POLICY } from "../security-headers.ts";

/** The OpenAPI document, and a page to browse it that is built when it is first opened. */
export function referenceRoutes(app: Api): void {
  app.route({
    method: "GET",
    url: "/openapi.json",
    config: { access: "public" },
    schema: {
      operationId: "getOpenApi",
      summary: "This document",
      tags: ["operations"],
      response: { 200: z.unknown() },
    },
    handler: (_request, reply) => reply.send(app.swagger()),
  });

  let page: Promise<FastifyInstance> | undefined;
  for (const url of ["/docs", "/docs/*"]) {
    app.route({
      method: "GET",
      url,
      exposeHeadRoute: false,
      config: { access: "public" },
      schema: { hide: true },
      handler: async (request, reply) => {
        page ??= buildPage(app);
        const server = await page;
        reply.hijack();
        server.routing(request.raw, reply.raw);
        return reply;
      },
    });
  }

  app.addHook("onClose", async () => {
    await (await page)?.close();
  });
}

/** A server of its own, never listening: Fastify takes no plugin once it runs, and most hubs never open the page. */
async function buildPage(app: Api): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import("@fastify/swagger"),
    import("@fastify/swagger-ui"),
  ]);
  const page = Fastify();
  page.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "content-security-policy": PAGE_POLICY,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  });
  const document = app.swagger() as StaticDocumentSpec["document"];
  await page.register(swagger, { mode: "static", specification: { document } });
  await page.register(swaggerUi, {
    routePrefix: "/docs",
    uiConfig: { deepLinking: true, docExpansion: "none", persistAuthorization: false },
  });
  await page.ready();
  return page;
}
