import type { Profile } from "../ports.ts";
import type { Redaction } from "./spec.ts";

/** A profile that decodes in its own code, because data would be too slow for it, and declares what data would show. */
export interface HandWrittenProfile extends Profile {
  readonly redact: readonly Redaction[];
}
