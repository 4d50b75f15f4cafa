import { z } from "zod";
import { CLOSE_REASONS } from "../../domain/incident.ts";
import { ledgerOf, TOO_MANY } from "../../domain/ledger.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { Api } from "../api.ts";
import { callerOf, READERS } from "../auth.ts";
import { id, instant } from "../fields.ts";
import type { HttpParts } from "../parts.ts";

/** Devices that an answer tells. */
const TOLD = 500;

const closed = z.record(z.enum(CLOSE_REASONS), z.int());
const precision = z.number().optional().meta({
  description: "Confirmed ÷ (confirmed + false alarms); absent where neither was said",
});
const ledgerSchema = z.object({
  from: instant,
  to: instant,
  rules: z.array(z.object({ rule: z.string(), closed, precision })).readonly(),
  devices: z
    .array(
      z.object({
        rule: z.string(),
        estateId: z.string(),
        deviceId: z.string(),
        closed,
        precision,
        lastAt: instant,
        proposedForDemotion: z.boolean().meta({
          description: `${TOO_MANY} false alarms or more; nothing is demoted unless a person does it`,
        }),
      }),
    )
    .readonly()
    .meta({ description: `Devices with a false alarm, most of them first; ${TOLD} at most` }),
  devicesLeftOut: z.int(),
});

/** The false-alarm ledger: what people's reasons for closing say of rules and devices. */
export function ledgerRoutes(app: Api, { store, clock }: HttpParts): void {
  app.route({
    method: "GET",
    url: "/rules/ledger",
    config: { access: READERS },
    schema: {
      operationId: "ruleLedger",
      summary:
        "Precision of each rule and device in the twelve months up to now, and what is proposed for demotion",
      tags: ["rules"],
      querystring: z.strictObject({ estateId: id.exactOptional() }),
      response: { 200: ledgerSchema },
    },
    handler: async (request) => {
      const to = clock.now();
      const from = aYearBefore(to);
      const { scope } = callerOf(request);
      const { rules, devices } = ledgerOf(await store.closings({ scope, from, to, ...request.query }));
      const told = devices.slice(0, TOLD);
      return { from, to, rules, devices: told, devicesLeftOut: devices.length - told.length };
    },
  });
}

/** Twelve calendar months back; 29 February falls on 1 March. */
function aYearBefore(at: EpochMs): EpochMs {
  const date = new Date(at);
  return date.setUTCFullYear(date.getUTCFullYear() - 1);
}
