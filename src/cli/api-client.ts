import type { z } from "zod";
import { ApiProblem, connectionProblem, problemOf } from "./api-problem.ts";
import type { ApiCall } from "./calls.ts";
import { readFrames, type LiveFrame } from "./live-frames.ts";

/** What a call carries. */
export interface CallInput {
  readonly params?: Readonly<Record<string, string>>;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly file?: { readonly bytes: Uint8Array; readonly type: string };
  /** Ends the waiting for an answer. */
  readonly signal?: AbortSignal | undefined;
}

/** A client of a running hub. Every method throws ApiProblem when the hub refuses or does not answer. */
export interface ApiClient {
  readonly url: string;
  call<T extends z.ZodType>(call: ApiCall<T>, input?: CallInput): Promise<z.output<T>>;
  /**
   * Follows a stream until `signal` ends it; throws when it breaks. The first frame is `open`: from then
   * on nothing is missed. The stream counts as broken after `silenceMs` without a byte.
   */
  follow(call: ApiCall, input: CallInput, signal: AbortSignal): AsyncGenerator<LiveFrame>;
}

export interface ApiClientOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs?: number;
  readonly silenceMs?: number;
}

const TIMEOUT_MS = 30_000;
/** Keeps the byte-order mark of a file, which its program wants to see. */
const UTF_8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** Three heartbeats of the live feed. */
const SILENCE_MS = 45_000;

/** Makes a client on fetch. Throws ApiProblem when `url` is no HTTP address. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { token, timeoutMs = TIMEOUT_MS, silenceMs = SILENCE_MS } = options;
  const base = URL.parse(options.url);
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new ApiProblem(`${options.url} is not the address of a hub, such as http://127.0.0.1:8080`);
  }

  function request(call: ApiCall, input: CallInput, signal: AbortSignal): Promise<Response> {
    const url = urlOf(base as URL, call.path, input);
    const headers: Record<string, string> = { accept: "application/json, text/event-stream" };
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (input.file) headers["content-type"] = input.file.type;
    else if (input.body !== undefined) headers["content-type"] = "application/json";
    const body = input.file?.bytes ?? (input.body === undefined ? undefined : JSON.stringify(input.body));
    return fetch(url, {
      method: call.method,
      headers,
      signal,
      // A redirect would carry the token to another address.
      redirect: "manual",
      ...(body !== undefined && { body }),
    });
  }

  return {
    url: base.origin,
    async call(call, input = {}) {
      const limit = call.timeoutMs ?? timeoutMs;
      let response: Response;
      let text: string;
      try {
        const { signal } = input;
        const timeout = AbortSignal.timeout(limit);
        response = await request(call, input, signal ? AbortSignal.any([signal, timeout]) : timeout);
        text = UTF_8.decode(await response.arrayBuffer());
      } catch (error) {
        if (input.signal?.aborted) throw new ApiProblem("broken off", { cause: error });
        throw connectionProblem(error, base, limit);
      }
      const body = json(text);
      const what = `${call.method} ${call.path}`;
      if (!response.ok && call.also?.includes(response.status) !== true) {
        throw problemOf(response.status, body, what);
      }
      const parsed = call.answer.safeParse(call.isFile && response.ok ? text : body);
      if (parsed.success) return parsed.data;
      if (!response.ok) throw problemOf(response.status, body, what);
      throw new ApiProblem(
        `the answer to ${what} is not what this version expects; is it the same version?`,
        {
          status: response.status,
          cause: parsed.error,
        },
      );
    },
    async *follow(call, input, signal) {
      const silence = new AbortController();
      const either = AbortSignal.any([signal, silence.signal]);
      let timer = setTimeout(() => silence.abort(), silenceMs);
      const heard = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMs);
      };
      try {
        const response = await request(call, input, either);
        if (!response.ok || !response.body) {
          throw problemOf(response.status, json(await response.text()), `${call.method} ${call.path}`);
        }
        yield { event: "open", data: "" };
        yield* readFrames(response.body, heard);
      } catch (error) {
        if (signal.aborted) return;
        if (silence.signal.aborted) throw new ApiProblem("the live feed fell silent", { cause: error });
        throw error instanceof ApiProblem ? error : connectionProblem(error, base, silenceMs);
      } finally {
        clearTimeout(timer);
        silence.abort();
      }
    },
  };
}

function urlOf(base: URL, path: string, { params = {}, query = {} }: CallInput): URL {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    // A dot segment would be resolved away, and the call would reach another route.
    if (value === undefined || value === "" || value === "." || value === "..") {
      throw new ApiProblem(`${JSON.stringify(value ?? "")} cannot be a ${name}`);
    }
    return encodeURIComponent(value);
  });
  const url = new URL(base.pathname.replace(/\/$/, "") + filled, base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
