import type { ASTNode } from "@marcbachmann/cel-js";
import { comparedTexts, isField, type Field } from "./compared-texts.ts";
import type { Scene } from "./scene.ts";

/** Tells without CEL whether a condition holds. Cannot fail. */
export type Plain = (scene: Scene) => boolean;

type Read = (scene: Scene) => string;

/** Fields that every event has, if only as an empty text. */
const FIELDS: readonly (readonly [Field, Read])[] = [
  [["event", "code"], ({ event }) => event.code],
  [["event", "phase"], ({ event }) => event.phase],
  [["event", "transition"], ({ event }) => event.transition],
  [["event", "point"], ({ event }) => event.point],
  [["device", "kind"], ({ device }) => device.kind],
  [["device", "placeId"], ({ device }) => device.placeId],
];

/**
 * A condition that only compares such fields with given texts, as a function: it takes a fraction of the time
 * that CEL needs. Undefined for all others.
 */
export function plainCondition(ast: ASTNode): Plain | undefined {
  if (ast.op === "&&" || ast.op === "||") {
    const [left, right] = ast.args.map((part: ASTNode) => plainCondition(part));
    if (!left || !right) return undefined;
    return ast.op === "&&" ? (scene) => left(scene) && right(scene) : (scene) => left(scene) || right(scene);
  }
  if (ast.op === "!_") {
    const part = plainCondition(ast.args);
    return part && ((scene) => !part(scene));
  }
  for (const [field, read] of FIELDS) {
    const texts = comparedTexts(ast, field);
    if (texts && ast.op === "!=") return (scene) => !texts.has(read(scene));
    if (texts) return (scene) => texts.has(read(scene));
    const beginning = beginningOf(ast, field);
    if (beginning !== undefined) return (scene) => read(scene).startsWith(beginning);
  }
  return undefined;
}

/** The text in `device.placeId.startsWith('…')`. */
function beginningOf(ast: ASTNode, field: Field): string | undefined {
  if (ast.op !== "rcall") return undefined;
  const [method, subject, [beginning, ...more]] = ast.args;
  if (method !== "startsWith" || !isField(subject, field) || !beginning || more.length > 0) return undefined;
  return beginning.op === "value" && typeof beginning.args === "string" ? beginning.args : undefined;
}
