import { normalizeIP } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ZhianError } from "../errors.ts";
import { MINUTE } from "../domain/time.ts";

/** One address may fail this many times as often, over all gateway names behind it. */
const NAMES_PER_ADDRESS = 10;

/** Who has asked too often, by address; IPv6 by its /64. */
export interface Throttle {
  /** Counts a request and throws TOO_MANY_REQUESTS when its address had its share of this minute. */
  admit(request: FastifyRequest, reply: FastifyReply, door: "api" | "intake"): Promise<void>;
  /** Throws TOO_MANY_REQUESTS when wrong credentials came too often from here. */
  refuseGuessing(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Notes wrong credentials. */
  noteFailure(request: FastifyRequest): Promise<void>;
}

type Limiter = ReturnType<FastifyInstance["createRateLimit"]>;

/**
 * Makes the throttle of a server on which `@fastify/rate-limit` is registered.
 * Failures at the intake are counted by address *and* gateway name: several gateways share an address
 * behind one router, and one with an old password must not silence the others.
 */
export function createThrottle(
  app: FastifyInstance,
  limits: { readonly rateLimit: number; readonly authFailures: number },
): Throttle {
  const limiter = (max: number): Limiter => app.createRateLimit({ max, timeWindow: MINUTE });
  const doors = { api: limiter(limits.rateLimit), intake: limiter(limits.rateLimit) };
  const perName = app.createRateLimit({
    max: limits.authFailures,
    timeWindow: MINUTE,
    keyGenerator: (request) => `${normalizeIP(request.ip)}|${gatewayNamed(request)}`,
  });
  const perAddress = limiter(limits.authFailures * NAMES_PER_ADDRESS);

  return {
    async admit(request, reply, door) {
      const state = await doors[door](request);
      if (state.isAllowed) return;
      reply.header("ratelimit-limit", state.max);
      reply.header("ratelimit-remaining", state.remaining);
      reply.header("ratelimit-reset", state.ttlInSeconds);
      if (state.isExceeded) refuse(reply, state.ttlInSeconds, "requests");
    },
    async refuseGuessing(request, reply) {
      for (const failures of [perName, perAddress]) {
        const state = await failures(request, { increment: false });
        if (!state.isAllowed && state.remaining === 0) {
          refuse(reply, state.ttlInSeconds, "wrong credentials");
        }
      }
    },
    async noteFailure(request) {
      await Promise.all([perName(request), perAddress(request)]);
    },
  };
}

function refuse(reply: FastifyReply, seconds: number, what: string): never {
  reply.header("retry-after", Math.max(1, seconds));
  throw new ZhianError("TOO_MANY_REQUESTS", `too many ${what} from this address; come again in ${seconds} s`);
}

function gatewayNamed(request: FastifyRequest): string {
  const { gatewayId } = request.params as { gatewayId?: unknown };
  return typeof gatewayId === "string" ? gatewayId : "";
}
