import { createRequire } from "node:module";
import { LIMITS } from "./limits.ts";

/** Loaded with the first XML message: three megabytes that a hub without such devices does without. */
const load = createRequire(import.meta.url);

/** Thrown for text that is no XML, or more of it than a device has reason to send. Never quotes the text. */
export class XmlFault extends Error {}

type Element = Record<string, unknown>;

const DECLARED = /^<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w-]{1,20})["']/;
const GB = /^gb(?:2312|k|18030)$/i;

/**
 * Reads the root element. An element with children or attributes becomes an object (attributes as `@name`,
 * text beside them as `#text`), any other its trimmed text; what comes several times becomes a list, and
 * so does each element of `lists`. Namespace prefixes are dropped. Document types are refused, so no
 * entity but the five of XML can stand in it.
 */
export function parseXml(payload: Uint8Array, lists: ReadonlySet<string>): unknown {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const encoding = DECLARED.exec(bytes.toString("latin1", 0, 300).trimStart())?.[1] ?? "utf-8";
  const source = GB.test(encoding) ? new TextDecoder("gb18030").decode(bytes) : bytes.toString("utf8");
  const { SaxesParser } = load("saxes") as typeof import("saxes");
  const parser = new SaxesParser({ xmlns: false, position: false, fragment: false });
  const top: Element = {};
  const open: Element[] = [top];
  const texts: string[] = [""];
  let rootName: string | undefined;
  let members = 0;
  const countMember = (): void => {
    if (++members > LIMITS.xmlMembers) {
      throw new XmlFault(`more than ${LIMITS.xmlMembers} elements and attributes`);
    }
  };

  parser.on("doctype", () => {
    throw new XmlFault("a document type is not read");
  });
  parser.on("error", () => {
    throw new XmlFault("not valid XML");
  });
  parser.on("opentagstart", ({ name }) => {
    if (open.length > LIMITS.depth) throw new XmlFault(`nested deeper than ${LIMITS.depth} levels`);
    countMember();
    rootName ??= local(name);
    open.push({});
    texts.push("");
  });
  // One by one: the object that holds them all is slow to list.
  parser.on("attribute", ({ name, value }) => {
    countMember();
    put(open.at(-1) ?? top, `@${local(name)}`, value);
  });
  const addText = (text: string): void => {
    texts[texts.length - 1] += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", ({ name }) => {
    const element = open.pop() ?? {};
    const text = (texts.pop() ?? "").trim();
    let value: unknown = element;
    if (isBare(element)) value = text;
    else if (text !== "") put(element, "#text", text);
    const parent = open.at(-1) ?? top;
    add(parent, local(name), value, lists);
  });
  parser.write(source.codePointAt(0) === 0xfeff ? source.slice(1) : source.trimStart()).close();
  if (rootName === undefined) throw new XmlFault("not valid XML");
  const root = top[rootName];
  return Array.isArray(root) ? root[0] : root;
}

function add(parent: Element, name: string, value: unknown, lists: ReadonlySet<string>): void {
  if (!Object.hasOwn(parent, name)) put(parent, name, lists.has(name) ? [value] : value);
  else {
    const there = parent[name];
    if (Array.isArray(there)) there.push(value);
    else put(parent, name, [there, value]);
  }
}

/** Sets a member of any name; plain assignment to `__proto__` would not. */
function put(element: Element, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(element, name, { value, enumerable: true, configurable: true, writable: true });
  } else element[name] = value;
}

function isBare(element: Element): boolean {
  for (const _name in element) return false;
  return true;
}

function local(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}
