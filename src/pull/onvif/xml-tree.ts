import { SaxesParser } from "saxes";

/** An element of a SOAP message, with its namespace resolved. */
export interface XmlElement {
  readonly uri: string;
  readonly local: string;
  readonly attributes: readonly { readonly uri: string; readonly local: string; readonly value: string }[];
  readonly children: readonly XmlElement[];
  /** The text directly in it, trimmed. */
  readonly text: string;
}

interface Growing extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

const DEPTH = 64;

/** Reads a message; undefined when it is not well-formed, has a document type or nests too deeply. */
export function readXml(message: Buffer): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const top: Growing = { uri: "", local: "", attributes: [], children: [], text: "" };
  const open: Growing[] = [top];
  let sound = true;
  const refuse = (): void => {
    sound = false;
  };
  parser.on("error", refuse);
  parser.on("doctype", refuse);
  parser.on("opentag", ({ uri, local, attributes }) => {
    if (open.length > DEPTH) refuse();
    const element: Growing = {
      uri,
      local,
      attributes: Object.values(attributes)
        .filter(({ prefix, name }) => prefix !== "xmlns" && name !== "xmlns")
        .map((each) => ({ uri: each.uri, local: each.local, value: each.value })),
      children: [],
      text: "",
    };
    if (sound) open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element) element.text = element.text.trim();
  });
  const text = message
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  parser.write(text).close();
  return sound ? top.children[0] : undefined;
}

/** The element that `path` of local names leads to from a parent, the first at each step. */
export function at(parent: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let element = parent;
  for (const name of path) element = element?.children.find(({ local }) => local === name);
  return element;
}

/** Every element of a local name below a parent, at any depth. */
export function all(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.flatMap((child) => [...(child.local === name ? [child] : []), ...all(child, name)]);
}

/** An element as text again, each level with its own namespace; `extra` goes into its first tag. */
export function writeXml(element: XmlElement, extra = ""): string {
  const { uri, local, attributes, children, text } = element;
  const others = attributes.map((each, index) =>
    each.uri === ""
      ? ` ${each.local}="${escapeXml(each.value)}"`
      : ` xmlns:n${index}="${escapeXml(each.uri)}" n${index}:${each.local}="${escapeXml(each.value)}"`,
  );
  const inside = escapeXml(text) + children.map((child) => writeXml(child)).join("");
  return `<${local} xmlns="${escapeXml(uri)}"${others.join("")}${extra}>${inside}</${local}>`;
}

/** Text as it may stand between tags and in quoted attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
