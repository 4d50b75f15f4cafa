import { hash, randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ZhianError, type ErrorCode } from "../errors.ts";
import type { EpochMs } from "../domain/time.ts";
import type { ApiToken, Clock, Role, Scope, Store } from "../ports.ts";
import type { Throttle } from "./throttle.ts";

/**
 * Who may call a route. `public`: anybody · `local`: anybody on this machine, else any token ·
 * `partial`: anybody, but only whom `local` would let in sees all of it (ask `seesAll`) ·
 * `gateway`: the intake, which checks gateway credentials itself · a list: tokens of these roles.
 */
export type Access = "public" | "local" | "partial" | "gateway" | readonly Role[];

/** Every role of the hub's own people may read; the public may not. */
export const READERS: readonly Role[] = ["admin", "officer", "viewer"];
/** May read rates and comparisons; small counts are kept from the public. */
export const RATE_READERS: readonly Role[] = [...READERS, "public"];
/** May acknowledge and close incidents. */
export const ACTORS: readonly Role[] = ["admin", "officer"];
export const ADMINS: readonly Role[] = ["admin"];

/** The person or program behind a request. */
export interface Caller {
  readonly tokenId: string;
  readonly secretHash: string;
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route of the hub has one; the server refuses to start otherwise. */
    access?: Access;
    /** Errors of this route beyond those every route may give, for the reference. */
    problems?: readonly ErrorCode[];
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

/** Looks tokens up by the SHA-256 of their secret. */
export interface TokenDesk {
  /** The caller a secret's hash belongs to; undefined when unknown or revoked. */
  callerOf(secretHash: string): Promise<Caller | undefined>;
  /** The caller if the look-up of the last seconds is still good. */
  remembered(secretHash: string): Caller | undefined;
  /** Makes a revocation effective at once. */
  forget(tokenId: string): void;
}

const MAX_REMEMBERED = 1_000;

/** Makes the desk. A token revoked by another process is believed for `cacheMs` more. */
export function createTokenDesk(store: Pick<Store, "tokenByHash">, clock: Clock, cacheMs: number): TokenDesk {
  const known = new Map<string, { readonly caller: Caller; readonly at: EpochMs }>();
  let revocations = 0;

  function remembered(secretHash: string): Caller | undefined {
    const entry = known.get(secretHash);
    if (!entry) return undefined;
    const age = clock.now() - entry.at;
    if (age >= 0 && age < cacheMs) return entry.caller;
    known.delete(secretHash);
    return undefined;
  }

  return {
    remembered,
    async callerOf(secretHash) {
      const caller = remembered(secretHash);
      if (caller) return caller;
      const seen = revocations;
      const at = clock.now();
      const token = await store.tokenByHash(secretHash);
      if (!token || token.revokedAt !== undefined) return undefined;
      const fresh = { ...callerFrom(token), secretHash };
      // An answer that was under way while something was revoked may be out of date already.
      if (seen === revocations) {
        if (known.size >= MAX_REMEMBERED) known.clear();
        known.set(secretHash, { caller: fresh, at });
      }
      return fresh;
    },
    forget(tokenId) {
      revocations++;
      for (const [key, { caller }] of known) if (caller.tokenId === tokenId) known.delete(key);
    },
  };
}

function callerFrom({ id, name, role, estateIds }: ApiToken): Omit<Caller, "secretHash"> {
  // An officer without estates sees none; a viewer, or the public, without estates sees those of the city.
  const all = role === "admin" || ((role === "viewer" || role === "public") && estateIds.length === 0);
  return { tokenId: id, name, role, scope: all ? undefined : estateIds };
}

/** The form in which a token's secret is stored and looked up: SHA-256, hexadecimal. */
export function hashToken(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** A fresh token secret of 256 random bits. Never from a seeded source. */
export function newToken(): string {
  return `zhian_${randomBytes(32).toString("base64url")}`;
}

/** Lets a request pass or throws UNAUTHENTICATED, FORBIDDEN or TOO_MANY_REQUESTS; sets `request.caller`. */
export type Gatekeeper = (request: FastifyRequest, reply: FastifyReply, access: Access) => Promise<void>;

/** Makes the gatekeeper of the API; `failed` counts wrong credentials. */
export function createGatekeeper(desk: TokenDesk, throttle: Throttle, failed: () => void): Gatekeeper {
  return async (request, reply, access) => {
    if (access === "public" || access === "gateway") return;
    if ((access === "local" || access === "partial") && isLocal(request)) return;
    // A wrong token is refused even where none is needed: else this would be the place to guess them.
    if (access === "partial" && request.headers.authorization === undefined) return;
    const secret = bearerOf(request.headers.authorization);
    if (secret === undefined) {
      reply.header("www-authenticate", 'Bearer realm="zhian"');
      throw new ZhianError("UNAUTHENTICATED", "send a token: Authorization: Bearer …");
    }
    const secretHash = hashToken(secret);
    let caller = desk.remembered(secretHash);
    if (!caller) {
      await throttle.refuseGuessing(request, reply);
      try {
        caller = await desk.callerOf(secretHash);
      } catch (error) {
        // When tokens cannot be looked up, health wants telling most of all: a stranger's part of it.
        if (access === "partial") return;
        throw error;
      }
    }
    if (!caller) {
      failed();
      await throttle.noteFailure(request);
      reply.header("www-authenticate", 'Bearer realm="zhian", error="invalid_token"');
      throw new ZhianError("UNAUTHENTICATED", "the token is unknown or revoked");
    }
    request.caller = caller;
    const roles = access === "local" || access === "partial" ? READERS : access;
    // Of a `partial` route the public sees what a stranger sees.
    if (access !== "partial" && !roles.includes(caller.role)) {
      throw new ZhianError(
        "FORBIDDEN",
        `the role ${caller.role} may not do this; it takes ${roles.join(" or ")}`,
      );
    }
  };
}

function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +([\w.~+/=-]{1,512})$/i.exec(header)?.[1];
}

/** The caller of a route that only tokens reach. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new ZhianError("UNAUTHENTICATED", "send a token: Authorization: Bearer …");
  return request.caller;
}

/** Whether the caller of a `partial` route may see all of it: by a token, or as somebody on this machine. */
export function seesAll(request: FastifyRequest): boolean {
  return (request.caller !== undefined && request.caller.role !== "public") || isLocal(request);
}

/** True when the request comes from this machine itself and no proxy passed it on. */
function isLocal(request: FastifyRequest): boolean {
  const { headers, socket } = request;
  const relayed = ["x-forwarded-for", "forwarded", "x-real-ip", "via"].some(
    (name) => headers[name] !== undefined,
  );
  return !relayed && /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? "");
}
