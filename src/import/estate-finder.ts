import type { Estate } from "../domain/estate.ts";
import { createZoneClock, type ZoneClock } from "../domain/zone.ts";
import { shown } from "./cell.ts";

/** An estate as a case file needs it. */
export interface KnownEstate {
  readonly id: string;
  readonly clock: ZoneClock;
}

type EstateMatch =
  | { readonly ok: true; readonly estate: KnownEstate }
  | { readonly ok: false; readonly reason: string };

/** Finds an estate by its id, or by its name where that is unmistakable. */
export type EstateFinder = (text: string) => EstateMatch;

/** Makes a finder over the estates a caller may see. */
export function createEstateFinder(estates: readonly Pick<Estate, "id" | "name" | "zone">[]): EstateFinder {
  const clocks = new Map<string, ZoneClock>();
  const clockOf = (zone: string): ZoneClock => {
    const clock = clocks.get(zone) ?? createZoneClock(zone);
    clocks.set(zone, clock);
    return clock;
  };
  const byId = new Map(estates.map((estate) => [estate.id, estate]));
  const byName = Map.groupBy(estates, ({ name }) => name.normalize("NFKC").trim());
  return (text) => {
    const named = byName.get(text) ?? [];
    const estate = byId.get(text) ?? named[0];
    if (!estate) return { ok: false, reason: `is not an estate of this hub: ${shown(text)}` };
    if (!byId.has(text) && named.length > 1) {
      return {
        ok: false,
        reason: `is the name of ${named.length} estates; give the estate's id: ${shown(text)}`,
      };
    }
    return { ok: true, estate: { id: estate.id, clock: clockOf(estate.zone) } };
  };
}
