import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { parseIntakePath } from "../domain/topic.ts";
import { ZhianError } from "../errors.ts";
import type { Acceptance, GatewayPrincipal } from "../ports.ts";
import type { Api } from "./api.ts";
import { withDeadline } from "./deadline.ts";
import { id } from "./fields.ts";
import { createIntakeSlots, type Slot } from "./intake-slots.ts";
import type { HttpMeters } from "./metrics.ts";
import type { HttpLimits, HttpParts } from "./parts.ts";
import type { Throttle } from "./throttle.ts";

/** What the door found out about a request before its body was read. */
interface Admission {
  readonly slot: Slot;
  readonly contentType: string | undefined;
  handled: boolean;
}

declare module "fastify" {
  interface FastifyRequest {
    admission: Admission | undefined;
  }
}

interface IntakePath {
  readonly estateId: string;
  readonly gatewayId: string;
  readonly "*": string;
}

const outcome = z.object({
  outcome: z.enum(["events", "ignored", "dead"]),
  events: z.int(),
  reason: z.string().optional().meta({ description: "Why the message yielded no event" }),
});

/**
 * The intake for devices that push over HTTP. 2xx means: on disk, or known to carry nothing.
 * Everything that can refuse a request does so before its body is read.
 */
export function intakeRoutes(
  app: Api,
  parts: HttpParts,
  limits: HttpLimits,
  throttle: Throttle,
  meters: HttpMeters,
): void {
  const { accept, auth, clock, journalHealth, options } = parts;
  const slots = createIntakeSlots(limits);

  // Any content type, and those that are none: what arrives is bytes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "*",
    { parseAs: "buffer", bodyLimit: options.bodyLimit },
    (_request, body, done) => {
      done(null, body);
    },
  );

  app.addHook("onRequest", async (request, reply) => {
    const { estateId, gatewayId } = request.params as IntakePath;
    const principal = await verified(request, reply);
    parts.seenGateway?.(principal);
    if (principal.gatewayId !== gatewayId || !principal.estateIds.has(estateId)) {
      throw new ZhianError(
        "FORBIDDEN",
        `these credentials may not send as gateway ${gatewayId} of estate ${estateId}`,
      );
    }
    refuseWhileJournalFails();
    const { headers } = request;
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      throw new ZhianError(
        "UNSUPPORTED_MEDIA_TYPE",
        `content encoding ${encoding} is not read; send it plain`,
      );
    }
    const announced = Number(headers["content-length"] ?? options.bodyLimit);
    const slot = slots.take(gatewayId, Math.min(announced, options.bodyLimit));
    if (typeof slot === "string") refuse(slot, "too many requests are at work; come again");
    const admission: Admission = { slot, contentType: headers["content-type"], handled: false };
    request.admission = admission;
    // Devices send content types that no parser would take; the true one goes along with the message.
    if (admission.contentType !== undefined) headers["content-type"] = "application/octet-stream";
    reply.raw.once("close", () => {
      if (!admission.handled) slot.release();
    });
  });

  app.route({
    method: "POST",
    url: "/intake/:estateId/:gatewayId/*",
    bodyLimit: options.bodyLimit,
    config: {
      access: "gateway",
      problems: ["PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNAVAILABLE"],
    },
    schema: {
      operationId: "intake",
      summary: "Take in one message of a device; answered when it is on disk",
      description:
        "Any content type. Below the gateway: `devices/{device}/events` for native events, else the vendor's own path. " +
        "Answered 202 for native events and 200 for a vendor's path, because devices take nothing else for success. " +
        "Credentials: Basic with gateway id and secret, or Bearer with both and a colon between. " +
        "After 503 send the same message again; repeats are recognised.",
      tags: ["intake"],
      params: z.strictObject({ estateId: id, gatewayId: id, "*": z.string() }),
      response: {
        200: outcome,
        202: outcome,
      },
    },
    handler: async (request, reply) => {
      const { estateId, gatewayId, "*": rest } = request.params;
      const route = parseIntakePath(estateId, gatewayId, rest);
      if (!route) throw new ZhianError("NOT_FOUND", "this is no path of the intake");
      const { admission } = request;
      if (!admission) throw new Error("the intake's door was passed by");
      const payload = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      admission.slot.resize(payload.length);
      admission.handled = true;
      const accepting = accept({
        transport: "http",
        gatewayId,
        route,
        payload,
        ...(admission.contentType !== undefined && { contentType: admission.contentType }),
        retained: false,
        receivedAt: clock.now(),
        // The body is held in memory for as long as this takes, whatever the caller was told.
      }).finally(() => admission.slot.release());
      const acceptance = await acceptedInTime(accepting);
      return reply.code(route.kind === "native" ? 202 : 200).send(acceptance);
    },
  });

  async function verified(request: FastifyRequest, reply: FastifyReply): Promise<GatewayPrincipal> {
    const credentials = credentialsOf(request.headers.authorization);
    if (credentials) {
      await throttle.refuseGuessing(request, reply);
      const principal = await auth.verify(credentials.gatewayId, credentials.secret, request.ip);
      if (principal) return principal;
      meters.authFailures.inc({ door: "intake" });
      await throttle.noteFailure(request);
    }
    reply.header("www-authenticate", 'Basic realm="zhian intake", charset="UTF-8"');
    throw new ZhianError(
      "UNAUTHENTICATED",
      credentials
        ? "gateway id or secret is wrong, or the gateway was revoked"
        : "send the gateway's id and secret",
    );
  }

  function refuseWhileJournalFails(): void {
    const { fault } = journalHealth();
    if (fault && clock.now() - fault.since > limits.journalFaultMs) {
      refuse("journal", "messages cannot be stored at present; send it again later");
    }
  }

  async function acceptedInTime(accepting: Promise<Acceptance>): Promise<Acceptance> {
    return withDeadline(accepting, limits.acceptMs, () => {
      meters.intakeRefused.inc({ reason: "deadline" });
      return new ZhianError("UNAVAILABLE", "the message is not on disk yet; send it again");
    });
  }

  function refuse(reason: string, message: string): never {
    meters.intakeRefused.inc({ reason });
    throw new ZhianError("UNAVAILABLE", message);
  }
}

/** Gateway id and secret from `Basic base64(id:secret)` or `Bearer id:secret`. */
function credentialsOf(header: string | undefined): { gatewayId: string; secret: string } | undefined {
  const [, scheme = "", value = ""] = /^(basic|bearer) +(\S{1,1024})$/i.exec(header ?? "") ?? [];
  const pair = scheme.toLowerCase() === "basic" ? Buffer.from(value, "base64").toString("utf8") : value;
  const colon = pair.indexOf(":");
  return colon < 1 ? undefined : { gatewayId: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}
