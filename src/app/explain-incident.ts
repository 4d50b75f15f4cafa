import type { Explanation, ExplainedRule, Text } from "../domain/explanation.ts";
import type { IncidentDetail, RuleStep, RuleVersion, Scope } from "../ports.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import { explain, overAt } from "../explain/explain.ts";
import { GAPS } from "../explain/gaps.ts";
import { timesIn } from "../explain/sentences.ts";
import { createRuleEngine } from "../rules/engine.ts";
import { reachOf, warmUpOf } from "../rules/reach.ts";
import { recallRules } from "../rules/recall-rules.ts";
import { codesHeardBy, type Rule } from "../rules/rule.ts";
import type { Past } from "../store/past.ts";
import { foundByStatistics } from "./found-by-statistics.ts";

/** An incident that goes on for months is explained by its first days. */
const LONGEST = 31 * DAY;
/** Steps of its key that are kept; far beyond what anybody reads. */
const KEPT = 10_000;

/**
 * Says how an incident came about, by giving the stored events of its key to the very versions of the
 * rules that made it. Throws ZhianError NOT_FOUND when there is no such incident.
 */
export function explainIncident(past: Past, incidentId: string, scope: Scope): Explanation {
  const detail = past.incident(incidentId);
  if (!detail) throw new ZhianError("NOT_FOUND", `there is no incident ${incidentId}`);
  const { rules, missing } = rulesOf(past, detail);
  const begun = Math.min(detail.incident.openedAt, detail.incident.detectedAt);
  const begin = begun - Math.max(DAY, ...rules.map(warmUpOf));
  const over = Math.min(overAt(detail), begun + LONGEST);
  const deleted = past.deletedBefore();
  const zone = past.zoneOf(detail.incident.estateId);
  const gaps: readonly Text[] = [
    ...missing.map((rule) => (foundByStatistics(rule) ? GAPS.noRule(rule) : GAPS.noVersion(rule))),
    ...(deleted > begin ? [GAPS.deleted(timesIn(zone)(deleted))] : []),
    ...(over < overAt(detail) ? [GAPS.cut(LONGEST / DAY)] : []),
  ];
  const since = begun - Math.max(0, ...rules.map(reachOf));
  const steps = stepsOf(past, detail, [...rules, ...related(past, rules)], { begin, over });
  return explain({
    detail,
    zone,
    rules: rules.map(({ id, version, definition }): ExplainedRule => ({ id, version, definition })),
    steps: steps.filter(({ at }) => at >= since),
    gaps,
    eventOf: (id) => past.event(id)?.event,
    scope,
  });
}

/** What the rules do with the key of an incident when they hear the stored events again. */
function stepsOf(
  past: Past,
  { incident: { key, estateId } }: IncidentDetail,
  rules: readonly Rule[],
  { begin, over }: { readonly begin: EpochMs; readonly over: EpochMs },
): readonly RuleStep[] {
  const steps: RuleStep[] = [];
  const engine = createRuleEngine(rules, (step) => {
    // What was held back for one key may be told in a step of another.
    const verdicts = step.verdicts.filter((verdict) => verdict.key === key);
    if ((step.key === key || verdicts.length > 0) && steps.length < KEPT) steps.push({ ...step, verdicts });
  });
  const codes = new Set(rules.flatMap((rule) => [...codesHeardBy(rule)]));
  const query = { from: begin, to: over + 1, codes };
  // A key that joins estates hears of all of them.
  for (const { events } of past.events(key.startsWith("*|") ? query : { ...query, estateId })) {
    for (const { event, device } of events) {
      engine.advance(event.receivedAt);
      engine.fold(event, device);
    }
    engine.takeChanges();
  }
  engine.advance(over);
  return steps;
}

/** The rules that had a part in it, each in the version that was in force when it was detected. */
function rulesOf(
  past: Past,
  { incident, history }: IncidentDetail,
): { readonly rules: readonly Rule[]; readonly missing: readonly string[] } {
  const ids = new Set([
    incident.rule.id,
    ...history.flatMap(({ by }) => (by.startsWith("rule:") ? [by.slice("rule:".length)] : [])),
  ]);
  const rules: Rule[] = [];
  const missing: string[] = [];
  for (const id of ids) {
    const versions = past.ruleVersions(id);
    const named = versions.find(
      ({ version }) => id === incident.rule.id && version === incident.rule.version,
    );
    const version = inForceAt(named ? [named, ...versions] : versions, incident.detectedAt) ?? named;
    // A version that is no longer in force has no file, which a rule in force needs.
    const [rule] = version ? recallRules([{ file: "", ...version }]) : [];
    if (rule) rules.push(rule);
    else missing.push(id);
  }
  return { rules, missing };
}

/** The rules whose incidents hold back those of these rules, and the other way round, as they are now. */
function related(past: Past, rules: readonly Rule[]): readonly Rule[] {
  const holdBack = new Set(rules.flatMap(({ explainedBy }) => explainedBy?.incident ?? []));
  const types = new Set(rules.map(({ incident }) => incident));
  return recallRules(past.rulesInForce()).filter(
    ({ id, incident, explainedBy }) =>
      (holdBack.has(incident) || (explainedBy && types.has(explainedBy.incident))) &&
      !rules.some((rule) => rule.id === id),
  );
}

/** Of versions, the first that was known at an instant. */
function inForceAt(versions: readonly RuleVersion[], at: EpochMs): RuleVersion | undefined {
  return versions.find(({ firstAt }) => firstAt <= at);
}
