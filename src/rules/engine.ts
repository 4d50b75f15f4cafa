import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts, RuleEngine, RuleStateChange, RuleStep, Verdict } from "../ports.ts";
import { readCell, saveCell, type Cell, type Tell } from "./cell.ts";
import { chatterDue } from "./chatter.ts";
import { createScene } from "./scene.ts";
import { forget, forgetDue } from "./confirmation.ts";
import { corroborate, expire } from "./episode.ts";
import { goesOn } from "./explained.ts";
import type { Told } from "./operator.ts";
import { createOutlet } from "./outlet.ts";
import { codesHeardBy, type ConditionFault, type Part, type Rule } from "./rule.ts";
import { createKeyBound, type KeyBound } from "./key-bound.ts";
import { estateOf, subjectKey } from "./subject.ts";
import { createTimers } from "./timers.ts";

/** A rule engine that also says which rules failed on some event. */
export interface RulePack extends RuleEngine {
  /** Conditions that failed, and what was lost at a bound; counted per rule since this engine began. */
  conditionFaults(): readonly ConditionFault[];
}

/** The parts of one rule that can hold for one event code. */
interface Use {
  readonly rule: Rule;
  readonly parts: readonly Part[];
  /** The condition of `confirmedBy`, when that can hold. */
  readonly confirming: readonly Part[];
  readonly followed: Followed;
}

/** The keys of one rule. */
interface Followed {
  readonly rule: Rule;
  readonly cells: Map<string, Cell>;
  /** For keys made of values; places and devices are on file. */
  readonly bound: KeyBound | undefined;
}

/** The part that an event plays when it confirms. */
const CONFIRMS = "confirmedBy";
const NONE: readonly Verdict[] = Object.freeze([]);

/**
 * Folds events into verdicts. Everything it knows is in the cells (one per rule and key), so restoring
 * them continues exactly. An event touches only the rules that name its code.
 */
export function createRuleEngine(
  rules: readonly Rule[],
  /** Told of every step of a rule; the hub itself has none. */
  watch?: (step: RuleStep) => void,
): RulePack {
  const uses = new Map<string, Use[]>();
  const cellsOf = new Map<string, Followed>();
  for (const rule of rules) {
    const bound = typeof rule.subject === "object" ? createKeyBound() : undefined;
    const followed: Followed = { rule, cells: new Map(), bound };
    cellsOf.set(rule.id, followed);
    const confirmedBy = rule.confirmedBy ? [{ role: CONFIRMS, condition: rule.confirmedBy.condition }] : [];
    for (const code of codesHeardBy(rule)) {
      const parts = rule.parts.filter(({ condition }) => condition.codes.has(code));
      const confirming = confirmedBy.filter(({ condition }) => condition.codes.has(code));
      uses.set(code, [...(uses.get(code) ?? []), { rule, parts, confirming, followed }]);
    }
  }

  const scene = createScene();
  const timers = createTimers<Cell>((a, b) =>
    a.rule.id === b.rule.id ? a.key < b.key : a.rule.id < b.rule.id,
  );
  const faults = new Map<string, ConditionFault>();
  let dirty: Cell[] = [];
  /** States that did not fit their rule, to be deleted by the next checkpoint. */
  let forgotten: RuleStateChange[] = [];
  let told: Verdict[] = [];

  const outlet = createOutlet({
    rules: [...cellsOf.values()],
    told: (verdict) => void told.push(verdict),
    change(cell, change) {
      const { dirty: listed } = cell;
      change();
      cell.dirty = true;
      settle(cell, listed);
    },
  });
  const tell: Tell = {
    verdict: (verdict) => outlet.found(verdict),
    lost: (rule, at, reason) => {
      const known = faults.get(rule);
      faults.set(rule, { rule, count: (known?.count ?? 0) + 1, lastAt: at, reason: known?.reason ?? reason });
    },
  };

  function taken(): readonly Verdict[] {
    if (told.length === 0) return NONE;
    const verdicts = told;
    told = [];
    return verdicts;
  }

  /** How the event concerns the rule; undefined when none of its conditions holds. */
  function toldBy(
    rule: Rule,
    parts: readonly Part[],
    event: SecurityEvent,
    device: DeviceFacts,
  ): Told | undefined {
    for (const { role, condition, value } of parts) {
      let failing = condition.text;
      try {
        if (!condition.holds(scene)) continue;
        if (value === undefined) return { role, event, device };
        failing = value.text;
        return { role, event, device, value: value.of(scene) };
      } catch (error) {
        tell.lost(rule.id, event.receivedAt, `The condition '${failing}' failed: ${messageOf(error)}`);
      }
    }
    return undefined;
  }

  /** The key of the event in the scene; undefined when the event does not have what the rule's key asks for. */
  function keyOf(rule: Rule, { event, device }: Told): string | undefined {
    try {
      return subjectKey(rule, event, device, scene);
    } catch (error) {
      tell.lost(rule.id, event.receivedAt, `The value of the key failed: ${messageOf(error)}`);
      return undefined;
    }
  }

  function cellFor({ rule, followed: { cells, bound } }: Use, heard: Told): Cell | undefined {
    const key = keyOf(rule, heard);
    if (key === undefined) return undefined;
    const known = cells.get(key);
    if (known || (heard.role !== CONFIRMS && !rule.operator.wakes(heard))) return known;
    const tooMany = bound?.take(estateOf(key));
    if (tooMany !== undefined) {
      tell.lost(rule.id, heard.event.receivedAt, tooMany);
      return undefined;
    }
    const cell: Cell = {
      rule,
      key,
      memory: rule.operator.start(),
      episode: undefined,
      confirmation: undefined,
      chatter: undefined,
      gatewayId: undefined,
      withheld: undefined,
      dirty: false,
      due: Infinity,
      slot: -1,
    };
    cells.set(key, cell);
    return cell;
  }

  /** Lists the cell for the checkpoint and sets its timer anew. */
  function settle(cell: Cell, listed: boolean): void {
    if (!cell.dirty) return;
    if (!listed) dirty.push(cell);
    timers.set(cell, dueOf(cell));
  }

  function foldInto(use: Use, event: SecurityEvent, device: DeviceFacts): void {
    const { rule, parts, confirming } = use;
    if (!rule.kinds || rule.kinds.has(device.kind)) take(use, toldBy(rule, parts, event, device));
    // What happened once is not confirmed by being told again.
    if (confirming.length === 0 || event.transition !== "edge") return;
    take(use, toldBy(rule, confirming, event, device));
  }

  function take(use: Use, heard: Told | undefined): void {
    const cell = heard && cellFor(use, heard);
    if (!cell) return;
    const listed = cell.dirty;
    const before = told.length;
    const wentOn = goesOn(cell);
    if (use.rule.explainedBy && heard.role !== CONFIRMS && cell.gatewayId !== heard.event.gatewayId) {
      cell.gatewayId = heard.event.gatewayId;
      cell.dirty = true;
    }
    if (heard.role === CONFIRMS) corroborate(cell, heard, tell);
    else use.rule.operator.fold(cell, heard, tell);
    outlet.deliver(cell);
    settle(cell, listed);
    outlet.follow(cell, wentOn, heard.event.receivedAt);
    watch?.(stepOf(cell, heard.event.receivedAt, told.slice(before), heard));
  }

  return {
    restore(states) {
      timers.clear();
      dirty = [];
      forgotten = [];
      told = [];
      outlet.clear();
      for (const { cells, bound } of cellsOf.values()) {
        cells.clear();
        bound?.clear();
      }
      for (const state of states) restoreCell(state);
      for (const { cells } of cellsOf.values())
        for (const cell of cells.values()) {
          outlet.readopt(cell);
          timers.set(cell, dueOf(cell));
        }
    },

    resume(now) {
      for (const { rule, cells } of cellsOf.values()) {
        const { operator } = rule;
        if (!operator.resume) continue;
        for (const cell of cells.values()) {
          const { dirty: listed } = cell;
          operator.resume(cell, now);
          settle(cell, listed);
        }
      }
    },

    advance(now) {
      for (let cell = timers.first(); cell && cell.due <= now; cell = timers.first()) {
        const { due, dirty: listed } = cell;
        const before = told.length;
        const wentOn = goesOn(cell);
        cell.rule.operator.fire(cell, due, tell);
        expire(cell, due, tell);
        forget(cell, due);
        outlet.deliver(cell);
        outlet.tellDue(cell, due);
        cell.dirty = true;
        settle(cell, listed);
        outlet.follow(cell, wentOn, due);
        watch?.(stepOf(cell, due, told.slice(before)));
      }
      return taken();
    },

    fold(event, device) {
      const concerned = uses.get(event.code);
      if (!concerned) return NONE;
      scene.set(event, device);
      for (const use of concerned) foldInto(use, event, device);
      return taken();
    },

    nextDue: () => timers.first()?.due,

    takeChanges() {
      const changes = dirty.map((cell): RuleStateChange => {
        const { rule, key } = cell;
        cell.dirty = false;
        const state = saveCell(cell);
        if (state !== undefined) return { ruleId: rule.id, key, state };
        const followed = cellsOf.get(rule.id);
        followed?.cells.delete(key);
        followed?.bound?.leave(estateOf(key));
        return { ruleId: rule.id, key };
      });
      const all = [...forgotten, ...changes];
      dirty = [];
      forgotten = [];
      return all;
    },

    list: () =>
      rules.map(({ id, version, title, incident, severity, file }) => ({
        id,
        version,
        title,
        incident,
        severity,
        file,
      })),

    conditionFaults: () => [...faults.values()],
  };

  /** States of rules that are not here are left to the caller. */
  function restoreCell({ ruleId, key, state }: RuleStateChange): void {
    const known = cellsOf.get(ruleId);
    if (!known || state === undefined) return;
    const read = readCell(state, known.rule);
    if (!read) {
      forgotten.push({ ruleId, key });
      return tell.lost(ruleId, 0, `The saved state of ${key} does not fit the rule and was forgotten.`);
    }
    const cell: Cell = {
      rule: known.rule,
      key,
      ...read,
      dirty: false,
      due: Infinity,
      slot: -1,
    };
    // What was followed before is not let go, whatever the bound.
    known.bound?.take(estateOf(key));
    known.cells.set(key, cell);
  }
}

function stepOf(cell: Cell, at: EpochMs, verdicts: readonly Verdict[], heard?: Told): RuleStep {
  const { rule, key } = cell;
  const { role, event, value } = heard ?? {};
  const { condition: { text: condition } = { text: "" } } =
    role === CONFIRMS ? (rule.confirmedBy ?? {}) : (rule.parts.find((part) => part.role === role) ?? {});
  return {
    rule: { id: rule.id, version: rule.version },
    key,
    at,
    ...(role !== undefined &&
      event && { heard: { event, role, condition, ...(value !== undefined && { value }) } }),
    standing: rule.operator.standing?.(cell) ?? {},
    verdicts,
  };
}

function dueOf(cell: Cell): EpochMs {
  return Math.min(
    cell.rule.operator.due(cell),
    cell.episode?.timeOutAt ?? Infinity,
    forgetDue(cell),
    chatterDue(cell),
    cell.withheld?.tellAt ?? Infinity,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
}
