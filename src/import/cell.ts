/** A cell's text, or why it cannot be one. */
export type CellText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** Control characters, lone surrogates, and U+FFFD, which stands for bytes that were lost. */
// oxlint-disable-next-line no-control-regex -- naming them is the purpose
const UNREADABLE = /[\u0000-\u001f\u007f-\u009f\ufffd\ud800-\udfff]/u;
/** What a spreadsheet would run when it opens a later export. */
const FORMULA = /^[=+@-]/;
/** A long number that a spreadsheet has rounded, for example 3.30106E+17. */
const ROUNDED = /^\d(?:\.\d+)?e\+\d+$/i;

/**
 * Reads a cell as a short text. `="0012"`, which exports use to keep leading zeros, is 0012; any other
 * text that looks like a formula is refused, so that it cannot run in a spreadsheet made from our data.
 */
export function readText(cell: string, longest: number): CellText {
  const trimmed = cell.trim();
  const text = (/^="([^"]*)"$/.exec(trimmed)?.[1] ?? trimmed).normalize("NFKC").trim();
  if (text === "") return { ok: false, reason: "is empty" };
  if (text.length > longest) return { ok: false, reason: `is longer than ${longest} characters` };
  if (UNREADABLE.test(text)) return { ok: false, reason: "holds characters that cannot be shown" };
  if (FORMULA.test(text)) return { ok: false, reason: `looks like a spreadsheet formula: ${shown(text)}` };
  if (ROUNDED.test(text)) {
    return {
      ok: false,
      reason: `was rounded by a spreadsheet (${text}); format the column as text and export again`,
    };
  }
  return { ok: true, text };
}

/** A value for a sentence: quoted and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
