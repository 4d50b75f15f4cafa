import { z } from "zod";
import type { DeadReason } from "../../domain/event.ts";
import type { Transport } from "../../domain/journal.ts";
import { ZhianError } from "../../errors.ts";
import type { Acceptance, DeadLetter, Scope } from "../../ports.ts";
import type { Api } from "../api.ts";
import { ADMINS, callerOf, READERS } from "../auth.ts";
import { flag, foreignId, id, instant, pageOf, pageQuery } from "../fields.ts";
import type { HttpParts } from "../parts.ts";
import { covers, narrowed, visible } from "../scope.ts";

const REASONS = [
  "no_profile",
  "malformed",
  "schema",
  "unknown_code",
  "too_large",
  "encrypted",
  "not_learned",
  "profile_fault",
] as const satisfies readonly DeadReason[];
const TRANSPORTS = ["mqtt", "http", "tcp"] as const satisfies readonly Transport[];

const letterSchema = z.object({
  id: z.string(),
  receivedAt: instant,
  estateId: z.string(),
  gatewayId: z.string(),
  transport: z.enum(TRANSPORTS),
  path: z.string(),
  contentType: z.string().optional(),
  retained: z.boolean().optional().meta({ description: "It told a present state, not a change" }),
  reason: z.enum(REASONS),
  truncated: z.boolean().optional().meta({ description: "Only the beginning is kept; no replay" }),
  count: z.int().meta({ description: "How often the same message came that day" }),
  lastAt: instant.meta({ description: "When it came last" }),
  replayedAt: instant.optional(),
  replayOutcome: z.string().optional(),
});

/** What was sent may hold personal data, and so may a decoder's quote of it: for admins only. */
const wholeLetterSchema = letterSchema.extend({
  detail: z.string(),
  payload: z.string().meta({ description: "Base64" }),
});

const acceptanceSchema = z.object({
  outcome: z.enum(["events", "ignored", "dead"]),
  events: z.int(),
  reason: z.string().optional(),
});

const letterPath = z.strictObject({ deadLetterId: foreignId });

/** Dead letters: list, read, replay one, replay all that wait. */
export function deadLetterRoutes(app: Api, { store, replay }: HttpParts): void {
  const visibleLetter = (deadLetterId: string, scope: Scope): Promise<DeadLetter> =>
    visible(`dead letter ${deadLetterId}`, store.deadLetter(deadLetterId), (letter) =>
      covers(scope, letter.estateId),
    );

  app.route({
    method: "GET",
    url: "/dead-letters",
    config: { access: READERS },
    schema: {
      operationId: "listDeadLetters",
      summary: "Messages that could not be decoded, without their content",
      tags: ["dead letters"],
      querystring: pageQuery.extend({ estateId: id.exactOptional(), pendingOnly: flag }),
      response: { 200: pageOf(letterSchema) },
    },
    handler: (request) => {
      const { estateId, ...query } = request.query;
      return store.deadLetters({ ...query, scope: narrowed(callerOf(request).scope, estateId) });
    },
  });

  app.route({
    method: "GET",
    url: "/dead-letters/:deadLetterId",
    config: { access: ADMINS, problems: ["NOT_FOUND"] },
    schema: {
      operationId: "getDeadLetter",
      summary: "One dead letter with its content",
      tags: ["dead letters"],
      params: letterPath,
      response: { 200: wholeLetterSchema },
    },
    handler: (request) => visibleLetter(request.params.deadLetterId, callerOf(request).scope),
  });

  app.route({
    method: "POST",
    url: "/dead-letters/:deadLetterId/replay",
    config: { access: ADMINS, problems: ["NOT_FOUND", "CONFLICT"] },
    schema: {
      operationId: "replayDeadLetter",
      summary: "Decode it again, after its profile was put right",
      tags: ["dead letters"],
      params: letterPath,
      response: { 200: acceptanceSchema },
    },
    handler: async (request) => {
      const { deadLetterId } = request.params;
      await visibleLetter(deadLetterId, callerOf(request).scope);
      return replay(deadLetterId);
    },
  });

  app.route({
    method: "POST",
    url: "/dead-letters/replay",
    config: { access: ADMINS },
    schema: {
      operationId: "replayDeadLetters",
      summary: "Decode a page of those that wait again; call again with `next` for more",
      tags: ["dead letters"],
      querystring: pageQuery.extend({ estateId: id.exactOptional() }),
      response: {
        200: z.object({
          replayed: z.int(),
          events: z.int(),
          outcomes: z.record(z.string(), z.int()).meta({ description: "How many letters ended how" }),
          failed: z
            .array(z.object({ id: z.string(), reason: z.string() }))
            .readonly()
            .meta({ description: "Letters that could not be replayed now" }),
          next: z.string().optional(),
        }),
      },
    },
    handler: async (request) => {
      const { estateId, ...query } = request.query;
      const scope = narrowed(callerOf(request).scope, estateId);
      const page = await store.deadLetters({ ...query, scope, pendingOnly: true });
      return {
        ...(await replayAll(page.items, replay)),
        ...(page.next !== undefined && { next: page.next }),
      };
    },
  });
}

async function replayAll(letters: readonly DeadLetter[], replay: (id: string) => Promise<Acceptance>) {
  const outcomes: Record<string, number> = { events: 0, ignored: 0, dead: 0 };
  const failed: { id: string; reason: string }[] = [];
  let events = 0;
  for (const letter of letters) {
    try {
      const acceptance = await replay(letter.id);
      outcomes[acceptance.outcome] = (outcomes[acceptance.outcome] ?? 0) + 1;
      events += acceptance.events;
    } catch (error) {
      // One that fails must not keep the others; what only the log may say stays there.
      if (!(error instanceof ZhianError)) throw error;
      failed.push({ id: letter.id, reason: error.message });
    }
  }
  return { replayed: letters.length - failed.length, events, outcomes, failed };
}
