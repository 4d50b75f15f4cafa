import type { ASTNode } from "@marcbachmann/cel-js";
import type { DeviceKind } from "../domain/estate.ts";
import { ESTATE_MODES } from "../domain/estate-mode.ts";
import type { Phase, Transition } from "../domain/event.ts";
import { TAXONOMY } from "../domain/taxonomy.ts";
import { comparedTexts, type Field } from "./compared-texts.ts";

const PHASES: Readonly<Record<Phase, true>> = {
  raise: true,
  clear: true,
  pulse: true,
  state: true,
  heartbeat: true,
};
const TRANSITIONS: Readonly<Record<Transition, true>> = { edge: true, initial: true, repeat: true };
const KINDS: Readonly<Record<DeviceKind, true>> = {
  gate: true,
  camera: true,
  sensor: true,
  panel: true,
  gateway: true,
  other: true,
};

/** A field that has one of few words, and what to call it and them. */
interface Vocabulary {
  readonly field: Field;
  readonly of: string;
  readonly word: string;
  readonly words: readonly string[];
}

const VOCABULARIES: readonly Vocabulary[] = [
  { field: ["estate", "mode"], of: "An estate", word: "mode", words: ESTATE_MODES },
  { field: ["event", "phase"], of: "A phase", word: "phase", words: Object.keys(PHASES) },
  { field: ["event", "transition"], of: "A transition", word: "transition", words: Object.keys(TRANSITIONS) },
  { field: ["device", "kind"], of: "A kind", word: "kind", words: Object.keys(KINDS) },
];

/**
 * What an expression asks for that no event has, as a sentence; undefined when there is nothing. A
 * misspelt word would make a condition that never holds, and an alarm that never comes.
 */
export function whyUnknown(ast: ASTNode): string | undefined {
  const codes = named(ast, ["event", "code"]).filter((code) => !Object.hasOwn(TAXONOMY, code));
  if (codes.length > 0) return `The taxonomy has no code ${quoted(codes)}.`;
  for (const { field, of, word, words } of VOCABULARIES) {
    const others = named(ast, field).filter((each) => !words.includes(each));
    if (others.length > 0) return `${of} is ${words.join(", ")}; there is no ${word} ${quoted(others)}.`;
  }
  return undefined;
}

/** Every text the expression compares a field with. */
function named(ast: ASTNode, field: Field): string[] {
  if (ast.op === "==" || ast.op === "!=" || ast.op === "in") return [...(comparedTexts(ast, field) ?? [])];
  if (ast.op === "&&" || ast.op === "||" || ast.op === "?:")
    return ast.args.flatMap((part: ASTNode) => named(part, field));
  return ast.op === "!_" ? named(ast.args, field) : [];
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(", ");
}
