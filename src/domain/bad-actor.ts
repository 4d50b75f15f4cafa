import type { EpochMs } from "./time.ts";

/** A device whose incidents came and went too often: it wants mending or moving. */
export interface BadActor {
  readonly estateId: string;
  readonly deviceId: string;
  /** How many of its incidents chattered. */
  readonly incidents: number;
  /** When the latest of them was opened, by event time. */
  readonly lastAt: EpochMs;
}
