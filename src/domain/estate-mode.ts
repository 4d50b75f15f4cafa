import { inSpan, parseDaySpan, type LocalTime } from "./local-time.ts";
import { DAY, type EpochMs } from "./time.ts";

/** Whether an estate is guarded as usual (布防), open on purpose (撤防) or being worked on (维护). */
export const ESTATE_MODES = ["armed", "disarmed", "maintenance"] as const;
export type EstateMode = (typeof ESTATE_MODES)[number];

/** A mode that comes every week. */
export interface ModeSpan {
  readonly mode: EstateMode;
  /** Days on which it begins, 1 Monday … 7 Sunday. */
  readonly days: readonly number[];
  /** `night`, or a span of the local day as in `22:30-05:00`; the whole day when absent. */
  readonly hours?: string;
}

/** A mode that somebody ordered; it comes before the plan. */
export interface ModeOrder {
  readonly estateId: string;
  readonly mode: EstateMode;
  readonly from: EpochMs;
  /** When the plan holds again; absent: until the next order. */
  readonly until?: EpochMs;
  /** Name of the person's token. */
  readonly by: string;
  readonly note?: string;
}

/** What decides the mode of an estate. */
export interface EstateModes {
  /** The first span that holds decides; `armed` where none does. */
  readonly plan: readonly ModeSpan[];
  /** The latest ones first. */
  readonly orders: readonly ModeOrder[];
}

/** The mode of an estate at some time, and the order it comes from, if it comes from one. */
export interface ModeThen {
  readonly mode: EstateMode;
  readonly order?: ModeOrder;
}

/** An order that leaves an estate unguarded must say until when, so that nobody forgets it. */
export const LONGEST_UNGUARDED = 31 * DAY;

/** The mode of an estate at an instant. The latest order that had been given then decides while it lasts. */
export function modeAt(modes: EstateModes, at: EpochMs, zone: string, local: LocalTime): ModeThen {
  const order = modes.orders.find(({ from }) => from <= at);
  if (order && (order.until === undefined || at < order.until)) return { mode: order.mode, order };
  const minute = local.minuteOfDay(at, zone);
  const today = local.weekday(at, zone);
  const span = modes.plan.find((one) => holds(one, today, minute));
  return { mode: span?.mode ?? "armed" };
}

/** A span that goes past midnight belongs to the day on which it began. */
function holds({ days, hours }: ModeSpan, today: number, minute: number): boolean {
  const span = hours === undefined ? undefined : parseDaySpan(hours);
  if (!span) return days.includes(today);
  if (!inSpan(span, minute)) return false;
  const begunYesterday = span.from > span.to && minute < span.to;
  return days.includes(begunYesterday ? ((today + 5) % 7) + 1 : today);
}
