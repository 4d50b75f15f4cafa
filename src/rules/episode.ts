import type { Verification } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";
import type { Verdict } from "../ports.ts";
import { covers, sightOf, type Cell, type Episode, type Sight, type Tell } from "./cell.ts";
import { carry, confirm } from "./confirmation.ts";
import type { Told } from "./operator.ts";
import { estateOf } from "./subject.ts";

/** Members an episode follows; with more of them it ends by its time-out only. */
const MEMBER_LIMIT = 64;

/** The condition of a rule was met. */
export interface Hit {
  /** Id of the event with which it began. */
  readonly id: string;
  /** Event time at which it began. */
  readonly at: EpochMs;
  /** The event that completed it; absent when a timer did. */
  readonly eventId?: string;
  /** Hub time. */
  readonly detectedAt: EpochMs;
  readonly sight: Sight;
  /** Event time at which it was over, when that is known already. */
  readonly overAt?: EpochMs;
}

/** Begins an episode, or adds evidence to the one that goes on. */
export function meet(cell: Cell, hit: Hit, tell: Tell): void {
  const { rule, episode } = cell;
  if (episode && hit.at > episode.seen + rule.timeOut) {
    // Told late, but by its own time the time-out had ended the episode before this began.
    finish(cell, episode.seen + rule.timeOut, hit.detectedAt, episode.origin, undefined, tell);
  } else if (episode) {
    tell.verdict(verdictOf(cell, "evidence", episode.id, hit, carry(cell, episode.id, hit)));
    if (hit.overAt === undefined) {
      join(episode, hit);
      prolong(cell, hit.at, hit.detectedAt);
    }
    return;
  }
  tell.verdict(verdictOf(cell, "open", hit.id, hit, carry(cell, hit.id, hit)));
  if (hit.overAt === undefined) {
    cell.episode = {
      id: hit.id,
      began: hit.at,
      origin: hit.sight,
      seen: hit.at,
      timeOutAt: Math.max(hit.at, hit.detectedAt) + rule.timeOut,
      members: [],
    };
    join(cell.episode, hit);
  } else {
    tell.verdict(verdictOf(cell, "end", hit.id, { ...hit, at: hit.overAt }));
  }
  cell.dirty = true;
}

/** An event met the rule's `confirmedBy`: it may make surer what is known, whether that goes on or not. */
export function corroborate(cell: Cell, { event, device }: Told, tell: Tell): void {
  const surer = confirm(cell, event);
  if (!surer) return;
  const { episode, verification } = surer;
  const { id: eventId, occurredAt: at, receivedAt: detectedAt } = event;
  const told = { at, detectedAt, eventId, sight: sightOf(event, device) };
  tell.verdict({ ...verdictOf(cell, "evidence", episode, told, verification), confirms: true });
}

/** Something still speaks for the episode: its time-out starts again. Older than the episode, it says nothing. */
export function prolong(cell: Cell, at: EpochMs, now: EpochMs): void {
  const { episode } = cell;
  if (!episode || at < episode.began) return;
  episode.seen = Math.max(episode.seen, at);
  episode.timeOutAt = Math.max(episode.timeOutAt, Math.max(at, now) + cell.rule.timeOut);
  cell.dirty = true;
}

/** The one in which the condition holds, if the episode knows it. */
export function memberOf(
  cell: Cell,
  sight: Pick<Sight, "deviceId" | "point">,
): { readonly at: EpochMs } | undefined {
  return cell.episode?.members.find(
    ({ deviceId, point }) => deviceId === sight.deviceId && point === sight.point,
  );
}

/**
 * The condition ceased at `at` where `sight` tells; ends the episode with its last member.
 * Returns since when it had held there; undefined when it had not, or only since later.
 */
export function leave(
  cell: Cell,
  at: EpochMs,
  now: EpochMs,
  sight: Sight,
  eventId: string,
  tell: Tell,
): EpochMs | undefined {
  const { episode } = cell;
  if (!episode) return undefined;
  let since: EpochMs | undefined;
  for (let i = episode.members.length - 1; i >= 0; i--) {
    const member = episode.members[i];
    if (member === undefined || member.at > at || !covers(sight, member)) continue;
    since = Math.min(since ?? member.at, member.at);
    if (episode.members.length > MEMBER_LIMIT) continue;
    episode.members.splice(i, 1);
    cell.dirty = true;
  }
  if (since !== undefined && episode.members.length === 0) finish(cell, at, now, sight, eventId, tell);
  return since;
}

/** Ends an episode whose time-out is due. */
export function expire(cell: Cell, now: EpochMs, tell: Tell): void {
  const { episode } = cell;
  if (episode && episode.timeOutAt <= now) finish(cell, now, now, episode.origin, undefined, tell);
}

/** Ends the episode of a cell, if there is one, whatever its members. */
export function finish(
  cell: Cell,
  at: EpochMs,
  detectedAt: EpochMs,
  sight: Sight,
  eventId: string | undefined,
  tell: Tell,
): void {
  const { episode } = cell;
  if (!episode) return;
  tell.verdict(
    verdictOf(cell, "end", episode.id, { at, detectedAt, sight, ...(eventId !== undefined && { eventId }) }),
  );
  cell.episode = undefined;
  cell.dirty = true;
}

function join(episode: Episode, { sight, at }: Hit): void {
  const { deviceId, point } = sight;
  const known = episode.members.find((member) => member.deviceId === deviceId && member.point === point);
  if (known) known.at = Math.max(known.at, at);
  else if (episode.members.length <= MEMBER_LIMIT)
    episode.members.push({ deviceId, ...(point !== undefined && { point }), at });
}

function verdictOf(
  { rule, key }: Cell,
  kind: Verdict["kind"],
  episode: string,
  told: Pick<Hit, "at" | "detectedAt" | "eventId" | "sight" | "overAt">,
  verification: Verification = 0,
): Verdict {
  const { sight, eventId } = told;
  return {
    kind,
    rule: { id: rule.id, version: rule.version },
    type: rule.incident,
    severity: rule.severity,
    estateId: sight.estateId ?? estateOf(key),
    key,
    ...(sight.placeId !== undefined && { placeId: sight.placeId }),
    deviceId: sight.deviceId,
    at: told.at,
    detectedAt: told.detectedAt,
    episode,
    ...(eventId !== undefined && { eventId }),
    late: sight.late === true || told.overAt !== undefined,
    test: sight.test === true,
    simulated: sight.simulated === true,
    ...(verification > 0 && { verification }),
    ...(rule.reopenWithin !== undefined && { reopenWithin: rule.reopenWithin }),
  };
}
