import type { TimeSpan } from "../domain/exposure.ts";
import type { Span } from "../domain/rates.ts";
import { createZoneClock } from "../domain/zone.ts";

/** Turns spans of local days into spans of instants, by the clock of an IANA zone. */
export function instantsIn(zone: string): (span: Span) => TimeSpan {
  const clock = createZoneClock(zone);
  const beginning = (day: string): number => clock.instantOf(Date.parse(`${day}T00:00:00Z`));
  return ({ from, to }) => ({ from: beginning(from), to: beginning(to) });
}
