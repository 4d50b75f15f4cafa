import type { BacktestPeriod } from "../domain/backtest.ts";
import type { EpochMs } from "../domain/time.ts";
import { createZoneClock } from "../domain/zone.ts";
import { ZhianError } from "../errors.ts";

const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A period as somebody wrote it. */
export interface WrittenPeriod {
  readonly from: string;
  readonly to: string;
  readonly estateId?: string;
  readonly officers?: number;
}

/**
 * The period between two days of a zone or instants with an offset; its end is not later than `now`.
 * Throws ZhianError VALIDATION when one cannot be read or nothing lies between them.
 */
export function periodOf(written: WrittenPeriod, zone: string, now: EpochMs): BacktestPeriod {
  const { estateId, officers } = written;
  const from = instantOf("from", written.from, zone);
  const to = Math.min(instantOf("to", written.to, zone), now);
  if (from >= to) throw refused("to", "It must be later than from, and from earlier than now.");
  return {
    from,
    to,
    ...(estateId !== undefined && { estateId }),
    ...(officers !== undefined && { officers }),
  };
}

function instantOf(field: string, text: string, zone: string): EpochMs {
  const at = DAY.test(text) || INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  // 30 February is read as 2 March.
  const isDay =
    Number.isFinite(at) &&
    new Date(Date.parse(text.slice(0, 10))).toISOString().startsWith(text.slice(0, 10));
  if (!isDay) throw refused(field, "It must be a day, 2026-01-31, or an instant, 2026-01-31T08:00:00+08:00.");
  return DAY.test(text) ? createZoneClock(zone).instantOf(at) : at;
}

function refused(field: string, reason: string): ZhianError {
  return new ZhianError("VALIDATION", "The period cannot be used.", { faults: [{ field, reason }] });
}
