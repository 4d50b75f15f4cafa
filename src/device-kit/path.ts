/** A dotted path, split: `after.data.0` → `["after", "data", "0"]`. A dot inside a key is written `\.`. */
export function splitPath(path: string): readonly string[] {
  return path.split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."));
}

/** What stands at a path of a parsed body; undefined when there is nothing. Only own keys are followed. */
export function readPath(body: unknown, path: readonly string[]): unknown {
  let here = body;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[step];
  }
  return here;
}
