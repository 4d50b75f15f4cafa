import type { PointTarget } from "../ports.ts";
import type { Answer } from "./answer.ts";

/** Where InfluxDB is, and how it wants to be spoken to. */
export interface InfluxServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Organisation of InfluxDB 2; the others have none. */
  readonly org: string;
  /** Bucket or database of `raw`; that of `years` is named after it. */
  readonly bucket: string;
  readonly version: 1 | 2 | 3;
  /** Undefined: it asks for none. For version 1 `user:password`. */
  readonly token: string | undefined;
}

/** A request to InfluxDB; everything that goes there goes through this. */
export interface InfluxRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below the server's address, with query. */
  readonly path: string;
  readonly body?: Uint8Array | string;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/** Of an answer no more is read than this; a refusal of a whole batch may quote it. */
const MOST_OF_A_REFUSAL = 16_384;

/** Bucket of InfluxDB 2, or database of 1 and 3, of a target. */
export function bucketOf({ bucket }: InfluxServer, target: PointTarget): string {
  return target === "raw" ? bucket : `${bucket}_years`;
}

/** Sends one request; rejects when the network fails or `signal` aborts. Follows no redirect. */
export async function ask(server: InfluxServer, request: InfluxRequest): Promise<Response> {
  const { method, path, body, contentType, signal } = request;
  return fetch(server.url + path, {
    method,
    redirect: "manual",
    headers: {
      ...authorization(server),
      ...(contentType !== undefined && { "content-type": contentType }),
    },
    ...(body !== undefined && { body }),
    signal,
  });
}

/** Writes lines to the bucket of a target. */
export async function writeLines(
  server: InfluxServer,
  target: PointTarget,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Answer> {
  const bucket = encodeURIComponent(bucketOf(server, target));
  const path =
    server.version === 1
      ? `/write?db=${bucket}&precision=ns`
      : `/api/v2/write?org=${encodeURIComponent(server.org)}&bucket=${bucket}&precision=ns`;
  const contentType = "text/plain; charset=utf-8";
  const response = await ask(server, { method: "POST", path, body, contentType, signal });
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after") ?? undefined,
    body: await beginningOf(response),
  };
}

function authorization({ version, token }: InfluxServer): Record<string, string> {
  if (token === undefined) return {};
  if (version === 1) return { authorization: `Basic ${Buffer.from(token).toString("base64")}` };
  return { authorization: `Token ${token}` };
}

async function beginningOf(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    // Leaving the loop cancels the rest.
    if (text.length > MOST_OF_A_REFUSAL) break;
  }
  return text;
}
