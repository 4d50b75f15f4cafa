import { z } from "zod";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { seesAll } from "../auth.ts";
import { withDeadline } from "../deadline.ts";
import { instant } from "../fields.ts";
import type { HealthReport, HttpLimits, HttpParts } from "../parts.ts";

const faultSchema = z.object({ part: z.string(), message: z.string(), since: instant.optional() });
const healthSchema = z.object({
  status: z.enum(["ok", "degraded", "failing"]),
  faults: z.array(faultSchema).readonly().optional(),
  figures: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
});
const readySchema = z.object({ ready: z.boolean() });

/** What whoever runs the hub asks: is it well, is it ready, how much does it do. */
export function operationsRoutes(
  app: Api,
  { health, metrics }: HttpParts,
  limits: HttpLimits,
  draining: () => boolean,
): void {
  /** A report in any case: one that does not come is a fault itself. */
  async function report(): Promise<HealthReport> {
    try {
      return await withDeadline(health(), limits.healthMs, () => new Error("no report in time"));
    } catch (error) {
      const message = error instanceof ZhianError ? error.message : `no report within ${limits.healthMs} ms`;
      return { status: "failing", ready: false, faults: [{ part: "health", message }], figures: {} };
    }
  }

  app.route({
    method: "GET",
    url: "/health",
    config: { access: "partial" },
    schema: {
      operationId: "getHealth",
      summary: "Whether the hub is well; 503 when it does not do its job",
      description: "Faults and figures are shown on this machine, elsewhere to any token.",
      tags: ["operations"],
      response: { 200: healthSchema, 503: healthSchema },
    },
    handler: async (request, reply) => {
      const { status, faults, figures } = await report();
      reply.code(status === "failing" ? 503 : 200);
      return reply.send(seesAll(request) ? { status, faults, figures } : { status });
    },
  });

  app.route({
    method: "GET",
    url: "/ready",
    config: { access: "public" },
    schema: {
      operationId: "getReady",
      summary: "Whether the hub takes requests; 503 while it starts or stops",
      tags: ["operations"],
      response: { 200: readySchema, 503: readySchema },
    },
    handler: async (_request, reply) => {
      const ready = !draining() && (await report()).ready;
      return reply.code(ready ? 200 : 503).send({ ready });
    },
  });

  app.route({
    method: "GET",
    url: "/metrics",
    config: { access: "local" },
    schema: {
      operationId: "getMetrics",
      summary: "Figures for Prometheus; a token is needed from anywhere but this machine",
      tags: ["operations"],
      response: { 200: { content: { "text/plain": { schema: z.string() } } } },
    },
    handler: async (_request, reply) => {
      reply.type(metrics.contentType);
      return reply.send(await metrics.metrics());
    },
  });
}
