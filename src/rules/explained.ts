import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Verdict } from "../ports.ts";
import type { Cell } from "./cell.ts";
import type { Emit } from "./chatter.ts";
import type { Rule } from "./rule.ts";
import { estateOf, gatewayKey, isAboutGateway } from "./subject.ts";

/** Devices report back a little after their gateway: what is still wrong then is told. */
const GRACE = 2 * MINUTE;

/** What an incident of the gateway explains. */
export interface ExplainedBy {
  /** Type of the gateway's incident. */
  readonly incident: string;
}

/** An opening that is not told while the gateway's incident goes on. JSON-safe. */
export interface Withheld {
  readonly open: Verdict;
  /** Hub time at which it is told; absent while the gateway's incident goes on. */
  readonly tellAt?: EpochMs;
}

/** A rule and what it knows, by key. */
export interface RuleCells {
  readonly rule: Rule;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** What explains what, among the rules in force. */
export interface Explaining {
  /** Tells a verdict, withholds it, or tells the gateway's incident of it. */
  withhold(cell: Cell, verdict: Verdict, emit: Emit): void;
  /** Tells what was withheld long enough. */
  tellDue(cell: Cell, now: EpochMs, emit: Emit): void;
  /** What to do when a cell begins or ceases to go on: its children, each with what it withholds now. */
  childrenOf(cell: Cell): readonly Cell[];
  /** Whether the gateway's incident goes on. */
  isExplained(cell: Cell): boolean;
}

/**
 * Suppression by parent, with its three invariants: alerting is suppressed and never evaluation, so the
 * rule itself knows nothing of it; creation is suppressed and never resolution, so what was told is
 * ended; and one hop is enough, so a parent that is withheld itself explains as well.
 */
export function createExplaining(all: readonly RuleCells[]): Explaining {
  const children = new Map<string, RuleCells[]>();
  for (const one of all) {
    const incident = one.rule.explainedBy?.incident;
    if (incident !== undefined) children.set(incident, [...(children.get(incident) ?? []), one]);
  }
  const parents = new Map<string, readonly RuleCells[]>(
    [...children.keys()].map((incident) => [incident, all.filter(({ rule }) => rule.incident === incident)]),
  );

  /** The parents of a cell that go on; nothing explains itself. */
  function parentsOf(cell: Cell): readonly Cell[] {
    const key = parentKey(cell);
    if (key === undefined || key === cell.key) return [];
    return (parents.get(cell.rule.explainedBy?.incident ?? "") ?? []).flatMap(({ cells }) => {
      const parent = cells.get(key);
      return parent && goesOn(parent) ? [parent] : [];
    });
  }

  return {
    withhold(cell, verdict, emit) {
      const { withheld } = cell;
      if (withheld) {
        cell.dirty = true;
        cell.withheld =
          verdict.kind === "end" ? undefined : { ...withheld, open: joined(withheld.open, verdict) };
        return;
      }
      const parent =
        verdict.kind === "open" ? parentsOf(cell).find((one) => mayExplain(one, verdict)) : undefined;
      if (!parent) return emit(verdict);
      cell.withheld = { open: verdict };
      cell.dirty = true;
      emit(evidenceFor(parent, verdict));
    },

    tellDue(cell, now, emit) {
      const { withheld, rule } = cell;
      if (withheld?.tellAt === undefined || withheld.tellAt > now) return;
      cell.withheld = undefined;
      cell.dirty = true;
      emit({ ...withheld.open, rule: { id: rule.id, version: rule.version }, detectedAt: now });
    },

    childrenOf: (parent) =>
      // With 5,000 devices offline, not each of them is to look through all others.
      (isAboutGateway(parent.key) ? (children.get(parent.rule.incident) ?? []) : []).flatMap(({ cells }) =>
        [...cells.values()].filter((cell) => cell.withheld && parentKey(cell) === parent.key),
      ),

    isExplained: (cell) => parentsOf(cell).length > 0,
  };
}

/** True while an episode goes on, or is held as going on. */
export function goesOn({ episode, chatter }: Cell): boolean {
  return episode !== undefined || chatter?.latch !== undefined;
}

/** Waits for the gateway's incident, or from `now` on for its devices to report back. */
export function reconsider(cell: Cell, explained: boolean, now: EpochMs): void {
  const { withheld } = cell;
  if (!withheld || explained === (withheld.tellAt === undefined)) return;
  cell.withheld = explained ? { open: withheld.open } : { open: withheld.open, tellAt: now + GRACE };
}

/** What was withheld, as JSON saved it; undefined when it is something else. */
export function readWithheld(json: unknown): Withheld | undefined {
  const { open } = (json ?? {}) as Partial<Withheld>;
  return typeof open?.key === "string" && Number.isFinite(open.detectedAt) ? (json as Withheld) : undefined;
}

function parentKey({ rule: { explainedBy }, gatewayId, key }: Cell): string | undefined {
  if (!explainedBy || gatewayId === undefined) return undefined;
  return gatewayKey(estateOf(key), explainedBy.incident, gatewayId);
}

/** A test of the gateway, or one of the past, explains nothing that is real and of now. */
function mayExplain(parent: Cell, verdict: Verdict): boolean {
  const origin = originOf(parent);
  return (["late", "test", "simulated"] as const).every((mark) => origin?.[mark] !== true || verdict[mark]);
}

function originOf({ episode, chatter }: Cell) {
  return episode?.origin ?? chatter?.latch?.last;
}

/** What was withheld becomes as sure, and as real, as all that supports it. */
function joined(open: Verdict, verdict: Verdict): Verdict {
  const verification = Math.max(open.verification ?? 0, verdict.verification ?? 0);
  return {
    ...open,
    late: open.late && verdict.late,
    test: open.test && verdict.test,
    simulated: open.simulated && verdict.simulated,
    ...(verification > 0 && { verification: verification as NonNullable<Verdict["verification"]> }),
    ...(verdict.chattering && { chattering: true }),
  };
}

/** What the gateway's incident is told: which device, by the event that began it. */
function evidenceFor(
  parent: Cell,
  { at, detectedAt, eventId, episode, estateId, deviceId, rule }: Verdict,
): Verdict {
  const origin = originOf(parent);
  return {
    kind: "evidence",
    rule: { id: parent.rule.id, version: parent.rule.version },
    type: parent.rule.incident,
    severity: parent.rule.severity,
    estateId,
    key: parent.key,
    ...(origin?.placeId !== undefined && { placeId: origin.placeId }),
    deviceId: origin?.deviceId ?? deviceId,
    at,
    detectedAt,
    episode: parent.episode?.id ?? parent.chatter?.latch?.last.episode ?? episode,
    eventId: eventId ?? episode,
    late: origin?.late === true,
    test: origin?.test === true,
    simulated: origin?.simulated === true,
    ...(parent.rule.reopenWithin !== undefined && { reopenWithin: parent.rule.reopenWithin }),
    note: `${rule.id}: ${deviceId}`,
  };
}
