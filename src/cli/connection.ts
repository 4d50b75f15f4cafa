import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GlobalOptions } from "./actions.ts";
import { type ApiClient, createApiClient } from "./api-client.ts";
import { ApiProblem } from "./api-problem.ts";

/** What the machine's own hub is like, by its configuration. */
interface LocalHub {
  readonly dataDir: string;
  readonly http: { readonly host: string; readonly port: number; readonly tls?: unknown };
}

export interface ConnectionParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads the configuration; asked only when address or token are not given. May throw ZhianError. */
  readonly local: (config: string | undefined) => LocalHub;
  /** Told what the person should know, for example a token sent in the clear. */
  readonly warn: (line: string) => void;
}

/**
 * Makes `connect`: the address from `--url`, `ZHIAN_URL` or the local configuration; the token from
 * `--token-file`, `ZHIAN_TOKEN`, `ZHIAN_TOKEN_FILE`, or for a hub on this machine its own
 * `<dataDir>/secrets/admin-token`, which is never sent to another machine.
 */
export function createConnect({ env, local, warn }: ConnectionParts): (options: GlobalOptions) => ApiClient {
  return ({ config, url: asked, tokenFile }) => {
    const url = asked ?? given(env["ZHIAN_URL"]) ?? addressOf(local(config));
    const parsed = URL.parse(url);
    const here = parsed !== null && isLoopback(parsed.hostname);
    const file = tokenFile ?? (given(env["ZHIAN_TOKEN"]) ? undefined : given(env["ZHIAN_TOKEN_FILE"]));
    const token =
      file === undefined ? (given(env["ZHIAN_TOKEN"]) ?? (here ? ownToken(config) : undefined)) : read(file);
    if (parsed?.protocol === "http:" && !here && token !== undefined) {
      warn(`warning: the token goes to ${parsed.host} unencrypted; use https`);
    }
    return createApiClient({ url, token });
  };

  function ownToken(config: string | undefined): string | undefined {
    try {
      return readFileSync(join(local(config).dataDir, "secrets", "admin-token"), "utf8").trim();
    } catch {
      // No hub of this folder, not ours to read, or a faulty configuration: the hub will ask for a token.
      return undefined;
    }
  }
}

function read(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ApiProblem(`the token file cannot be read: ${(error as Error).message}`, { cause: error });
  }
  // The content is not shown: a wrong file may hold another secret.
  if (!/^[\x21-\x7e]{1,500}$/.test(token)) throw new ApiProblem(`${file} does not hold a token`);
  return token;
}

function addressOf({ http }: LocalHub): string {
  const host = http.host === "0.0.0.0" || http.host === "::" ? "127.0.0.1" : http.host;
  return `${http.tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${http.port}`;
}

const given = (value: string | undefined): string | undefined =>
  value === undefined || value.trim() === "" ? undefined : value.trim();

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || host.startsWith("127.");
