/** Control characters except line feed, and marks that reorder the text around them. */
// oxlint-disable-next-line no-control-regex -- naming them is the purpose
const UNWANTED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** What a person wrote, without control characters and outer blanks; empty when nothing is left. */
export function cleanText(written: string): string {
  return written.toWellFormed().replaceAll(/\r\n?/g, "\n").replaceAll(UNWANTED, " ").trim();
}
