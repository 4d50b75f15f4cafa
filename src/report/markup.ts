/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Content = string | number | Markup | readonly Markup[];

/** Markup with values in it: texts are escaped, markup is taken as it is. Attributes must stand in double quotes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const inserted = values.map(textOf);
  return { markup: parts.map((part, i) => part + (inserted[i] ?? "")).join("") };
}

function textOf(value: Content): string {
  if (typeof value === "object") {
    return "markup" in value ? value.markup : value.map((each) => each.markup).join("");
  }
  return escaped(String(value));
}

/** Text for an element or a quoted attribute. Characters that no document may hold are replaced. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, "\u{fffd}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
