import { createHmac, createSecretKey } from "node:crypto";

const DIGITS = 16;
const SPACING = /[\s·•-]/gu;

/**
 * Makes the keyed hash that replaces personal data: 16 hexadecimal digits of HMAC-SHA256. Spacing, width
 * and case are levelled first, so that one card or plate written in two ways stays one. Without the key it
 * can neither be turned back nor be found by trying all plates.
 */
export function createPseudonym(key: Uint8Array): (personal: string) => string {
  const secret = createSecretKey(key);
  return (personal) => {
    const level = personal.normalize("NFKC").replaceAll(SPACING, "").toUpperCase();
    return createHmac("sha256", secret).update(level).digest("hex").slice(0, DIGITS);
  };
}
