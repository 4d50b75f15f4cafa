import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What a device's door asks for; written apart from the hub's own code, after RFC 7616. */
export interface DoorOptions {
  readonly user?: string;
  readonly password?: string;
  readonly algorithms?: readonly ("MD5" | "SHA-256")[];
  /** Old devices name neither quality nor algorithm. */
  readonly old?: boolean;
  /** Answers so many right proofs with "your nonce is too old" first. */
  readonly stale?: number;
}

/** A digest door: true when the request may pass; else it has been answered. */
export interface Door {
  readonly check: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What came without a proof, with a right one, and with a wrong one. */
  readonly seen: { none: number; right: number; wrong: number };
}

export function createDoor(options: DoorOptions = {}): Door {
  const { user = "hub", password = "pass:wörd", algorithms = ["MD5"], old = false } = options;
  let stale = options.stale ?? 0;
  let nonces = 0;
  const open = new Set<string>();
  const seen = { none: 0, right: 0, wrong: 0 };

  function challenge(response: ServerResponse, isStale: boolean): void {
    const nonce = `n${++nonces}==`;
    open.add(nonce);
    const rest = old ? "" : ', qop="auth", opaque="o1"';
    const offers = algorithms.map(
      (name) =>
        `Digest realm="IP Camera(C1,2)", nonce="${nonce}"${rest}` +
        `${name === "MD5" ? "" : `, algorithm=${name}`}${isStale ? ", stale=TRUE" : ""}`,
    );
    response.writeHead(401, { "www-authenticate": offers }).end("<html>401</html>");
  }

  function isRight(request: IncomingMessage, fields: Readonly<Record<string, string>>): boolean {
    const { realm, nonce = "", uri, qop, nc, cnonce, response, username, algorithm = "MD5" } = fields;
    const hash = (text: string): string =>
      createHash(algorithm === "SHA-256" ? "sha256" : "md5")
        .update(text)
        .digest("hex");
    const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
    const wanted = hash(
      `${hash(`${user}:${realm}:${password}`)}:${middle}:${hash(`${request.method}:${request.url}`)}`,
    );
    return (
      Buffer.from(username ?? "", "latin1").toString("utf8") === user &&
      uri === request.url &&
      response === wanted &&
      open.delete(nonce) &&
      (old || fields["opaque"] === "o1") &&
      (algorithms as readonly string[]).includes(algorithm)
    );
  }

  return {
    seen,
    check(request, response) {
      const { authorization } = request.headers;
      if (authorization === undefined) {
        seen.none++;
        challenge(response, false);
        return false;
      }
      const fields = authorization.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g);
      if (!isRight(request, Object.fromEntries([...fields].map(([, name, a, b]) => [name, a ?? b])))) {
        seen.wrong++;
        challenge(response, false);
        return false;
      }
      if (stale > 0) {
        stale--;
        challenge(response, true);
        return false;
      }
      seen.right++;
      return true;
    },
  };
}
