import type { Incident } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";

/** As much of an incident as is compared and counted. */
export type Spell = Pick<
  Incident,
  | "id"
  | "estateId"
  | "type"
  | "placeId"
  | "deviceId"
  | "key"
  | "rule"
  | "severity"
  | "openedAt"
  | "detectedAt"
  | "endedAt"
  | "closedAt"
  | "closedBy"
  | "closeReason"
  | "late"
  | "test"
  | "simulated"
  | "episodeCount"
>;

/** No more of an incident than that, because many are kept. */
export function spellOf(incident: Spell): Spell {
  const { id, estateId, type, placeId, deviceId, key, rule, severity, openedAt, detectedAt } = incident;
  const { endedAt, closedAt, closedBy, closeReason, late, test, simulated, episodeCount } = incident;
  return {
    id,
    estateId,
    type,
    ...(placeId !== undefined && { placeId }),
    deviceId,
    key,
    rule,
    severity,
    openedAt,
    detectedAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(closedAt !== undefined && { closedAt }),
    ...(closedBy !== undefined && { closedBy }),
    ...(closeReason !== undefined && { closeReason }),
    late,
    test,
    simulated,
    episodeCount,
  };
}

/** When it was over by event time; Infinity while it goes on. */
function endOf({ endedAt, closedAt }: Spell): EpochMs {
  return endedAt ?? closedAt ?? Infinity;
}

/**
 * Pairs incidents of the same rule and key: those of the same id, then those whose times touch, in order
 * of time. Nobody is in two pairs.
 */
export function pairUp(ones: readonly Spell[], others: readonly Spell[]): ReadonlyMap<Spell, Spell> {
  const pairs = new Map<Spell, Spell>();
  const byId = new Map(others.map((other) => [other.id, other]));
  for (const one of ones) {
    const same = byId.get(one.id);
    if (same && groupOf(one) === groupOf(same)) pairs.set(one, same);
  }
  const taken = new Set(pairs.values());
  const left = Map.groupBy(
    others.filter((other) => !taken.has(other)),
    groupOf,
  );
  const free = ones.filter((one) => !pairs.has(one));
  for (const [group, spells] of Map.groupBy(free, groupOf)) {
    for (const [one, other] of touching(inTime(spells), inTime(left.get(group) ?? []))) pairs.set(one, other);
  }
  return pairs;
}

/** At most one incident of a key is not closed, so those of one key follow each other. */
function touching(ones: readonly Spell[], others: readonly Spell[]): [Spell, Spell][] {
  const pairs: [Spell, Spell][] = [];
  for (let at = 0, otherAt = 0; ;) {
    const one = ones[at];
    const other = others[otherAt];
    if (!one || !other) return pairs;
    if (endOf(one) < other.openedAt) at++;
    else if (endOf(other) < one.openedAt) otherAt++;
    else {
      pairs.push([one, other]);
      at++;
      otherAt++;
    }
  }
}

function inTime(spells: readonly Spell[]): readonly Spell[] {
  return spells.toSorted((a, b) => a.openedAt - b.openedAt || a.detectedAt - b.detectedAt);
}

function groupOf({ rule, key }: Spell): string {
  return `${rule.id}\n${key}`;
}
