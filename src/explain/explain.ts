import type {
  ExplainedEvent,
  ExplainedRule,
  Explanation,
  ExplanationStep,
  Text,
} from "../domain/explanation.ts";
import type { IncidentTransition } from "../domain/incident.ts";
import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { IncidentDetail, RuleStep, Scope } from "../ports.ts";
import { GAPS } from "./gaps.ts";
import { matchHistory } from "./match-history.ts";
import { eventText, joined, madeText, personText, standingText, timesIn, type TimeOf } from "./sentences.ts";

/** Steps shown at each end; those between are left out, and said to be. */
const SHOWN = 100;

/** What an explanation is made from. */
export interface ExplanationParts {
  readonly detail: IncidentDetail;
  readonly zone: string;
  readonly rules: readonly ExplainedRule[];
  /** What its rules did with its key, in order, from its beginning on as far back as they look. */
  readonly steps: readonly RuleStep[];
  readonly gaps: readonly Text[];
  /** The event of a line that no step wrote, if it is still stored. */
  readonly eventOf: (id: string) => SecurityEvent | undefined;
  readonly scope: Scope;
}

/** Puts together what rules did and what people did. */
export function explain(parts: ExplanationParts): Explanation {
  const { detail, zone, rules, eventOf, scope } = parts;
  const { incident, history } = detail;
  const timeOf = timesIn(zone);
  const { linesOf, left } = matchHistory(parts.steps, history);
  const found = [...linesOf.values()].flat();
  const shown = shownTo(scope);

  const all = [
    ...parts.steps
      .filter((step) => step.heard !== undefined || step.verdicts.length > 0)
      .map((step) => stepOf(step, linesOf.get(step) ?? [], shown, timeOf)),
    ...left.map((line) =>
      lineStep(line, shown(line.eventId === undefined ? undefined : eventOf(line.eventId)), timeOf),
    ),
    ...history.filter(({ by }) => !by.startsWith("rule:")).map(personStep),
  ].toSorted((a, b) => a.at - b.at);
  const steps = all.length <= 2 * SHOWN ? all : [...all.slice(0, SHOWN), ...all.slice(-SHOWN)];

  return {
    incident,
    zone,
    rules,
    basis: basisOf(found, left),
    steps,
    gaps: [
      ...parts.gaps,
      ...(left.length > 0 ? [GAPS.notFound(left.length)] : []),
      ...(steps.length < all.length ? [GAPS.leftOut(all.length - steps.length)] : []),
      ...(parts.steps.some(({ heard }) => heard && !shown(heard.event)) ? [GAPS.hidden] : []),
    ],
  };
}

function basisOf(
  found: readonly IncidentTransition[],
  left: readonly IncidentTransition[],
): Explanation["basis"] {
  if (found.length === 0) return "history";
  return left.length === 0 ? "replayed" : "partly";
}

/** As much of an event as a caller may see. */
type Shown = (event: SecurityEvent | undefined) => ExplainedEvent | undefined;

function shownTo(scope: Scope): Shown {
  return (event) => {
    if (!event || (scope !== undefined && !scope.includes(event.estateId))) return undefined;
    const { id, estateId, deviceId, point, code, phase, transition, occurredAt, receivedAt, value, flags } =
      event;
    return {
      id,
      estateId,
      deviceId,
      ...(point !== undefined && { point }),
      code,
      phase,
      transition,
      occurredAt,
      receivedAt,
      ...(value !== undefined && { value }),
      flags,
    };
  };
}

function stepOf(
  { rule, at, heard, standing, verdicts }: RuleStep,
  lines: readonly IncidentTransition[],
  shown: Shown,
  timeOf: TimeOf,
): ExplanationStep {
  const event = shown(heard?.event);
  const { role, condition, value } = heard ?? {};
  const ended = lines.some(({ kind }) => kind === "ended");
  const what = heard
    ? eventText(event, role, timeOf)
    : ended
      ? { zh: "之后没有新的消息，时限已到。", en: "Nothing more was heard of it, and its time was up." }
      : { zh: "时限已到。", en: "The time was up." };
  const unlisted =
    verdicts.length > 0 && lines.length === 0
      ? [
          {
            zh: "规则又有发现，该警情的历史中没有这一条。",
            en: "The rule found something that this history does not list.",
          },
        ]
      : [];
  return {
    at,
    kind: heard ? "event" : "timer",
    rule: rule.id,
    ...(role !== undefined && { role }),
    ...(condition !== undefined && { condition }),
    ...(value !== undefined && (event || !heard) && { value }),
    ...(event && { event }),
    made: lines.map(({ kind }) => kind),
    text: joined([what, ...standingText(standing, timeOf), ...madeText(lines), ...unlisted]),
  };
}

/** A line that the rule wrote then, and does not write now. */
function lineStep(
  { at, by, kind, note, eventId }: IncidentTransition,
  event: ExplainedEvent | undefined,
  timeOf: TimeOf,
): ExplanationStep {
  const what = event
    ? [eventText(event, undefined, timeOf)]
    : eventId === undefined
      ? []
      : [{ zh: `事件 ${eventId} 已无法查看。`, en: `The event ${eventId} cannot be shown any more.` }];
  return {
    at,
    kind: "history",
    rule: by.slice("rule:".length),
    ...(event && { event }),
    made: [kind],
    text: joined([...what, ...madeText([{ kind, ...(note !== undefined && { note }) }])]),
  };
}

function personStep(line: IncidentTransition): ExplanationStep {
  const { at, kind, by, note } = line;
  return {
    at,
    kind: "person",
    made: [kind],
    by,
    ...(note !== undefined && { note }),
    text: personText(line),
  };
}

/** When the rules last had to do with an incident. */
export function overAt({ incident, history }: IncidentDetail): EpochMs {
  const last = history.findLast(({ by }) => by.startsWith("rule:"))?.at ?? incident.detectedAt;
  return incident.endedAt === undefined ? incident.updatedAt : Math.max(last, incident.endedAt);
}
