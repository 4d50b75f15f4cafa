import type { ASTNode } from "@marcbachmann/cel-js";

/** What runs its last part once for each element, or doubles what it is given. */
const LOOPS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter", "bind"]);

/**
 * Why an expression could hold up all others, as a sentence; undefined when it takes no longer than it is
 * long. Regular expressions go back and forth, and loops multiply: with either, one event could stop the
 * judging of every other, and the rule that did it could not even be replaced.
 */
export function whyCostly(ast: ASTNode): string | undefined {
  const calls = callsIn(ast);
  if (calls.some(({ args: [name] }) => name === "matches"))
    return "matches may take for ever on some texts; use contains, startsWith, endsWith or compare with a list.";
  if (calls.some((call) => isLoop(call) && call.args[2].some((part) => callsIn(part).some(isLoop))))
    return "A loop within a loop (all, exists, exists_one, map, filter, bind) may take for ever; one is allowed.";
  return undefined;
}

type Call = Extract<ASTNode, { readonly op: "rcall" }>;

function isLoop({ args: [name] }: Call): boolean {
  return LOOPS.has(name);
}

/** Every `x.name(…)` of an expression. */
function callsIn(part: unknown): readonly Call[] {
  if (Array.isArray(part)) return part.flatMap(callsIn);
  if (!isNode(part)) return [];
  const within = callsIn(part.args);
  return part.op === "rcall" ? [part, ...within] : within;
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === "object" && part !== null && "op" in part && "args" in part;
}
