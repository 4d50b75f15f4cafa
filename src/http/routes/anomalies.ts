import { z } from "zod";
import { DETECTOR_TITLES, DETECTORS } from "../../domain/surveillance.ts";
import type { Scope } from "../../ports.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { id, instant, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";

const detector = z.enum(DETECTORS);
const severity = z.enum(["P1", "P2", "P3", "P4", "P5"]);

/** A list of detectors, separated by commas; each at most once. */
const detectorList = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(detector).max(DETECTORS.length))
  .meta({ description: "Such as a1,a4; all when absent" });

const anomalySchema = z.object({
  detector: detector.meta({
    description:
      "a1 hour of the week · a2 drift of weekly counts · a3 day of a young estate · a4 week against its season · a5 cluster · a6 near repeats",
  }),
  title: z.object({ zh: z.string(), en: z.string() }),
  version: z.string().meta({ description: "Of the method and its settings" }),
  estateId: z.string(),
  type: z.string().meta({ description: "The code that stood most often among what was counted" }),
  category: z.string(),
  severity,
  subject: z.string().meta({ description: "What of the estate it is about; a2 says more or fewer here" }),
  at: instant.meta({ description: "Begin of the span in which it was found" }),
  until: instant,
  evidence: z.object({
    expected: z.number(),
    observed: z.int(),
    p: z.number(),
    q: z.number().optional().meta({ description: "After Benjamini and Hochberg over its run" }),
  }),
  foundAt: instant,
  incidentId: z.string().optional(),
  status: z.enum(["open", "acknowledged", "closed"]).optional().meta({ description: "Of that incident" }),
});

const clusterSchema = z.object({
  kind: z.enum(["scan", "knox"]),
  version: z.string(),
  category: z.string(),
  at: instant,
  until: instant,
  estateIds: z.array(z.string()).readonly(),
  observed: z.int().meta({ description: "Incidents of a scan, near pairs of a Knox test" }),
  expected: z.number(),
  p: z.number(),
  q: z.number(),
  seed: z.int().meta({ description: "Of the permutations: the same data give the same p" }),
  replicates: z.int(),
});

const anomalyQuery = pageQuery.extend({
  detector: detectorList.exactOptional(),
  status: z.enum(["open", "acknowledged", "closed"]).exactOptional(),
});

/** What statistics found: anomalies of estates, clusters of estates. */
export function anomalyRoutes(app: Api, { store }: HttpParts): void {
  async function anomaliesOf(
    {
      detector: detectors = [...DETECTORS],
      ...rest
    }: z.output<typeof anomalyQuery> & { readonly estateId?: string },
    scope: Scope,
  ) {
    const { items, ...next } = await store.anomalies({ ...rest, scope, detectors });
    const titled = items.map((one) => Object.assign({ title: DETECTOR_TITLES[one.detector] }, one));
    return { ...next, items: titled };
  }

  app.route({
    method: "GET",
    url: "/anomalies",
    config: { access: READERS },
    schema: {
      operationId: "listAnomalies",
      summary: "More or fewer incidents than expected, in all estates the caller may see, latest first",
      tags: ["surveillance"],
      querystring: anomalyQuery.extend({ estateId: id.exactOptional() }),
      response: { 200: pageOf(anomalySchema) },
    },
    handler: (request) => anomaliesOf(request.query, callerOf(request).scope),
  });

  app.route({
    method: "GET",
    url: "/estates/:estateId/anomalies",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "listEstateAnomalies",
      summary: "More or fewer incidents of an estate than expected, latest first",
      tags: ["surveillance"],
      params: estatePath,
      querystring: anomalyQuery,
      response: { 200: pageOf(anomalySchema) },
    },
    handler: async (request) => {
      const { estateId } = request.params;
      const { scope } = callerOf(request);
      await visibleEstate(store, scope, estateId);
      return anomaliesOf({ ...request.query, estateId }, scope);
    },
  });

  app.route({
    method: "GET",
    url: "/clusters",
    config: { access: READERS },
    schema: {
      operationId: "listClusters",
      summary: "Estates whose incidents lie closer together than chance would have it, latest first",
      tags: ["surveillance"],
      querystring: pageQuery.extend({ kind: z.enum(["scan", "knox"]).exactOptional() }),
      response: { 200: pageOf(clusterSchema) },
    },
    handler: (request) => store.clusters({ ...request.query, scope: callerOf(request).scope }),
  });
}
