import type { Spell } from "../../src/backtest/spell.ts";

/** A smoke alarm of one detector, by event time; it goes on without an end. */
export function spell(id: string, openedAt: number, endedAt?: number, more: Partial<Spell> = {}): Spell {
  return {
    id,
    estateId: "e1",
    type: "fire.smoke",
    deviceId: "d1",
    key: "e1|fire.smoke|device:d1",
    rule: { id: "smoke", version: "1" },
    severity: "P1",
    openedAt,
    detectedAt: openedAt,
    ...(endedAt !== undefined && { endedAt }),
    late: false,
    test: false,
    simulated: false,
    episodeCount: 1,
    ...more,
  };
}
