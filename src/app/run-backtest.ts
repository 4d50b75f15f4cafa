import { CLOSED_AFTER, closingsOf } from "../backtest/closings.ts";
import { differencesOf, type Side } from "../backtest/differences.ts";
import { createTally } from "../backtest/tally.ts";
import { createTrial } from "../backtest/trial.ts";
import type { BacktestPeriod, BacktestProgress, BacktestReport, TrialFigures } from "../domain/backtest.ts";
import type { Incident } from "../domain/incident.ts";
import { HOUR, type EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import { createIncidentLifeCycle } from "../incidents/life-cycle.ts";
import { createRuleEngine } from "../rules/engine.ts";
import { warmUpOf } from "../rules/reach.ts";
import type { LoadedRules } from "../rules/read-rules.ts";
import { codesHeardBy, describeConditionFault, describeFault, type Rule } from "../rules/rule.ts";
import type { Past, PastEvent } from "../store/past.ts";
import { foundByStatistics } from "./found-by-statistics.ts";

/** Events after which keys that are idle again are forgotten; to look for them costs as much as some events. */
const REST_EVERY = 20_000;

/** What is tried, and on what. */
export interface BacktestParts {
  readonly past: Past;
  readonly period: BacktestPeriod;
  readonly inForce: LoadedRules;
  /** Rules that take the place of those with the same id, or stand beside them, to compare. */
  readonly proposed?: LoadedRules;
  readonly onProgress: (progress: BacktestProgress) => void;
}

/**
 * Tries one or two sets of rules on stored events in one pass over them. Throws ZhianError NOT_FOUND for an
 * estate that nobody knows.
 */
export function runBacktest({ past, period, inForce, proposed, onProgress }: BacktestParts): BacktestReport {
  const { estateId } = period;
  if (estateId !== undefined && !past.knowsEstate(estateId))
    throw new ZhianError("NOT_FOUND", `there is no estate ${estateId}`);
  const sets = [inForce, ...(proposed ? [besides(inForce, proposed)] : [])];
  // Folded before the period, so that rules know at its beginning what they knew then.
  const begin = period.from - Math.max(...sets.flatMap(({ rules }) => rules.map(warmUpOf)));
  const stored = past.incidents({ ...period, from: begin }).filter(({ rule }) => !foundByStatistics(rule.id));
  const sides = sets.map((loaded) => sideOf(loaded, past, period, stored));
  const codes = new Set(sides.flatMap(({ rules }) => rules.flatMap((rule) => [...codesHeardBy(rule)])));
  let events = 0;
  let rested = 0;
  for (const block of past.events({ ...period, from: begin, codes })) {
    for (const event of block.events) for (const { fold } of sides) fold(event);
    events += block.events.length;
    if (events >= rested + REST_EVERY) {
      for (const { rest } of sides) rest();
      rested = events;
    }
    onProgress({ done: block.done, total: block.total });
  }
  const [first, second] = sides.map((side) => side.finish());
  if (!first) throw new Error("the rules in force were not tried");
  return {
    ...period,
    events,
    inForce: first.figures,
    ...(second && { proposed: second.figures, differences: differencesOf(first.side, second.side) }),
    notes: notesOf(past, period, begin, inForce, proposed),
  };
}

/** The rules as they would be with the proposed ones. */
function besides(inForce: LoadedRules, { rules, faults }: LoadedRules): LoadedRules {
  return { rules: [...unnamed(inForce, rules), ...rules], faults };
}

function unnamed({ rules }: LoadedRules, proposed: readonly Rule[]): readonly Rule[] {
  const named = new Set(proposed.map(({ id }) => id));
  return rules.filter(({ id }) => !named.has(id));
}

/** One set of rules on its way through the past. */
function sideOf(
  { rules, faults }: LoadedRules,
  past: Past,
  period: BacktestPeriod,
  stored: readonly Incident[],
) {
  const { from, to } = period;
  const engine = createRuleEngine(rules);
  const tally = createTally(period, (estate) => past.zoneOf(estate));
  const trial = createTrial({
    engine,
    lifeCycle: createIncidentLifeCycle(),
    closings: closingsOf(stored),
    found: (incident) => tally.add(incident),
  });
  return {
    rules,
    fold: ({ event, device }: PastEvent) => trial.fold(event, device),
    rest: () => trial.rest(),
    finish(): { readonly figures: TrialFigures; readonly side: Side } {
      trial.finish(to);
      const failed = engine.conditionFaults().map(describeConditionFault);
      const figures: TrialFigures = {
        rules: rules.map(({ id, version }) => ({ id, version })),
        faults: [...faults.map(describeFault), ...failed],
        ...tally.figures(stored.filter(({ detectedAt }) => detectedAt >= from && detectedAt < to)),
      };
      return { figures, side: { rules, found: tally.kept() } };
    },
  };
}

function notesOf(
  past: Past,
  { estateId, officers }: BacktestPeriod,
  begin: EpochMs,
  inForce: LoadedRules,
  proposed: LoadedRules | undefined,
): readonly string[] {
  const deleted = past.deletedBefore();
  const others = proposed ? unnamed(inForce, proposed.rules).length : 0;
  return [
    "Kind, place and zone of devices are those registered now.",
    `Incidents close when people closed those of the same key; without such a stored one, ${CLOSED_AFTER / HOUR} h after their condition ended.`,
    "Each incident of P1 to P3 that is neither late nor a test is taken to notify one officer once.",
    ...(officers === undefined
      ? ["How many officers share the notifications was not said, so nothing is told of one officer."]
      : [`${officers} officers are taken to share the notifications of these estates evenly.`]),
    ...(others > 0
      ? [`${others} rules in force that are not among the proposed ones were tried unchanged beside them.`]
      : []),
    ...(estateId === undefined
      ? []
      : ["Only events of one estate were read: a key that joins estates sees no other."]),
    ...(deleted > begin
      ? [`Events received before ${new Date(deleted).toISOString()} were deleted and could not be read.`]
      : []),
  ];
}
