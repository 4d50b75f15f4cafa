import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts, RuleEngine, RuleStateChange, Verdict } from "../ports.ts";
import { readCell, saveCell, type Cell, type Tell } from "./cell.ts";
import { createScene } from "./condition.ts";
import { expire } from "./episode.ts";
import type { Told } from "./operator.ts";
import type { ConditionFault, Part, Rule } from "./rule.ts";
import { subjectKey } from "./subject.ts";
import { createTimers } from "./timers.ts";

/** A rule engine that also says which rules failed on some event. */
export interface RulePack extends RuleEngine {
  /** Conditions that failed, and what was lost at a bound; counted per rule since start. */
  conditionFaults(): readonly ConditionFault[];
}

/** The parts of one rule that can hold for one event code. */
interface Use {
  readonly rule: Rule;
  readonly parts: readonly Part[];
  readonly cells: Map<string, Cell>;
}

const NONE: readonly Verdict[] = Object.freeze([]);

/**
 * Folds events into verdicts. Everything it knows is in the cells (one per rule and key), so restoring
 * them continues exactly. An event touches only the rules that name its code.
 */
export function createRuleEngine(rules: readonly Rule[]): RulePack {
  const uses = new Map<string, Use[]>();
  const cellsOf = new Map<string, { readonly rule: Rule; readonly cells: Map<string, Cell> }>();
  for (const rule of rules) {
    const cells = new Map<string, Cell>();
    cellsOf.set(rule.id, { rule, cells });
    for (const code of new Set(rule.parts.flatMap(({ condition }) => [...condition.codes]))) {
      const parts = rule.parts.filter(({ condition }) => condition.codes.has(code));
      uses.set(code, [...(uses.get(code) ?? []), { rule, parts, cells }]);
    }
  }

  const scene = createScene();
  const timers = createTimers<Cell>((a, b) =>
    a.rule.id === b.rule.id ? a.key < b.key : a.rule.id < b.rule.id,
  );
  const faults = new Map<string, ConditionFault>();
  let dirty: Cell[] = [];
  let told: Verdict[] = [];

  const tell: Tell = {
    verdict: (verdict) => void told.push(verdict),
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
  function toldBy({ rule, parts }: Use, event: SecurityEvent, device: DeviceFacts): Told | undefined {
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

  function cellFor({ rule, cells }: Use, heard: Told): Cell | undefined {
    const { event, device } = heard;
    const key = subjectKey(rule, event, device);
    const known = cells.get(key);
    if (known || !rule.operator.wakes(heard)) return known;
    const cell: Cell = {
      rule,
      key,
      estateId: event.estateId,
      memory: rule.operator.start(),
      episode: undefined,
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
    if (use.rule.kinds && !use.rule.kinds.has(device.kind)) return;
    const heard = toldBy(use, event, device);
    const cell = heard && cellFor(use, heard);
    if (!cell) return;
    const listed = cell.dirty;
    use.rule.operator.fold(cell, heard, tell);
    settle(cell, listed);
  }

  return {
    restore(states) {
      timers.clear();
      dirty = [];
      told = [];
      for (const { cells } of cellsOf.values()) cells.clear();
      for (const state of states) restoreCell(state);
    },

    advance(now) {
      for (let cell = timers.first(); cell && cell.due <= now; cell = timers.first()) {
        const { due, dirty: listed } = cell;
        cell.rule.operator.fire(cell, due, tell);
        expire(cell, due, tell);
        cell.dirty = true;
        settle(cell, listed);
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
        cellsOf.get(rule.id)?.cells.delete(key);
        return { ruleId: rule.id, key };
      });
      dirty = [];
      return changes;
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

  /** A state of a rule that is not loaded now stays in the store, for when the rule comes back. */
  function restoreCell({ ruleId, key, state }: RuleStateChange): void {
    const known = cellsOf.get(ruleId);
    if (!known || state === undefined) return;
    const read = readCell(state, known.rule.operator);
    if (!read) return tell.lost(ruleId, 0, `The saved state of ${key} cannot be read.`);
    const cell: Cell = {
      rule: known.rule,
      key,
      estateId: key.slice(0, key.indexOf("|")),
      ...read,
      dirty: false,
      due: Infinity,
      slot: -1,
    };
    known.cells.set(key, cell);
    timers.set(cell, dueOf(cell));
  }
}

function dueOf(cell: Cell): EpochMs {
  return Math.min(cell.rule.operator.due(cell), cell.episode?.timeOutAt ?? Infinity);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
}
