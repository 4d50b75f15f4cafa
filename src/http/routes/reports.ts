import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Bulletin, BulletinQuestion } from "../../ports.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";
import { month, monthQuery } from "./month-query.ts";
import { countedTypes } from "./rate-query.ts";

const reportQuery = monthQuery.omit({ conf: true }).extend({
  month: month.meta({ description: "The month, YYYY-MM; it must be over" }),
  lang: z.enum(["zh", "en"]).default("zh"),
  format: z.enum(["html", "csv"]).default("html"),
});

/** 95 %: what the texts of a bulletin say. */
const LEVEL = 0.95;
const DEFAULT_CATEGORY = "preventable_crime";

const files = {
  200: {
    description: "A page to print, or a file for a spreadsheet",
    content: { "text/html": { schema: z.string() }, "text/csv": { schema: z.string() } },
  },
};

/** Monthly bulletins: of one estate, and of all estates the caller may see. */
export function reportRoutes(app: Api, { store, bulletins }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/reports/estate/:estateId",
    config: { access: READERS, problems: ["NOT_FOUND", "NO_EXPOSURE"] },
    schema: {
      operationId: "getEstateReport",
      summary: "Monthly bulletin of one estate, to print or as CSV",
      description: `Counts ${DEFAULT_CATEGORY} unless a category or types are given.`,
      tags: ["rates"],
      params: estatePath,
      querystring: reportQuery,
      response: files,
    },
    handler: async (request, reply) => {
      const estate = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      return sent(reply, await bulletins.estate(estate, questionOf(request.query)));
    },
  });
  app.route({
    method: "GET",
    url: "/reports/district",
    config: { access: READERS, problems: ["NOT_FOUND", "NO_EXPOSURE"] },
    schema: {
      operationId: "getDistrictReport",
      summary: "Monthly bulletin of all estates the caller may see, to print or as CSV",
      description: `Counts ${DEFAULT_CATEGORY} unless a category or types are given.`,
      tags: ["rates"],
      querystring: reportQuery,
      response: files,
    },
    handler: async (request, reply) =>
      sent(reply, await bulletins.district(callerOf(request).scope, questionOf(request.query))),
  });
}

function questionOf(query: z.output<typeof reportQuery>): BulletinQuestion {
  const { month: asked, unit, lang, format, types, category } = query;
  const counted =
    types === undefined && category === undefined ? ({ category: DEFAULT_CATEGORY } as const) : query;
  return {
    month: asked,
    unit,
    lang,
    format,
    level: LEVEL,
    types: countedTypes(counted),
    counted: counted.category ?? countedTypes(counted).join(", "),
  };
}

function sent(
  reply: FastifyReply,
  { contentType, fileName, text, contentSecurityPolicy }: Bulletin,
): FastifyReply {
  return reply
    .type(contentType)
    .header("content-disposition", `inline; filename="${fileName}"`)
    .header("content-security-policy", contentSecurityPolicy)
    .send(text);
}
