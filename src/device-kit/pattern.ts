/** The named parts of a topic, or of the keys of its prefix. */
export type Captures = Readonly<Record<string, string>>;

/** Matches the part of a path below a profile's prefix; undefined when it does not fit. */
export type PathMatcher = (segments: readonly string[]) => Captures | undefined;

const NONE: Captures = Object.freeze({});
const CAPTURE = /^\{(\w+)(\.\.\.)?\}$/;

type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "one" | "many"; readonly name: string };

/**
 * Compiles a topic pattern: segments joined by `/`, where `{name}` takes one segment and `{name...}` one
 * or more (at most once in a pattern). An empty segment is never taken; a pattern may begin with `/` where
 * a vendor's topics do, and an empty pattern is the prefix alone. Throws on a malformed pattern, which is
 * a fault of the profile.
 */
export function compilePattern(pattern: string): PathMatcher {
  if (pattern === "") return (segments) => (segments.length === 0 ? NONE : undefined);
  const parts = pattern.split("/").map((text, at): Part => {
    const capture = CAPTURE.exec(text);
    if (capture) return { kind: capture[2] ? "many" : "one", name: capture[1] ?? "" };
    if ((text === "" && at > 0) || /[{}]/.test(text))
      throw new Error(`pattern "${pattern}": "${text}" is no segment`);
    return { kind: "literal", text };
  });
  const many = parts.findIndex((part) => part.kind === "many");
  if (many !== parts.findLastIndex((part) => part.kind === "many")) {
    throw new Error(`pattern "${pattern}" has two captures of several segments`);
  }
  const captures = parts.some((part) => part.kind !== "literal");

  return (segments) => {
    const spare = segments.length - parts.length;
    if (many < 0 ? spare !== 0 : spare < 0) return undefined;
    let found: Record<string, string> | undefined;
    let at = 0;
    for (const part of parts) {
      const taken = part.kind === "many" ? segments.slice(at, (at += spare + 1)).join("/") : segments[at++];
      if (part.kind === "literal") {
        if (taken !== part.text) return undefined;
      } else {
        if (taken === undefined || taken === "") return undefined;
        found ??= {};
        found[part.name] = taken;
      }
    }
    return captures ? (found ?? NONE) : NONE;
  };
}
