import { Environment, EvaluationError, serialize, type ASTNode } from "@marcbachmann/cel-js";
import { comparedTexts, type Field } from "./compared-texts.ts";
import { whyCostly } from "./costly.ts";
import { splitCondition } from "./split-condition.ts";
import { DeviceView, EstateView, EventView, LocalView, type Scene } from "./scene.ts";
import { whyUnknown } from "./unknown-words.ts";

/** A CEL expression over `event`, `device`, `estate` and `local`, parsed once. */
export interface Condition {
  /** The expression in its normal form. */
  readonly text: string;
  /** The only event codes for which it can be true. */
  readonly codes: ReadonlySet<string>;
  /** True or false for the event in the scene. Throws when the expression fails on this event. */
  readonly holds: (scene: Scene) => boolean;
}

/** An expression that reads something of an event. */
export interface ValueExpression {
  /** The expression in its normal form. */
  readonly text: string;
  /** A text, number or truth; undefined when a field it names is missing. Throws when it fails on this event. */
  readonly of: (scene: Scene) => string | number | boolean | undefined;
}

/** What CEL may call the type of something that gives a value. */
const VALUE_TYPES = new Set(["string", "int", "uint", "double", "bool", "dyn"]);

/** What went wrong with an expression, as a sentence. */
interface ConditionRefused {
  readonly refused: string;
}

/** Compiles conditions. */
export interface ConditionCompiler {
  /** Compiles an expression, or says in a sentence why it cannot stand. */
  compile(text: string): Condition | ConditionRefused;
  /** Compiles an expression that gives a value, or says in a sentence why it cannot stand. */
  compileValue(text: string): ValueExpression | ConditionRefused;
}

/** Makes a compiler; the environment behind it is expensive, so make one for all rules of a load. */
export function createConditionCompiler(): ConditionCompiler {
  const environment = new Environment({ limits: { maxAstNodes: 500, maxDepth: 40, maxListElements: 200 } })
    .registerType("Event", {
      ctor: EventView,
      fields: {
        code: "string",
        phase: "string",
        transition: "string",
        estate: "string",
        device: "string",
        point: "string",
        value: "dyn",
        attributes: "map<string, dyn>",
        flags: "list<string>",
      },
    })
    .registerType("Device", { ctor: DeviceView, fields: { kind: "string", placeId: "string" } })
    .registerType("Estate", { ctor: EstateView, fields: { mode: "string" } })
    .registerType("Local", { ctor: LocalView, fields: { hour: "int", weekday: "int" } })
    .registerVariable("event", "Event")
    .registerVariable("device", "Device")
    .registerVariable("estate", "Estate")
    .registerVariable("local", "Local");

  function unreadable(what: string, { error }: ReturnType<typeof environment.check>): ConditionRefused {
    const at = error?.range === undefined ? "" : ` at character ${error.range.start + 1}`;
    return { refused: `The ${what} cannot be read${at}: ${error?.summary ?? "unknown error"}.` };
  }

  function compileValue(text: string): ValueExpression | ConditionRefused {
    const checked = environment.check(text);
    if (!checked.valid) return unreadable("expression", checked);
    const { type = "dyn" } = checked;
    if (!VALUE_TYPES.has(type)) {
      return { refused: `A value must be a text, a number or a truth, this one is a ${type}.` };
    }
    const run = environment.parse(text);
    const costly = whyCostly(run.ast);
    if (costly !== undefined) return { refused: costly };
    return {
      text: serialize(run.ast),
      of(scene) {
        let value: unknown;
        try {
          value = run(scene);
        } catch (error) {
          if (error instanceof EvaluationError && error.code === "no_such_key") return undefined;
          throw error;
        }
        if (typeof value === "bigint") return Number(value);
        return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
          ? value
          : undefined;
      },
    };
  }

  function compile(text: string): Condition | ConditionRefused {
    const checked = environment.check(text);
    if (!checked.valid) return unreadable("condition", checked);
    if (checked.type !== "bool") {
      return { refused: `A condition must be true or false, this one is a ${checked.type ?? "dyn"}.` };
    }
    const { ast } = environment.parse(text);
    const costly = whyCostly(ast);
    if (costly !== undefined) return { refused: costly };
    const unknown = whyUnknown(ast);
    if (unknown !== undefined) return { refused: unknown };
    const codes = codesOf(ast);
    if (codes === undefined || codes.size === 0) {
      return {
        refused: "The condition must say for which codes it is: event.code == '…' or event.code in ['…'].",
      };
    }
    const { quick, rest } = splitCondition(ast);
    if (rest === undefined) return { text: serialize(ast), codes, holds: quick };
    const run = environment.parse(rest);
    return { text: serialize(ast), codes, holds: (scene) => quick(scene) && run(scene) === true };
  }

  return { compile, compileValue };
}

const CODE: Field = ["event", "code"];

/**
 * Event codes for which the expression can be true; undefined: any. It needs to be no closer than
 * that: it only decides for which events the expression is evaluated.
 */
function codesOf(ast: ASTNode): ReadonlySet<string> | undefined {
  if (ast.op === "==" || ast.op === "in") return comparedTexts(ast, CODE);
  if (ast.op !== "&&" && ast.op !== "||") return undefined;
  const [left, right] = [codesOf(ast.args[0]), codesOf(ast.args[1])];
  if (ast.op === "&&") return left && right ? left.intersection(right) : (left ?? right);
  return left && right ? left.union(right) : undefined;
}
