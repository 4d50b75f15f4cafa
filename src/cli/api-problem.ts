import { z } from "zod";
import type { FieldFault } from "../errors.ts";
import { importAnswer } from "./calls.ts";

/** The hub refused, or did not answer. The message is a sentence for the person at the terminal. */
export class ApiProblem extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  readonly faults: readonly FieldFault[];
  /** What an import found in the file it refused. */
  readonly report: z.output<typeof importAnswer> | undefined;

  constructor(
    message: string,
    details: {
      readonly status?: number;
      readonly code?: string;
      readonly faults?: readonly FieldFault[];
      readonly report?: z.output<typeof importAnswer> | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ApiProblem";
    this.status = details.status ?? 0;
    this.code = details.code ?? "";
    this.faults = details.faults ?? [];
    this.report = details.report;
  }
}

const problem = z.looseObject({
  detail: z.string(),
  code: z.string().optional(),
  requestId: z.string().optional(),
  faults: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
  report: z.unknown().optional(),
});

/** What to do about it, where that is not in the hub's own sentence. */
const HINTS: Readonly<Record<number, string>> = {
  401: "Give a token with ZHIAN_TOKEN or --token-file; on the hub's own machine it is in <data folder>/secrets/admin-token.",
  403: "This token's role or estates do not allow it.",
  413: "The file is larger than http.bodyLimit of the hub's configuration.",
  429: "Too many requests; wait a minute.",
};

/** Makes a problem of an answer that is not a success, whatever its body. */
export function problemOf(status: number, body: unknown, what: string): ApiProblem {
  const parsed = problem.safeParse(body);
  const hint = HINTS[status];
  if (!parsed.success) {
    const sentence = `the hub answered ${status} to ${what}${hint ? `. ${hint}` : "; is this the address of a hub?"}`;
    return new ApiProblem(sentence, { status });
  }
  const { detail, code = "", faults = [], report, requestId } = parsed.data;
  const trail = status >= 500 && requestId !== undefined ? ` (request ${requestId} in the hub's log)` : "";
  return new ApiProblem(`${detail}${hint ? `. ${hint}` : ""}${trail}`, {
    status,
    code,
    faults,
    report: importAnswer.safeParse(report).data,
  });
}

/** Makes a problem of a request that got no answer. */
export function connectionProblem(error: unknown, url: URL, timeoutMs: number): ApiProblem {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  const where = url.origin;
  if (name === "TimeoutError") {
    return new ApiProblem(`the hub at ${where} did not answer within ${Math.round(timeoutMs / 1000)} s`, {
      cause: error,
    });
  }
  const code = cause?.code ?? "";
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) {
    return new ApiProblem(
      `the certificate of ${where} is not trusted (${code}); name its authority's file in NODE_EXTRA_CA_CERTS`,
      { cause: error },
    );
  }
  const why = code || (cause?.message ?? (error instanceof Error ? error.message : String(error)));
  return new ApiProblem(
    `no hub answers at ${where} (${why}); is it running? Start it with \`zhian start\`, or name another with --url`,
    { cause: error },
  );
}
