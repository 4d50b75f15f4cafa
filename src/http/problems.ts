import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import { ERROR_CODES, ZhianError, type ErrorCode, type FieldFault } from "../errors.ts";
import { setSecurityHeaders } from "./security-headers.ts";

/** Media type of every error answer (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/** How many faults an answer lists; a faulty import may have a hundred thousand. */
const MAX_FAULTS = 1_000;
const RETRY_AFTER_SECONDS = "5";

const TITLES: Readonly<Record<ErrorCode, string>> = {
  VALIDATION: "The request is not valid",
  UNAUTHENTICATED: "Credentials are missing or wrong",
  FORBIDDEN: "Not allowed",
  NOT_FOUND: "Not found",
  CONFLICT: "In conflict with the present state",
  SERIES_NOT_COMPARABLE: "This series cannot be compared before and after",
  PAYLOAD_TOO_LARGE: "The body is too large",
  UNSUPPORTED_MEDIA_TYPE: "The media type is not supported",
  NOT_INSTALLED: "The estate has no installation date",
  WINDOW_OVERLAPS_INSTALL: "The window overlaps the installation",
  NO_EXPOSURE: "No households or no days to relate the count to",
  IMPORT_REFUSED: "The file was refused",
  TOO_MANY_REQUESTS: "Too many requests",
  INTERNAL: "Internal error",
  UNAVAILABLE: "Not available at present",
};

/** An error answer as RFC 9457 has it, with the hub's code and the fields at fault. */
export const problemSchema = z.object({
  type: z.string().meta({ description: "`urn:zhian:problem:` and the code in small letters" }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().meta({ description: "Path of the request" }),
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  requestId: z.string().meta({ description: "Also in the hub's log" }),
  faults: z
    .array(z.object({ field: z.string(), reason: z.string() }))
    .optional()
    .meta({
      description: "What is wrong where; `query.` and `path.` before fields that are not in the body",
    }),
  report: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "What an import found in the file it refused" }),
});

type Problem = z.output<typeof problemSchema>;

/** The problem that tells of a ZhianError. */
export function problemOf(error: ZhianError, request: FastifyRequest): Problem {
  return {
    type: `urn:zhian:problem:${error.code.toLowerCase().replaceAll("_", "-")}`,
    title: TITLES[error.code],
    status: error.status,
    detail: error.message,
    instance: pathOf(request.url),
    code: error.code,
    requestId: request.id,
    ...(error.faults.length > 0 && { faults: error.faults.slice(0, MAX_FAULTS) }),
  };
}

/** Sends a problem, with the headers its status asks for. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 503 && !reply.hasHeader("retry-after"))
    reply.header("retry-after", RETRY_AFTER_SECONDS);
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer((body) => JSON.stringify(body))
    .send(problem);
}

/** Makes every error of the server a problem: thrown, not found, malformed. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = located(asZhianError(error), request);
    // The caller learns the request's id, the log what happened.
    if (known.code === "INTERNAL")
      request.log.error({ err: error, path: pathOf(request.url) }, "request failed");
    return sendProblem(reply, problemOf(known, request));
  });
  app.setNotFoundHandler((request) => {
    throw new ZhianError("NOT_FOUND", `there is no ${request.method} ${pathOf(request.url)}`);
  });
}

/** Answers what Fastify refuses before any hook runs (a path that cannot be read). */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  setSecurityHeaders(reply, false);
  void sendProblem(reply, problemOf(asZhianError(error), request));
}

/** The whole HTTP/1.1 answer to bytes that are not a request, or that came too slowly. */
export function rawProblem(error: NodeJS.ErrnoException): string {
  const [status, title, detail] = RAW_STATUS[error.code ?? ""] ?? NOT_HTTP;
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  return (
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}

type RawStatus = readonly [status: number, title: string, detail: string];

const NOT_HTTP: RawStatus = [400, "Bad Request", "this is not an HTTP/1.1 request"];
const RAW_STATUS: Readonly<Record<string, RawStatus>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "the request did not arrive in time"],
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "the headers are too large"],
};

function asZhianError(error: FastifyError | ZhianError): ZhianError {
  if (error instanceof ZhianError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = faultsOf(error);
    return new ZhianError("VALIDATION", "the request is not valid", { faults });
  }
  const code = codeOfStatus(error.statusCode);
  if (code === "VALIDATION" && isBodyFault(error)) {
    const faults = [{ field: "body", reason: error.message }];
    return new ZhianError(code, "the body cannot be read", { faults, cause: error });
  }
  // What Fastify says of a 4xx is about the request; anything else may show internals.
  return new ZhianError(code, code === "INTERNAL" ? "the hub failed to answer; see its log" : error.message, {
    cause: error,
  });
}

/** True for what a parser of bodies says: Fastify's own checks, or that of JSON. */
function isBodyFault(error: FastifyError | (Error & { code?: undefined })): boolean {
  return error instanceof SyntaxError || error.code?.startsWith("FST_ERR_CTP_") === true;
}

/**
 * A part below does not know where a field came from. What asks for something has no body, so a field
 * that its query has is meant there.
 */
function located(error: ZhianError, { method, query }: FastifyRequest): ZhianError {
  const asks = method === "GET" || method === "HEAD";
  if (!asks || error.code !== "VALIDATION" || typeof query !== "object" || query === null) return error;
  const faults = error.faults.map(({ field, reason }) => ({
    field: Object.hasOwn(query, field) ? `query.${field}` : field,
    reason,
  }));
  return new ZhianError(error.code, error.message, { faults, cause: error.cause });
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: "NOT_FOUND",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "TOO_MANY_REQUESTS",
  503: "UNAVAILABLE",
};

function codeOfStatus(status = 500): ErrorCode {
  return CODE_OF_STATUS[status] ?? (status >= 400 && status < 500 ? "VALIDATION" : "INTERNAL");
}

interface ZodValidation {
  readonly validationContext?: string;
  readonly validation: readonly {
    readonly instancePath: string;
    readonly message?: string | undefined;
    readonly params?: unknown;
  }[];
}

function faultsOf({ validation, validationContext = "body" }: ZodValidation): FieldFault[] {
  const prefix = PREFIXES[validationContext] ?? "";
  return validation.flatMap(({ instancePath, message, params }) => {
    const path = instancePath.split("/").filter((part) => part !== "");
    const name = (...more: readonly string[]): string => {
      const whole = [...path, ...more].join(".");
      return whole === "" ? prefix.slice(0, -1) || "body" : prefix + whole;
    };
    const unknown = (params as { keys?: unknown } | undefined)?.keys;
    if (Array.isArray(unknown)) {
      return unknown.map((key) => ({ field: name(String(key)), reason: "there is no such field" }));
    }
    return [{ field: name(), reason: message ?? "is not valid" }];
  });
}

const PREFIXES: Readonly<Record<string, string>> = {
  querystring: "query.",
  params: "path.",
  headers: "header.",
};

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? url;
}
