import { cleanText } from "../domain/clean-text.ts";
import { ZhianError } from "../errors.ts";

/** Longest note of a person on an incident, in characters. */
export const NOTE_LIMIT = 1_000;

/**
 * A person's note without control characters and outer blanks; undefined when nothing is left.
 * Throws ZhianError VALIDATION when it is too long: a note cut short could say the opposite.
 */
export function cleanNote(note: string | undefined): string | undefined {
  if (note === undefined) return undefined;
  const clean = cleanText(note);
  if (clean.length > NOTE_LIMIT) {
    throw new ZhianError("VALIDATION", "The note is too long.", {
      faults: [{ field: "note", reason: `It has ${clean.length} characters; ${NOTE_LIMIT} are allowed.` }],
    });
  }
  return clean === "" ? undefined : clean;
}
