import { hash, randomBytes } from "node:crypto";

/** What a server asks for with `WWW-Authenticate: Digest` (RFC 7616, 3.3). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: "MD5" | "SHA-256";
  /** Whether the server named the algorithm; old ones do not understand it when they did not. */
  readonly named: boolean;
  readonly qop: boolean;
  readonly opaque: string | undefined;
  /** The password was right, only the nonce was too old. */
  readonly stale: boolean;
}

/** What is answered for: one request of one user. */
export interface DigestRequest {
  readonly user: string;
  readonly password: string;
  readonly method: string;
  /** Path and query as they go over the wire. */
  readonly uri: string;
}

const HEADER_LENGTH = 4_096;
const ONCE = "00000001";
/** A scheme before its parameters, or one parameter; bounded, so that no header takes long to search. */
const PIECE =
  /([A-Za-z][\w-]{0,40})\s{1,20}(?=[\w-]{1,40}\s{0,20}=)|([\w-]{1,40})\s{0,20}=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/**
 * The strongest of the digest challenges in the `WWW-Authenticate` headers of one answer, SHA-256 before
 * MD5; undefined when there is none with quality `auth` or none. Several may share a header.
 */
export function readChallenge(headers: readonly string[]): DigestChallenge | undefined {
  const schemes: { readonly name: string; readonly fields: Map<string, string> }[] = [];
  for (const header of headers) {
    for (const [, scheme, name = "", quoted, bare] of header.slice(0, HEADER_LENGTH).matchAll(PIECE)) {
      if (scheme !== undefined) schemes.push({ name: scheme.toLowerCase(), fields: new Map() });
      else schemes.at(-1)?.fields.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
    }
  }
  const challenges = schemes.flatMap(({ name, fields }) => {
    const challenge = name === "digest" ? challengeOf(fields) : undefined;
    return challenge ? [challenge] : [];
  });
  return challenges.find(({ algorithm }) => algorithm === "SHA-256") ?? challenges[0];
}

function challengeOf(fields: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const [realm, nonce, named, qop] = ["realm", "nonce", "algorithm", "qop"].map((name) => fields.get(name));
  const algorithm = named?.toUpperCase() ?? "MD5";
  if (realm === undefined || nonce === undefined) return undefined;
  if (algorithm !== "MD5" && algorithm !== "SHA-256") return undefined;
  const qualities = qop?.split(",").map((each) => each.trim().toLowerCase());
  if (qualities && !qualities.includes("auth")) return undefined;
  return {
    realm,
    nonce,
    algorithm,
    named: named !== undefined,
    qop: qualities !== undefined,
    opaque: fields.get("opaque"),
    stale: fields.get("stale")?.toLowerCase() === "true",
  };
}

/**
 * The `Authorization` header that answers a fresh challenge (RFC 7616, 3.4; RFC 2069 where the server
 * names no quality). Each nonce is answered once, so its count is always one.
 */
export function answerChallenge(
  challenge: DigestChallenge,
  { user, password, method, uri }: DigestRequest,
  clientNonce = randomBytes(16).toString("hex"),
): string {
  const { realm, nonce, algorithm, named, qop, opaque } = challenge;
  // Headers are bytes, one a character; what the server wrote must go back, and be hashed, as it came.
  const digest = (bytes: string): string =>
    hash(algorithm === "MD5" ? "md5" : "sha256", Buffer.from(bytes, "latin1"), "hex");
  const secret = digest(`${inBytes(user)}:${realm}:${inBytes(password)}`);
  const request = digest(`${method}:${uri}`);
  const middle = qop ? `${nonce}:${ONCE}:${clientNonce}:auth` : nonce;
  const fields = [
    `username=${quote(inBytes(user))}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${digest(`${secret}:${middle}:${request}`)}"`,
  ];
  if (named) fields.push(`algorithm=${algorithm}`);
  if (qop) fields.push("qop=auth", `nc=${ONCE}`, `cnonce=${quote(clientNonce)}`);
  if (opaque !== undefined) fields.push(`opaque=${quote(opaque)}`);
  return `Digest ${fields.join(", ")}`;
}

/** Text in UTF-8, one byte a character. */
function inBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
