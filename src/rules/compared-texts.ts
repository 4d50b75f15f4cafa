import type { ASTNode } from "@marcbachmann/cel-js";

/** A field of a variable. */
export type Field = readonly [variable: string, field: string];

/** The texts an expression such as `event.code == '…'` or `event.code in ['…']` asks for in a field. */
export function comparedTexts(ast: ASTNode, field: Field): ReadonlySet<string> | undefined {
  if (ast.op !== "==" && ast.op !== "!=" && ast.op !== "in") return undefined;
  const [left, right] = ast.args;
  if (isField(left, field)) {
    if (ast.op !== "in") return literals([right]);
    return right.op === "list" ? literals(right.args) : undefined;
  }
  return ast.op !== "in" && isField(right, field) ? literals([left]) : undefined;
}

/** True for the field itself, `event.code`. */
export function isField(ast: ASTNode, [variable, field]: Field): boolean {
  return ast.op === "." && ast.args[1] === field && ast.args[0].op === "id" && ast.args[0].args === variable;
}

function literals(nodes: readonly ASTNode[]): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  for (const node of nodes) {
    if (node.op !== "value" || typeof node.args !== "string") return undefined;
    found.add(node.args);
  }
  return found;
}
