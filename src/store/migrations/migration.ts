/** One step of the schema. Numbered without gaps, forward only, applied in a transaction of its own. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}
