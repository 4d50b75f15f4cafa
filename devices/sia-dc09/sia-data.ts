/** One event of a SIA data block, as written. */
export interface SiaEvent {
  readonly letters: string;
  /** Zone, user, area…: what it counts depends on the letters. */
  readonly number?: string;
  /** `ri`: the area, called partition by others. */
  readonly area?: string;
  /** `id`: the user. */
  readonly user?: string;
  /** `pi`: the keypad, expander or other part the event came through. */
  readonly peripheral?: string;
  /** `ti`: the panel's own wall clock, without a date. */
  readonly panelTime?: string;
}

/** What the data of a `SIA-DCS` message say. */
export interface SiaData {
  readonly events: readonly SiaEvent[];
  /** The panel sends from its store what happened before (block `O`). */
  readonly old: boolean;
  /** There is a block of plain text, which is not read. */
  readonly text: boolean;
}

/** Free text: between carets, or quoted with the `NM` that ends a name. Never closed, it runs to the end. */
const FREE_TEXT = /\^[^^]*(?:\^|$)|\*?"[^"]*(?:"(?:NM)?|$)|\*?'[^']*(?:'(?:NM)?|$)/g;
/** New or old events. A panel may leave out the letter; `NA01` is then the code NA. */
const BLOCK = /^\s*(?:([NO])(?=[a-z]|[A-Z]{2}|\s|$))?\s*(.*)$/s;
const MODIFIER = /^\s*([a-z]{2})\s*([\d:.,-]*)/;
const CODE = /^\s*([A-Z]{2})(?:\s*(\d{1,10})|(?![A-Za-z]))/;

type Modifiers = { area?: string; user?: string; peripheral?: string; panelTime?: string };

const MEANING: Readonly<Record<string, keyof Modifiers>> = {
  ri: "area",
  id: "user",
  pi: "peripheral",
  ti: "panelTime",
};

/**
 * Reads blocks such as `Nri1/CL501` or `Nti10:15/ri4/FA2/FA3|AText`. Modifiers hold for the events behind
 * them; whatever else stands there is text that may name people, and is left out.
 */
export function readSiaData(data: string): SiaData {
  const events: SiaEvent[] = [];
  let old = false;
  let text = false;
  for (const block of data.replaceAll(FREE_TEXT, "").split("|")) {
    if (block.startsWith("A")) {
      text = true;
      continue;
    }
    const [, letter, rest = ""] = BLOCK.exec(block) ?? [];
    old ||= letter === "O";
    readBlock(rest, events);
  }
  return { events, old, text };
}

function readBlock(block: string, events: SiaEvent[]): void {
  const modifiers: Modifiers = {};
  for (const segment of block.split("/")) {
    let rest = segment;
    for (let match = MODIFIER.exec(rest); match; match = MODIFIER.exec(rest)) {
      const [all, name = "", value = ""] = match;
      const meaning = Object.hasOwn(MEANING, name) ? MEANING[name] : undefined;
      if (meaning !== undefined && value !== "") modifiers[meaning] = value;
      rest = rest.slice(all.length);
    }
    const [, letters, number] = CODE.exec(rest) ?? [];
    if (letters !== undefined) events.push({ letters, ...(number && { number }), ...modifiers });
  }
}
