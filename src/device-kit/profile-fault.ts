import type { Decoded } from "../domain/event.ts";

/**
 * The dead letter of a message on which a profile failed. Says the kind of error and the place in the
 * source, not the error's own text, which may quote the message.
 */
export function faultOf(error: unknown): Decoded {
  const name = error instanceof Error ? error.name : typeof error;
  const place = error instanceof Error ? /([\w.-]+\.[cm]?[jt]s:\d+)/.exec(error.stack ?? "")?.[1] : undefined;
  const detail = place === undefined ? name : `${name} at ${place}`;
  return { outcome: "undecodable", reason: "profile_fault", detail };
}
