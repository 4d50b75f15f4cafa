import type { BacktestPeriod, Notifications } from "../domain/backtest.ts";
import { DAY, type LocalDate } from "../domain/time.ts";
import { createZoneClock, type ZoneClock } from "../domain/zone.ts";
import type { Spell } from "./spell.ts";

/** Counts whom incidents would disturb, and when. */
export interface NotificationCount {
  add(incident: Spell): void;
  figures(): Notifications;
}

/** Counts notifications over a period; `zoneOf` gives an estate's zone. */
export function countNotifications(
  { from, to, officers }: BacktestPeriod,
  zoneOf: (estateId: string) => string,
): NotificationCount {
  const clocks = new Map<string, ZoneClock>();
  const estates = new Map<string, Map<LocalDate, number>>();
  const days = (to - from) / DAY;

  function dayOf({ estateId, detectedAt }: Spell): LocalDate {
    const clock = clocks.get(estateId) ?? createZoneClock(zoneOf(estateId));
    clocks.set(estateId, clock);
    return new Date(detectedAt + clock.offsetAt(detectedAt)).toISOString().slice(0, 10);
  }

  return {
    add(incident) {
      const { estateId, severity, late, test } = incident;
      if (severity > "P3" || late || test) return;
      const own = estates.get(estateId) ?? new Map<LocalDate, number>();
      estates.set(estateId, own);
      addTo(own, dayOf(incident), 1);
    },
    figures() {
      const together = new Map<LocalDate, number>();
      for (const own of estates.values()) for (const [day, count] of own) addTo(together, day, count);
      const total = sumOf(together);
      const [most] = worstOf(together);
      const shared = officers !== undefined && {
        perOfficer: { perDay: rounded(total / days / officers), most: rounded(most / officers) },
      };
      return {
        total,
        perDay: rounded(total / days),
        most,
        ...shared,
        estates: [...estates]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([estateId, own]) => {
            const [worst, on] = worstOf(own);
            return { estateId, total: sumOf(own), perDay: rounded(sumOf(own) / days), most: worst, on };
          }),
      };
    },
  };
}

function addTo(counts: Map<LocalDate, number>, day: LocalDate, count: number): void {
  counts.set(day, (counts.get(day) ?? 0) + count);
}

function sumOf(counts: ReadonlyMap<LocalDate, number>): number {
  return counts.values().reduce((sum, count) => sum + count, 0);
}

/** The most on one day, and the first day with so many. */
function worstOf(counts: ReadonlyMap<LocalDate, number>): readonly [most: number, on: LocalDate] {
  const days = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return days.reduce<readonly [number, LocalDate]>(
    (worst, [day, count]) => (count > worst[0] ? [count, day] : worst),
    [0, ""],
  );
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
