import { z } from "zod";
import { cleanText } from "../../domain/clean-text.ts";
import {
  ESTATE_MODES,
  LONGEST_UNGUARDED,
  modeAt,
  type EstateModes,
  type ModeOrder,
} from "../../domain/estate-mode.ts";
import { createLocalTime, parseDaySpan } from "../../domain/local-time.ts";
import { DAY } from "../../domain/time.ts";
import { ZhianError } from "../../errors.ts";
import type { Api } from "../api.ts";
import { ACTORS, ADMINS, callerOf, READERS } from "../auth.ts";
import { instant, note } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { visibleEstate } from "../scope.ts";
import { estatePath } from "./estates.ts";

/** Orders that an answer tells. */
const TOLD = 20;

const mode = z.enum(ESTATE_MODES);
const order = z.object({
  mode,
  from: instant,
  until: instant.optional(),
  by: z.string(),
  note: z.string().optional(),
});
const spans = z
  .array(
    z.strictObject({
      mode,
      days: z
        .array(z.int().min(1).max(7))
        .min(1)
        .max(7)
        .readonly()
        .meta({ description: "1 Monday to 7 Sunday" }),
      hours: z
        .string()
        .refine((text) => parseDaySpan(text) !== undefined, "must be night or a span such as 22:30-05:00")
        .exactOptional()
        .meta({ description: "Of the estate's day; the whole day when left out" }),
    }),
  )
  .max(50)
  .readonly();
const modesSchema = z.object({
  mode: mode.meta({ description: "Now" }),
  order: order.optional().meta({ description: "The order it comes from; absent: the plan, or armed" }),
  plan: spans,
  orders: z.array(order).readonly().meta({ description: "The latest ones, latest first" }),
});

/** Modes of estates: what holds now, the weekly plan, and ordering something else for a while. */
export function modeRoutes(app: Api, { store, clock }: HttpParts): void {
  const local = createLocalTime();

  async function modesNow(estateId: string, zone: string) {
    const modes: EstateModes = await store.estateModes(estateId);
    const now = modeAt(modes, clock.now(), zone, local);
    return { ...now, plan: modes.plan, orders: modes.orders.slice(0, TOLD) };
  }

  app.route({
    method: "GET",
    url: "/estates/:estateId/mode",
    config: { access: READERS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getEstateMode",
      summary: "Whether an estate is armed, disarmed or in maintenance, and why",
      tags: ["estates"],
      params: estatePath,
      response: { 200: modesSchema },
    },
    handler: async (request) => {
      const { id, zone } = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      return modesNow(id, zone);
    },
  });

  app.route({
    method: "POST",
    url: "/estates/:estateId/mode",
    config: { access: ACTORS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "orderEstateMode",
      summary: "Order a mode from now on, until a given time or the next order",
      tags: ["estates"],
      params: estatePath,
      body: z.strictObject({
        mode,
        until: instant.exactOptional().meta({
          description: "When the plan holds again; required unless armed, at most 31 days ahead",
        }),
        note: note.exactOptional(),
      }),
      response: { 200: modesSchema },
    },
    handler: async (request) => {
      const { scope, name } = callerOf(request);
      const { id, zone } = await visibleEstate(store, scope, request.params.estateId);
      const from = clock.now();
      const { note: written = "", ...ordered } = request.body;
      const said = cleanText(written);
      const wanted: ModeOrder = {
        estateId: id,
        from,
        by: name,
        ...ordered,
        ...(said !== "" && { note: said }),
      };
      refuseUnsafe(wanted);
      await store.orderMode(wanted);
      return modesNow(id, zone);
    },
  });

  app.route({
    method: "DELETE",
    url: "/estates/:estateId/mode",
    config: { access: ACTORS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "endEstateMode",
      summary: "End the order in force; the plan holds again",
      tags: ["estates"],
      params: estatePath,
      response: { 200: modesSchema },
    },
    handler: async (request) => {
      const { id, zone } = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      await store.endModeOrder(id, clock.now());
      return modesNow(id, zone);
    },
  });

  app.route({
    method: "PUT",
    url: "/estates/:estateId/mode-plan",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "putEstateModePlan",
      summary: "Replace the weekly plan of modes; the first span that holds decides, armed where none does",
      tags: ["estates"],
      params: estatePath,
      body: z.strictObject({ plan: spans }),
      response: { 200: modesSchema },
    },
    handler: async (request) => {
      const { id, zone } = await visibleEstate(store, callerOf(request).scope, request.params.estateId);
      await store.putModePlan(id, request.body.plan);
      return modesNow(id, zone);
    },
  });
}

function refuseUnsafe(wanted: ModeOrder): void {
  const reason = unsafe(wanted);
  if (reason === undefined) return;
  throw new ZhianError("VALIDATION", "the request is not valid", { faults: [{ field: "until", reason }] });
}

function unsafe({ mode: wanted, from, until }: ModeOrder): string | undefined {
  const guarded = wanted === "armed";
  if (until === undefined)
    return guarded ? undefined : `is required: an estate is not left ${wanted} without an end`;
  if (until <= from) return "lies in the past";
  if (!guarded && until - from > LONGEST_UNGUARDED)
    return `is more than ${LONGEST_UNGUARDED / DAY} days ahead`;
  return undefined;
}
