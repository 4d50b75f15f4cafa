import type { EpochMs, LocalDate } from "./time.ts";

/** Days of the year in which exposure is told: the mean of the Julian calendar, as epidemiology has it. */
export const DAYS_PER_YEAR = 365.25;

/** From this day on, in the estate's zone, an estate has so many occupied households. */
export interface HouseholdChange {
  readonly fromDay: LocalDate;
  readonly households: number;
}

/** A span of instants, `from` inclusive, `to` exclusive. */
export interface TimeSpan {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** What can be away. The estate is empty for what serves several: a gateway, the hub itself. */
export interface Watched {
  readonly estateId: string;
  readonly subject: "hub" | `gateway:${string}` | `device:${string}`;
}

/** Somebody went away, or came back. */
export interface PresenceSign extends Watched {
  readonly kind: "away" | "back";
  /** When it happened, which may be long before it was told. */
  readonly at: EpochMs;
}

/** The hub, as something that can be away. */
export const HUB_ITSELF: Watched = { estateId: "", subject: "hub" };

/** A gateway, as something that can be away. */
export const watchedGateway = (id: string): Watched => ({ estateId: "", subject: `gateway:${id}` });

/** A device, as something that can be away. */
export const watchedDevice = (estateId: string, id: string): Watched => ({
  estateId,
  subject: `device:${id}`,
});
