import { hash, randomBytes } from "node:crypto";
import type { EpochMs } from "../../domain/time.ts";
import { escapeXml } from "./xml-tree.ts";

const WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss";

/** What proves a password without showing it: Base64(SHA-1(nonce + created + password)), WS-UsernameToken 1.1, 3.1. */
export function passwordDigest(nonce: Uint8Array, created: string, password: string): string {
  return hash("sha1", Buffer.concat([nonce, Buffer.from(created + password, "utf8")]), "base64");
}

/** The security header of one request; `at` is the time by the device's clock, which refuses old ones. */
export function usernameToken(
  user: string,
  password: string,
  at: EpochMs,
  nonce: Uint8Array = randomBytes(16),
): string {
  const created = new Date(Math.floor(at / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
  const digest = passwordDigest(nonce, created, password);
  return (
    `<w:Security xmlns:w="${WSS}-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"><w:UsernameToken>` +
    `<w:Username>${escapeXml(user)}</w:Username>` +
    `<w:Password Type="${WSS}-username-token-profile-1.0#PasswordDigest">${digest}</w:Password>` +
    `<w:Nonce EncodingType="${WSS}-soap-message-security-1.0#Base64Binary">` +
    `${Buffer.from(nonce).toString("base64")}</w:Nonce>` +
    `<u:Created xmlns:u="${WSS}-wssecurity-utility-1.0.xsd">${created}</u:Created>` +
    `</w:UsernameToken></w:Security>`
  );
}
