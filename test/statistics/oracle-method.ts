/** Answers by field, in the shape of a case's `expected`. */
export type Answer = Readonly<Record<string, unknown>>;
export type Input = Readonly<Record<string, unknown>>;

/** How the code answers the worked cases of one method. */
export interface Method {
  readonly answer: (input: Input) => Answer;
  /** Fields of `expected` that belong to methods this folder does not have. */
  readonly elsewhere: readonly string[];
  /** Fields of the answer that not every case lists. */
  readonly sometimes?: readonly string[];
  /** Fields with a tolerance of their own: those that a case's notes say are drawn at random. */
  readonly tolerances?: Readonly<Record<string, Tolerance>>;
}

/** How far an answer may be from what is expected: abs + rel × |expected|. */
export interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}

interface Limits {
  readonly lo: number;
  readonly hi: number | null;
}

/** Limits as the cases write most of them. */
export const pair = (limits: Limits): readonly (number | null)[] => [limits.lo, limits.hi];

/** Limits as the cases write them where the upper one may be infinite. */
export const bounds = (limits: Limits): Answer => ({ lower: limits.lo, upper: limits.hi });
