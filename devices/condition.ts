import {
  constant,
  level,
  phaseTable,
  siteCode,
  type Guard,
  type Rule,
  type Source,
} from "../src/device-kit/index.ts";

/** A condition that a sensor tells in words or numbers. */
export interface Condition {
  readonly of: Source;
  /** What the site calls it in `codes`, and the property the hub keeps its state under. */
  readonly name: string;
  readonly code: string;
  readonly raised: readonly string[];
  readonly cleared: readonly string[];
  readonly when?: readonly Guard[];
}

/** A repeated condition whose words are known; a word in neither list ("unknown") says nothing. */
export const condition = ({ of, name, code, raised, cleared, when = [] }: Condition): Rule =>
  level({
    when,
    code: siteCode(constant(name), { [name]: code }),
    phase: phaseTable(of, {
      ...Object.fromEntries(raised.map((word) => [word, "raise" as const])),
      ...Object.fromEntries(cleared.map((word) => [word, "clear" as const])),
    }),
    property: constant(name),
  });
