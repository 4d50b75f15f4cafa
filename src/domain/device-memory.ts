import type { AcceptedEvent, EventFlag, Transition } from "./event.ts";
import { MINUTE, SECOND, type EpochMs } from "./time.ts";

/** What the hub remembers of a device: last known states of its points, and samples of its clock. */
export interface DeviceState {
  /** Grows with every change, so that only changed states are written. */
  revision: number;
  readonly points: Record<string, { value: string; at: EpochMs }>;
  pulse?: { key: string; at: EpochMs };
  clock?: ClockSamples;
  /** The present estimate of `observeClock`, once there is one. */
  skewMs?: number;
}

interface ClockSamples {
  /** Differences hub − device, milliseconds: the smallest of each minute, newest last. */
  readonly samples: { at: EpochMs; diff: number }[];
}

/** The state of a device nothing is known of. */
export function unknownDevice(): DeviceState {
  return { revision: 0, points: {} };
}

/* ───────────────────────────── clock ───────────────────────────── */

const SAMPLES = 5;
const SAMPLE_EVERY = MINUTE;
const AGREEMENT = 30 * SECOND;
const TOLERANCE = MINUTE;

/**
 * Estimated error of a device's clock (hub − device, milliseconds), 0 while there is no reason to
 * correct it. A device ahead of the hub is wrong at once, because no message arrives before it is
 * sent. A device that seems behind may just be delivering late, so its messages must agree within 30 s
 * over five different minutes before the difference is called a skew.
 */
export function observeClock(state: DeviceState, deviceAt: EpochMs, receivedAt: EpochMs): number {
  const skewMs = estimate(state, deviceAt, receivedAt);
  if ((state.skewMs ?? 0) !== skewMs) {
    state.revision++;
    state.skewMs = skewMs;
  }
  return skewMs;
}

function estimate(state: DeviceState, deviceAt: EpochMs, receivedAt: EpochMs): number {
  const diff = receivedAt - deviceAt;
  if (diff < -TOLERANCE) return diff;
  state.clock ??= { samples: [] };
  const { samples } = state.clock;
  const last = samples.at(-1);
  if (last && receivedAt - last.at < SAMPLE_EVERY) {
    if (diff < last.diff) {
      state.revision++;
      last.diff = diff;
    }
  } else {
    state.revision++;
    samples.push({ at: receivedAt, diff });
    if (samples.length > SAMPLES) samples.shift();
  }
  if (samples.length < SAMPLES) return 0;
  const sorted = samples.map((sample) => sample.diff).toSorted((a, b) => a - b);
  const [least = 0, , median = 0, , most = 0] = sorted;
  return most - least <= AGREEMENT && median > TOLERANCE ? median : 0;
}

/* ───────────────────────────── edges ───────────────────────────── */

/** Codes of the same physical thing: its positions exclude each other. */
const POSITION_OF: Readonly<Record<string, string>> = {
  "access.door_opened": "door",
  "access.door_closed": "door",
  "access.door_unlocked": "lock",
  "access.door_locked": "lock",
  "device_input.on": "input",
  "device_input.off": "input",
};

const PULSE_REPEAT = 10 * SECOND;
/** Points of one device that are remembered; one that has more invents them. */
const POINTS = 5_000;
/** So many are forgotten at once, the oldest. */
const FORGOTTEN = 500;

/**
 * How an event relates to the last known state of its point, and notes the new state.
 *
 * A retained or initial message tells a state that may be old: against an unknown state it is
 * `initial` and can raise nothing; against a known one the difference is real. A raise from an unknown
 * state is an edge: the very first message of a smoke detector may be the alarm. An event older than
 * the known state is an edge of its own time and leaves the state alone. A state that expires is over when
 * it was not repeated in time, so that a missing clear does not hide the next alarm.
 */
export function observeEdge(
  state: DeviceState,
  event: Pick<AcceptedEvent, "code" | "phase" | "point" | "property" | "repeatKey" | "expiresAfterMs">,
  occurredAt: EpochMs,
  flags: readonly EventFlag[],
): Transition {
  const tellsState = flags.includes("retained") || flags.includes("initial");
  if (event.phase === "pulse") return observePulse(state, event.repeatKey, occurredAt, tellsState);

  const value = `${event.code}:${event.phase}`;
  const thing = event.property ?? POSITION_OF[event.code] ?? event.code;
  const point = `${event.point ?? ""}|${thing}`;
  const known = state.points[point];
  if (known && occurredAt < known.at) return known.value === value ? "repeat" : "edge";
  state.revision++;
  const { expiresAfterMs = Infinity } = event;
  const expired = known !== undefined && occurredAt - known.at > expiresAfterMs;
  if (known?.value === value && !expired) {
    // What is older than this repeat is older than the known state.
    known.at = occurredAt;
    return "repeat";
  }
  if (!known) makeRoom(state);
  state.points[point] = { value, at: occurredAt };
  if (known) return "edge";
  return event.phase === "raise" && !tellsState ? "edge" : "initial";
}

function makeRoom({ points }: DeviceState): void {
  const entries = Object.entries(points);
  if (entries.length < POINTS) return;
  const oldest = entries.toSorted(([, a], [, b]) => a.at - b.at).slice(0, FORGOTTEN);
  for (const [point] of oldest) delete points[point];
}

function observePulse(
  state: DeviceState,
  repeatKey: string | undefined,
  occurredAt: EpochMs,
  tellsState: boolean,
): Transition {
  if (tellsState) return "initial";
  if (repeatKey === undefined) return "edge";
  const { pulse } = state;
  state.revision++;
  state.pulse = { key: repeatKey, at: occurredAt };
  return pulse?.key === repeatKey && occurredAt - pulse.at < PULSE_REPEAT ? "repeat" : "edge";
}
