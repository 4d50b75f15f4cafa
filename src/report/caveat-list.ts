import type { Caveat } from "../domain/rates.ts";
import { heading } from "./document.ts";
import { type Markup, markup } from "./markup.ts";
import { pagesOf } from "./pages-of.ts";
import { shortened } from "./shortened.ts";
import type { Texts } from "./texts.ts";

/** A caveat, and what it was said of when that is not the whole bulletin. */
export interface SaidOf {
  readonly caveat: Caveat;
  readonly of?: string;
}

/** Caveats of a page, so that the longest sentences still leave room for what follows. */
const CAVEATS_A_PAGE = 14;
const LONGEST_NAME = 40;

/** Pages with every caveat once and its sentence; what is said of several estates shows the first of them. */
export function caveatPages(said: readonly SaidOf[], words: Texts): readonly (readonly Markup[])[] {
  const { column, section, severity } = words;
  const rows = distinct(said).map(({ said: { caveat, of }, more }) => {
    const sentence = words.lang === "en" ? caveat.en : caveat.zh;
    const others = more > 0 ? ` (+${more})` : "";
    const whose = of === undefined ? "" : `${shortened(of, LONGEST_NAME)}${others}: `;
    return markup`<tr><th scope="row">${caveat.code}</th><td class="weight">${severity[caveat.severity]}</td><td class="words">${whose}${sentence}</td></tr>\n`;
  });
  const limits = words.limits.map((sentence) => markup`<li>${sentence}</li>`);
  const parts = pagesOf(rows, CAVEATS_A_PAGE).map((part) => [
    heading(section.caveats),
    markup`<table><caption>${section.caveats}</caption><thead><tr><th scope="col">${column.code}</th><th scope="col" class="weight">${column.weight}</th><th scope="col" class="words">${column.sentence}</th></tr></thead><tbody>
${part}</tbody></table>`,
  ]);
  const last = parts.at(-1) ?? [];
  return [...parts.slice(0, -1), [...last, heading(section.limits), markup`<ul>${limits}</ul>`]];
}

/** What is said of the whole need not be said of an estate again; what is said of many estates is told once. */
function distinct(said: readonly SaidOf[]): readonly { readonly said: SaidOf; readonly more: number }[] {
  const sentence = ({ caveat }: SaidOf): string => `${caveat.code} ${caveat.zh}`;
  const general = new Set(said.filter(({ of }) => of === undefined).map(sentence));
  const once = said.filter((each) => each.of === undefined || !general.has(sentence(each)));
  const groups = Map.groupBy(once, (each) => (each.of === undefined ? sentence(each) : each.caveat.code));
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first ? [{ said: first, more: rest.length }] : [],
  );
}
