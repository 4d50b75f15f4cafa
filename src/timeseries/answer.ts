import type { EpochMs } from "../domain/time.ts";
import { SECOND } from "../domain/time.ts";

/** What the server answered to a request to write. */
export interface Answer {
  readonly status: number;
  /** Its `Retry-After`, as it stands. */
  readonly retryAfter: string | undefined;
  /** As much of the body as is needed. */
  readonly body: string;
}

/**
 * What follows from an answer: `taken` · `later`: everything waits, at least `waitMs` · `mend`: everything
 * waits until somebody mends something · `halve`: too much at a time · `refused`: a line is bad, the others
 * may have been stored.
 */
export type Verdict =
  | { readonly kind: "taken" }
  | { readonly kind: "later" | "mend"; readonly reason: string; readonly waitMs: number }
  | { readonly kind: "halve" | "refused"; readonly reason: string };

/** Longest reason that is kept of an answer. */
const REASON = 500;

/** Reads an answer by the table in docs/influxdb.md. */
export function verdictOf({ status, retryAfter, body }: Answer, now: EpochMs): Verdict {
  if (status === 204) return { kind: "taken" };
  const said = messageIn(body);
  const reason = `${status}${said === undefined ? "" : `: ${said.slice(0, REASON)}`}`;
  if (status === 413) return { kind: "halve", reason };
  // Something between here and InfluxDB may answer so to whatever it is sent: that says nothing of a line.
  if ((status === 400 || status === 422) && said !== undefined) return { kind: "refused", reason };
  const mend = status === 401 || status === 403 || status === 404;
  return { kind: mend ? "mend" : "later", reason, waitMs: waitOf(retryAfter, now) };
}

/** Milliseconds that a `Retry-After` asks to wait, in seconds or as an HTTP date; 0 without one. */
export function waitOf(retryAfter: string | undefined, now: EpochMs): number {
  if (retryAfter === undefined) return 0;
  const text = retryAfter.trim();
  if (/^\d+$/.test(text)) return Number(text) * SECOND;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}

/** InfluxDB 1 and 3 say `error`, 2 says `message`; anybody else says something else. */
function messageIn(body: string): string | undefined {
  try {
    const said = JSON.parse(body) as { readonly message?: unknown; readonly error?: unknown } | null;
    const text = said?.message ?? said?.error;
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
