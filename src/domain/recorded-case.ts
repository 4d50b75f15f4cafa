import type { EpochMs } from "./time.ts";

/** `call` (警情): a call to the police · `case` (案件): a filed case. Never mixed in one rate. */
export type CaseUnit = "call" | "case";

/** One externally recorded crime or call, imported; the series that may be compared before/after. */
export interface RecordedCase {
  /** The record's number in the source system; with `source` it makes an import repeatable. */
  readonly id: string;
  readonly source: string;
  readonly estateId: string;
  readonly unit: CaseUnit;
  /** A taxonomy code, by way of the type mapping. */
  readonly type: string;
  /** The type as the source wrote it. */
  readonly sourceType: string;
  readonly occurredAt: EpochMs;
  readonly simulated: boolean;
}
