import type { FastifyReply } from "fastify";

const HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** What the reference page needs: its own scripts and styles, nothing from elsewhere. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Sets the headers every answer carries. There is no CORS and there are no cookies. */
export function setSecurityHeaders(reply: FastifyReply, tls: boolean): void {
  reply.headers(HEADERS);
  if (tls) reply.header("strict-transport-security", "max-age=31536000");
}
