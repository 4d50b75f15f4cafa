import { ZhianError } from "../errors.ts";

/** Longest note of a person on an incident, in characters. */
export const NOTE_LIMIT = 1_000;

/** Control characters except line feed, and marks that reorder the text around them. */
// oxlint-disable-next-line no-control-regex -- naming them is the purpose
const UNWANTED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A person's note without control characters and outer blanks; undefined when nothing is left.
 * Throws ZhianError VALIDATION when it is too long: a note cut short could say the opposite.
 */
export function cleanNote(note: string | undefined): string | undefined {
  if (note === undefined) return undefined;
  const clean = note.toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(UNWANTED, " ").trim();
  if (clean.length > NOTE_LIMIT) {
    throw new ZhianError("VALIDATION", "The note is too long.", {
      faults: [{ field: "note", reason: `It has ${clean.length} characters; ${NOTE_LIMIT} are allowed.` }],
    });
  }
  return clean === "" ? undefined : clean;
}
