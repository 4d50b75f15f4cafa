import type { Simulation } from "../domain/rates.ts";
import { type Markup, markup } from "./markup.ts";
import { CONTENT_POLICY, STYLE } from "./style.ts";
import type { Texts } from "./texts.ts";

/** What stands on every page. */
export interface Head {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly simulated: Simulation;
}

/** A whole document of A4 pages. */
export function document(head: Head, pages: readonly (readonly Markup[])[], words: Texts): string {
  const sections = pages.map((content, index) => page(head, content, index + 1, pages.length, words));
  return markup`<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<meta name="viewport" content="width=device-width">
<title>${head.title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${sections}
</body>
</html>
`.markup;
}

function page(head: Head, content: readonly Markup[], number: number, of: number, words: Texts): Markup {
  const facts = head.facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  const title = number === 1 ? markup`<h1>${head.title}</h1>` : markup`<p><strong>${head.title}</strong></p>`;
  return markup`<section class="page">
<header>${title}<dl class="facts">${facts}</dl>${banner(head.simulated, words)}</header>
<main>${content}</main>
<footer><span>${words.head.notSaid}</span><span>${words.head.page(number, of)}</span></footer>
</section>
`;
}

function banner(simulated: Simulation, { head }: Texts): Markup {
  if (simulated === "none") return markup``;
  return markup`<p class="banner">${simulated === "all" ? head.simulated : head.mixed}</p>`;
}

/** A table with a caption; cells are texts or markup, the first of each row is its head. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | Markup)[])[],
): Markup {
  const heads = columns.map((column) => markup`<th scope="col">${column}</th>`);
  const lines = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => markup`<td>${cell}</td>`);
    return markup`<tr><th scope="row">${first}</th>${cells}</tr>\n`;
  });
  return markup`<table><caption>${caption}</caption><thead><tr>${heads}</tr></thead><tbody>
${lines}</tbody></table>`;
}

/** A heading of a part. */
export const heading = (text: string): Markup => markup`<h2>${text}</h2>`;
