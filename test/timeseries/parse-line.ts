/** A point as a line says it; integers keep their `i`. */
export interface ParsedLine {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly time: bigint;
}

/** Reads one line as InfluxDB does: a backslash escapes what follows only where that has a meaning. */
export function parseLine(line: string): ParsedLine {
  const [head, rest] = cut(line, " ");
  const [body, time] = cut(rest, " ", true);
  const [measurement = "", ...pairs] = split(head, ",");
  const tags = pairs.map((pair) => {
    const [name, value] = cut(pair, "=");
    return [unescaped(name), unescaped(value)];
  });
  const fields = split(body, ",", true).map((pair) => {
    const [name, value] = cut(pair, "=");
    return [name, valueOf(value)];
  });
  return {
    measurement,
    tags: Object.fromEntries(tags),
    fields: Object.fromEntries(fields),
    time: BigInt(time),
  };
}

function valueOf(text: string): unknown {
  if (text.startsWith('"')) return text.slice(1, -1).replaceAll(/\\(["\\])/g, "$1");
  if (text === "true" || text === "false") return text === "true";
  return text.endsWith("i") ? text : Number(text);
}

const unescaped = (text: string): string => text.replaceAll(/\\([,= ])/g, "$1");

/** Where `mark` stands first, neither escaped nor, with `quotes`, between quotation marks. */
function find(text: string, mark: string, quotes: boolean): number {
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (quotes && text[at] === '"') inside = !inside;
    else if (!inside && text[at] === mark) return at;
  }
  return -1;
}

function cut(text: string, mark: string, quotes = false): [string, string] {
  const at = find(text, mark, quotes);
  if (at < 0) throw new Error(`no ${JSON.stringify(mark)} in ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function split(text: string, mark: string, quotes = false): string[] {
  const at = find(text, mark, quotes);
  return at < 0 ? [text] : [text.slice(0, at), ...split(text.slice(at + 1), mark, quotes)];
}
