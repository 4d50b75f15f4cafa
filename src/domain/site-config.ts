import { canonicalCode } from "./taxonomy.ts";

/** In a table of codes: the vendor's word is no event here. */
const IGNORED_WORD = "ignore";

/** How much one installation may say about one device or binding; it is held in memory for every message. */
export const SITE_LIMITS = Object.freeze({
  /** Members of a table. */
  entries: 500,
  /** Characters of a vendor's word, a point or a part's name. */
  key: 128,
  /** Characters of a dotted path. */
  path: 256,
  /** Characters of the name of an edition. */
  edition: 50,
});

/** What a vendor's word is to mean: the canonical code or `ignore`; undefined for anything else. */
export function siteMeaning(text: string): string | undefined {
  return text === IGNORED_WORD ? IGNORED_WORD : canonicalCode(text);
}
