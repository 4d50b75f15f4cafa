import { randomBytes, scrypt as scryptCallback, timingSafeEqual, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";

const scrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scryptCallback);

/**
 * 8 MiB and about 20 ms. Secrets are 192 random bits that the hub itself made, so there is nothing to
 * guess; more cost would only slow two thousand gateways that reconnect after a restart.
 */
const COST = { N: 1 << 13, r: 8, p: 1 } as const;
const KEY_BYTES = 32;

/** A fresh secret of 192 random bits, in characters that survive any configuration file. */
export function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

/** The stored form of a secret: `scrypt$N$r$p$salt$key`, base64url. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await scrypt(secret, salt, KEY_BYTES, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** True when `secret` is the one `stored` was made from. False for any other input, malformed ones included. */
export async function secretMatches(secret: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt = "", key = ""] = stored.split("$");
  if (scheme !== "scrypt") return false;
  const expected = Buffer.from(key, "base64url");
  if (expected.length !== KEY_BYTES) return false;
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await scrypt(secret, Buffer.from(salt, "base64url"), KEY_BYTES, options);
  return timingSafeEqual(actual, expected);
}
