import { z } from "zod";
import { SECOND } from "../../domain/time.ts";
import type { DeviceTest, NoProof } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ACTORS, callerOf } from "../auth.ts";
import { foreignId, instant } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { covers, visible } from "../scope.ts";
import { estatePath } from "./estates.ts";
import { eventSchema } from "./events.ts";

const OUTCOMES = [
  "confirmed",
  "unchanged",
  "ignored",
  "dead",
  "silent",
] as const satisfies readonly DeviceTest["outcome"][];
const NO_PROOF = [
  "simulated",
  "retained",
  "initial",
  "replayed",
  "connection",
] as const satisfies readonly NoProof[];

const counts = z.record(z.string(), z.int());

const deviceTestSchema = z.object({
  outcome: z.enum(OUTCOMES).meta({
    description:
      "confirmed: a real event is stored · unchanged: events came, none a change that the device itself reported " +
      "now · ignored: heard, no event · dead: messages of its gateway could not be read · silent: nothing of that",
  }),
  event: eventSchema.optional().meta({ description: "The proof" }),
  heard: z.object({
    events: z.int().meta({ description: "Events of the device, repeats of a known state included" }),
    ignored: counts.meta({ description: "Messages of the device without an event, by reason" }),
    dead: counts.meta({ description: "Messages that could not be read and may be the device's, by reason" }),
    others: z.int().meta({ description: "Other messages of its gateway" }),
    noProof: z
      .partialRecord(z.enum(NO_PROOF), z.int())
      .meta({ description: "Events of the device that were stored and prove nothing, by reason" }),
  }),
  clock: z.object({
    deviceAt: instant.optional(),
    skewMs: z.int().optional().meta({ description: "Hub time minus device time, delivery included" }),
  }),
  tookMs: z.int(),
});

/** The test of a device: a long poll that ends with its first real event. `stopping` ends all of them. */
export function deviceTestRoutes(app: Api, { store, commissioning }: HttpParts, stopping: AbortSignal): void {
  app.route({
    method: "POST",
    url: "/estates/:estateId/devices/:deviceId/test",
    config: { access: ACTORS, problems: ["NOT_FOUND", "UNAVAILABLE"] },
    schema: {
      operationId: "testDevice",
      summary: "Wait for a real event of a device, and note that it works from end to end",
      description:
        "Call it, then trigger the device on site. Answers with the first real event that is stored, or after " +
        "`wait` seconds with what was heard instead. `confirmedAt` of the device is the time of its last proof.",
      tags: ["devices"],
      params: estatePath.extend({ deviceId: foreignId }),
      querystring: z.strictObject({
        wait: z.coerce.number().int().min(1).max(300).default(120).meta({ description: "Seconds" }),
      }),
      response: { 200: deviceTestSchema },
    },
    handler: async (request, reply) => {
      const { estateId, deviceId } = request.params;
      const { scope } = callerOf(request);
      await visible(`device ${deviceId} in estate ${estateId}`, store.device(estateId, deviceId), (device) =>
        covers(scope, device.estateId),
      );
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const signal = AbortSignal.any([gone.signal, stopping]);
      return commissioning.test({ estateId, deviceId, waitMs: request.query.wait * SECOND, signal });
    },
  });
}
