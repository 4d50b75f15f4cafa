import type { Verification } from "../domain/incident.ts";
import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Verdict } from "../ports.ts";
import type { Cell } from "./cell.ts";

/** So many beginnings and ends … */
const TRANSITIONS = 3;
/** … within this, by event time, are chattering (ISA-18.2). */
const WINDOW = MINUTE;
/** A latch holds until there was no beginning and no end for this long. */
const QUIET = 10 * MINUTE;
/** Devices a latch knows; what others say is always told. */
const DEVICE_LIMIT = 16;

/** Takes a verdict. */
export type Emit = (verdict: Verdict) => void;

/** What a key remembers of its beginnings and ends. JSON-safe. */
export interface Chatter {
  /** Event times of the latest of them, in order of arrival. */
  readonly times: readonly EpochMs[];
  /** Hub time at which it is forgotten, or the latch released. */
  readonly until: EpochMs;
  readonly latch?: Latch;
}

/** A condition that is held as going on. */
interface Latch {
  /** Latest event time of a beginning or end. */
  readonly at: EpochMs;
  /** The latest beginning or end. */
  readonly last: Verdict;
  /** What is known already of the incident: only what is new to it is told. */
  readonly known: Known;
}

interface Known extends Pick<Verdict, "late" | "test" | "simulated"> {
  readonly verification: Verification;
  readonly devices: readonly string[];
}

/**
 * What is told of a key, given what its rule found. Evaluation is not touched: the rule goes on as ever.
 *
 *     open, end, open within a minute ──▶ latched: one evidence, marked as chattering
 *     latched: neither open nor end ── ten minutes quiet ──▶ the end at the last change, if it is over
 *
 * What would change the incident is told in spite of the latch: a device not heard before, a higher
 * verification, something live or real where all before was late or a test.
 */
export function damp(cell: Cell, verdict: Verdict, emit: Emit): void {
  if (verdict.confirms) return emit(verdict);
  const held = cell.chatter?.latch;
  // By its own time this came long after: what was replayed in a moment was not restless in a moment.
  if (held && verdict.at > held.at + QUIET) release(cell, verdict.detectedAt, emit);

  const { chatter } = cell;
  if (chatter?.latch) return dampLatched(cell, chatter, chatter.latch, verdict, emit);
  if (verdict.kind === "evidence") return emit(verdict);
  const times = [...(chatter?.times ?? []), verdict.at].slice(-TRANSITIONS);
  const until = hubTime(verdict) + WINDOW;
  cell.dirty = true;
  cell.chatter = { times, until };
  if (times.length < TRANSITIONS || Math.max(...times) - Math.min(...times) > WINDOW) return emit(verdict);
  latch(cell, times, verdict, emit);
}

/** Releases a latch that is due, and forgets beginnings and ends that are old. */
export function releaseDue(cell: Cell, now: EpochMs, emit: Emit): void {
  if (chatterDue(cell) > now) return;
  release(cell, now, emit);
}

/** When there is something to release or forget, hub time. While an episode goes on nothing is forgotten. */
export function chatterDue({ chatter, episode }: Cell): EpochMs {
  if (!chatter) return Infinity;
  return chatter.latch || !episode ? chatter.until : Infinity;
}

/** A memory that was saved as JSON; undefined when it is something else. */
export function readChatter(json: unknown): Chatter | undefined {
  const chatter = (json ?? {}) as Partial<Chatter>;
  const whole = Array.isArray(chatter.times) && Number.isFinite(chatter.until);
  if (!whole || (chatter.latch && !Number.isFinite(chatter.latch.at))) return undefined;
  return chatter as Chatter;
}

function latch(cell: Cell, times: readonly EpochMs[], verdict: Verdict, emit: Emit): void {
  // An end, though it is told now, does not make live what was discovered late.
  const late = verdict.kind === "end" || verdict.late;
  const { test, simulated, verification = 0, deviceId } = verdict;
  const known = { late, test, simulated, verification, devices: [deviceId] };
  const latched = { at: Math.max(...times), last: verdict, known };
  cell.chatter = { times: [], until: hubTime(verdict) + QUIET, latch: latched };
  // What closed by itself at an end of this minute is reopened: one restless device, one incident.
  const reopenWithin = Math.max(verdict.reopenWithin ?? 0, WINDOW);
  emit({ ...verdict, kind: "evidence", late, chattering: true, reopenWithin });
}

function dampLatched(cell: Cell, chatter: Chatter, held: Latch, verdict: Verdict, emit: Emit): void {
  const changes = verdict.kind !== "evidence";
  const news = verdict.kind === "end" ? undefined : newTo(held.known, verdict);
  if (!changes && !news) return;
  cell.dirty = true;
  cell.chatter = {
    times: [],
    until: changes ? Math.max(chatter.until, hubTime(verdict) + QUIET) : chatter.until,
    latch: {
      at: changes ? Math.max(held.at, verdict.at) : held.at,
      last: changes ? verdict : held.last,
      known: news ?? held.known,
    },
  };
  if (news) emit({ ...verdict, kind: "evidence", chattering: true });
}

/** What is known after a verdict; undefined when it brings nothing new. */
function newTo(known: Known, verdict: Verdict): Known | undefined {
  const { verification = 0, deviceId } = verdict;
  const device = !known.devices.includes(deviceId);
  const real = (["late", "test", "simulated"] as const).some((mark) => known[mark] && !verdict[mark]);
  if (!device && !real && verification <= known.verification) return undefined;
  return {
    late: known.late && verdict.late,
    test: known.test && verdict.test,
    simulated: known.simulated && verdict.simulated,
    verification: verification > known.verification ? verification : known.verification,
    devices: device && known.devices.length < DEVICE_LIMIT ? [...known.devices, deviceId] : known.devices,
  };
}

function release(cell: Cell, now: EpochMs, emit: Emit): void {
  const last = cell.chatter?.latch?.last;
  cell.chatter = undefined;
  cell.dirty = true;
  if (last?.kind === "end") emit({ ...last, detectedAt: now });
}

function hubTime({ at, detectedAt }: Verdict): EpochMs {
  return Math.max(at, detectedAt);
}
