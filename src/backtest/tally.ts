import type { BacktestPeriod, RuleFigures, TrialFigures } from "../domain/backtest.ts";
import { DAY } from "../domain/time.ts";
import { duplicatesIn } from "./duplicates.ts";
import { countNotifications } from "./notifications.ts";
import { outcomesOf } from "./outcomes.ts";
import { pairUp, spellOf, type Spell } from "./spell.ts";

/** Incidents of one set of rules that are kept for the comparison; enough for years of any hub that is of use. */
const COMPARED = 100_000;

interface Row {
  readonly rule: string;
  readonly estateId: string;
  incidents: number;
  resumed: number;
}

/** Counts the incidents of one set of rules as they are found. */
export interface Tally {
  add(incident: Spell): void;
  /** The incidents kept for the comparison, in order of time. */
  kept(): readonly Spell[];
  /** The figures, compared with the stored incidents of the period. */
  figures(stored: readonly Spell[]): Omit<TrialFigures, "rules" | "faults">;
}

/** Makes a tally of incidents detected in a period; `zoneOf` gives an estate's zone. */
export function createTally(period: BacktestPeriod, zoneOf: (estateId: string) => string): Tally {
  const { from, to } = period;
  const rows = new Map<string, Row>();
  const notifications = countNotifications(period, zoneOf);
  const found: Spell[] = [];
  let incidents = 0;
  let simulated = 0;

  function rowOf(incident: Spell): Row {
    const { rule, estateId } = incident;
    const name = nameOf(incident);
    const row = rows.get(name) ?? {
      rule: rule.id,
      estateId,
      incidents: 0,
      resumed: 0,
    };
    rows.set(name, row);
    return row;
  }

  function kept(): readonly Spell[] {
    return found.toSorted((a, b) => a.detectedAt - b.detectedAt || (a.id < b.id ? -1 : 1));
  }

  return {
    add(incident) {
      if (incident.detectedAt < from || incident.detectedAt >= to) return;
      incidents++;
      if (incident.simulated) simulated++;
      const row = rowOf(incident);
      row.incidents++;
      row.resumed += incident.episodeCount - 1;
      notifications.add(incident);
      if (found.length < COMPARED) found.push(spellOf(incident));
    },
    kept,
    figures(stored) {
      const pairs = pairUp(kept(), stored);
      const duplicates = duplicatesIn(found);
      const duplicatesOf = Map.groupBy(duplicates, nameOf);
      const taken = new Set(pairs.values());
      const missed = stored.filter((one) => !taken.has(one));
      // A rule that found nothing has a row too when it missed something.
      for (const one of missed) rowOf(one);
      const matchedOf = Map.groupBy(pairs.keys(), nameOf);
      const missedOf = Map.groupBy(missed, nameOf);
      const figures = [...rows].map(([name, row]): RuleFigures => {
        const matched = (matchedOf.get(name) ?? []).flatMap((one) => pairs.get(one) ?? []);
        const { rule, estateId, incidents: opened, resumed } = row;
        return {
          rule,
          estateId,
          incidents: opened,
          duplicates: duplicatesOf.get(name)?.length ?? 0,
          resumed,
          matched: outcomesOf(matched),
          unmatched: opened - matched.length,
          missed: outcomesOf(missedOf.get(name) ?? []),
        };
      });
      return {
        incidents,
        duplicates: duplicates.length,
        simulated,
        perDay: Math.round((incidents * DAY * 100) / (to - from)) / 100,
        figures: sorted(figures, ({ rule, estateId }) => `${rule}\n${estateId}`),
        notifications: notifications.figures(),
        notCompared: incidents - found.length,
      };
    },
  };
}

function nameOf({ rule, estateId }: Spell): string {
  return `${rule.id}\n${estateId}`;
}

function sorted<T>(list: readonly T[], name: (one: T) => string): readonly T[] {
  return list.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}
