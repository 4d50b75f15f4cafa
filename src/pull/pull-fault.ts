/**
 * `unreachable`: no connection, or no answer in time · `certificate`: not the one that was to be shown ·
 * `refused`: user or password · `answer`: not what the protocol says · `silence`: the stream stopped
 * without an end · `closed`: the device ended it · `not_entitled`: the gateway may not speak for the
 * estate · `hub`: the hub could not keep a message.
 */
export type PullCause =
  | "unreachable"
  | "certificate"
  | "refused"
  | "answer"
  | "silence"
  | "closed"
  | "not_entitled"
  | "hub";

/** Why a device does not stream, in a sentence that holds nothing secret and nothing the device wrote. */
export class PullFault extends Error {
  readonly why: PullCause;

  constructor(why: PullCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PullFault";
    this.why = why;
  }
}

/** Any error as a fault; one that is none yet is taken for a broken connection. */
export function asPullFault(error: unknown): PullFault {
  if (error instanceof PullFault) return error;
  const { code } = error as { readonly code?: unknown };
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : "unknown";
  return new PullFault("unreachable", `the connection failed (${told})`, { cause: error });
}
