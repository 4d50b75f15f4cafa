/** What a file may be at most. Beyond it the whole file is refused. */
export interface ImportLimits {
  readonly bytes: number;
  readonly rows: number;
  readonly columns: number;
  /** Characters of one cell. */
  readonly cell: number;
}

export const DEFAULT_LIMITS: ImportLimits = { bytes: 64 << 20, rows: 200_000, columns: 200, cell: 2_000 };

/** So many faults of one file are listed; all are counted. */
export const LISTED_FAULTS = 1_000;
