import { Environment, serialize, type ASTNode } from "@marcbachmann/cel-js";
import type { SecurityEvent } from "../domain/event.ts";
import { TAXONOMY } from "../domain/taxonomy.ts";
import { DEFAULT_ZONE } from "../domain/time.ts";
import type { DeviceFacts } from "../ports.ts";
import { createLocalTime, type LocalTime } from "./local-time.ts";

/** A CEL expression over `event`, `device` and `local`, parsed once. */
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
  /** A text, number or truth; undefined when there is none. Throws when the expression fails on this event. */
  readonly of: (scene: Scene) => string | number | boolean | undefined;
}

/** What went wrong with an expression, as a sentence. */
interface ConditionRefused {
  readonly refused: string;
}

/** The variables of an expression. One scene is filled again for each event. */
export interface Scene {
  readonly event: EventView;
  readonly device: DeviceView;
  readonly local: LocalView;
  set(event: SecurityEvent, device: DeviceFacts): void;
}

/** `event` in an expression: absent fields read as an empty string, or null for the value. */
class EventView {
  current: SecurityEvent | undefined;

  get code(): string {
    return this.current?.code ?? "";
  }
  get phase(): string {
    return this.current?.phase ?? "";
  }
  get transition(): string {
    return this.current?.transition ?? "";
  }
  get point(): string {
    return this.current?.point ?? "";
  }
  get value(): SecurityEvent["attributes"][string] | null {
    return this.current?.value ?? null;
  }
  get attributes(): SecurityEvent["attributes"] {
    return this.current?.attributes ?? {};
  }
  get flags(): SecurityEvent["flags"] {
    return this.current?.flags ?? [];
  }
}

/** `device` in an expression. */
class DeviceView {
  current: DeviceFacts | undefined;

  get kind(): string {
    return this.current?.kind ?? "";
  }
  get placeId(): string {
    return this.current?.placeId ?? "";
  }
}

/** `local` in an expression: the event's time in the estate's zone, computed when it is asked for. */
class LocalView {
  readonly time: LocalTime = createLocalTime();
  at = 0;
  zone: string = DEFAULT_ZONE;

  get hour(): bigint {
    return BigInt(Math.floor(this.time.minuteOfDay(this.at, this.zone) / 60));
  }
  get weekday(): bigint {
    return BigInt(this.time.weekday(this.at, this.zone));
  }
}

/** Makes the scene in which an engine evaluates its conditions. */
export function createScene(): Scene {
  const event = new EventView();
  const device = new DeviceView();
  const local = new LocalView();
  return {
    event,
    device,
    local,
    set(current, facts) {
      event.current = current;
      device.current = facts;
      local.at = current.occurredAt;
      local.zone = facts.zone;
    },
  };
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
        point: "string",
        value: "dyn",
        attributes: "map<string, dyn>",
        flags: "list<string>",
      },
    })
    .registerType("Device", { ctor: DeviceView, fields: { kind: "string", placeId: "string" } })
    .registerType("Local", { ctor: LocalView, fields: { hour: "int", weekday: "int" } })
    .registerVariable("event", "Event")
    .registerVariable("device", "Device")
    .registerVariable("local", "Local");

  function unreadable(what: string, { error }: ReturnType<typeof environment.check>): ConditionRefused {
    const at = error?.range === undefined ? "" : ` at character ${error.range.start + 1}`;
    return { refused: `The ${what} cannot be read${at}: ${error?.summary ?? "unknown error"}.` };
  }

  function compileValue(text: string): ValueExpression | ConditionRefused {
    const checked = environment.check(text);
    if (!checked.valid) return unreadable("expression", checked);
    const run = environment.parse(text);
    return {
      text: serialize(run.ast),
      of(scene) {
        const value: unknown = run(scene);
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
    const unknown = codesNamed(ast).filter((code) => !Object.hasOwn(TAXONOMY, code));
    if (unknown.length > 0) {
      return { refused: `The taxonomy has no code ${unknown.map((code) => `'${code}'`).join(", ")}.` };
    }
    const codes = codesOf(ast);
    if (codes === undefined || codes.size === 0) {
      return {
        refused: "The condition must say for which codes it is: event.code == '…' or event.code in ['…'].",
      };
    }
    const run = environment.parse(text);
    return { text: serialize(ast), codes, holds: (scene) => run(scene) === true };
  }

  return { compile, compileValue };
}

/**
 * Event codes for which the expression can be true; undefined: any. It needs to be no closer than
 * that: it only decides for which events the expression is evaluated.
 */
function codesOf(ast: ASTNode): ReadonlySet<string> | undefined {
  if (ast.op === "==" || ast.op === "in") return namedBy(ast);
  if (ast.op !== "&&" && ast.op !== "||") return undefined;
  const [left, right] = [codesOf(ast.args[0]), codesOf(ast.args[1])];
  if (ast.op === "&&") return left && right ? left.intersection(right) : (left ?? right);
  return left && right ? left.union(right) : undefined;
}

/** Every code the expression compares an event's code with. */
function codesNamed(ast: ASTNode): string[] {
  if (ast.op === "==" || ast.op === "!=" || ast.op === "in") return [...(namedBy(ast) ?? [])];
  if (ast.op === "&&" || ast.op === "||" || ast.op === "?:") return ast.args.flatMap(codesNamed);
  return ast.op === "!_" ? codesNamed(ast.args) : [];
}

function namedBy(ast: ASTNode & { op: "==" | "!=" | "in" }): ReadonlySet<string> | undefined {
  const [left, right] = ast.args;
  if (isEventCode(left)) {
    if (ast.op !== "in") return literals([right]);
    return right.op === "list" ? literals(right.args) : undefined;
  }
  return ast.op !== "in" && isEventCode(right) ? literals([left]) : undefined;
}

function isEventCode(ast: ASTNode): boolean {
  return ast.op === "." && ast.args[1] === "code" && ast.args[0].op === "id" && ast.args[0].args === "event";
}

function literals(nodes: readonly ASTNode[]): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  for (const node of nodes) {
    if (node.op !== "value" || typeof node.args !== "string") return undefined;
    found.add(node.args);
  }
  return found;
}
