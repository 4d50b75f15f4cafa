import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ZhianError } from "../../errors.ts";
import type { CaseImportOutcome, ImportOutcome } from "../../ports.ts";
import { flag } from "../fields.ts";
import { problemOf, sendProblem } from "../problems.ts";

/** The part of an import's query that every import has. */
export const importQuery = z.strictObject({
  encoding: z
    .enum(["utf-8", "gb18030"])
    .exactOptional()
    .meta({ description: "Found out from the bytes when absent; a charset in Content-Type counts too" }),
  simulated: flag.meta({ description: "Marks every record as made by a simulator" }),
  skipRefused: flag.meta({ description: "Stores the good rows although others were refused" }),
  dryRun: flag.meta({ description: "Reads and checks, stores nothing" }),
});

/** What an import did. */
export const outcomeSchema = z.object({
  stored: z.boolean(),
  rows: z.int(),
  accepted: z.int(),
  refusedRows: z.int(),
  inserted: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  encoding: z.string(),
  ignoredColumns: z.array(z.object({ name: z.string(), personal: z.boolean() })).readonly(),
  refused: z.array(z.object({ line: z.int(), field: z.string(), reason: z.string() })).readonly(),
});

/** Content types under which a file may be sent. */
export const FILE_TYPES = [
  "text/csv",
  "text/plain",
  "application/csv",
  "application/yaml",
  "application/x-yaml",
  "text/yaml",
  "application/octet-stream",
] as const;

/** The encoding an import is told: the query's word first, then the charset of Content-Type. */
export function encodingOf(
  request: FastifyRequest,
  asked: "utf-8" | "gb18030" | undefined,
): { encoding?: "utf-8" | "gb18030" } {
  if (asked !== undefined) return { encoding: asked };
  const charset = /charset\s*=\s*"?([\w.:-]+)/i
    .exec(request.headers["content-type"] ?? "")?.[1]
    ?.toLowerCase();
  switch (charset) {
    case undefined:
      return {};
    case "utf-8":
    case "utf8":
      return { encoding: "utf-8" };
    case "gb18030":
    case "gbk":
    case "gb2312":
      return { encoding: "gb18030" };
    default:
      throw new ZhianError(
        "UNSUPPORTED_MEDIA_TYPE",
        `cannot read the charset ${charset}; send UTF-8 or GB18030`,
      );
  }
}

/** The bytes of a file sent as the body; refuses an empty one. */
export function fileOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array && body.length > 0) return body;
  throw new ZhianError("VALIDATION", "the request is not valid", {
    faults: [{ field: "body", reason: "must be the file, with a Content-Type such as text/csv" }],
  });
}

/** Sends what an import did, or IMPORT_REFUSED with every refused row when nothing was stored. */
export function sendOutcome(
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: ImportOutcome | CaseImportOutcome,
  dryRun: boolean,
): FastifyReply {
  if (outcome.stored || dryRun || outcome.refused.length === 0) return reply.send(outcome);
  const faults = outcome.refused.map(({ line, field, reason }) => ({
    field: `line ${line}, ${field}`,
    reason,
  }));
  const refused = new ZhianError(
    "IMPORT_REFUSED",
    `${outcome.refusedRows} of ${outcome.rows} rows were refused; nothing was stored`,
    { faults },
  );
  const { refused: _listed, ...report } = outcome;
  return sendProblem(reply, { ...problemOf(refused, request), report });
}
