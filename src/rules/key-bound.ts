import { EVERYWHERE } from "./subject.ts";

/** Values that one rule follows in one estate at a time: they may be new with every event. */
const IN_AN_ESTATE = 10_000;
/** The same for a rule whose keys join estates. */
const IN_ALL = 100_000;

/** Counts the values that a rule follows. */
export interface KeyBound {
  /** Takes a key of an estate, unless there are too many; then it is the sentence that says so. */
  take(estate: string): string | undefined;
  /** Gives back what was taken. */
  leave(estate: string): void;
  clear(): void;
}

/** Makes the count of one rule. */
export function createKeyBound(): KeyBound {
  const counts = new Map<string, number>();
  return {
    take(estate) {
      const count = counts.get(estate) ?? 0;
      const most = estate === EVERYWHERE ? IN_ALL : IN_AN_ESTATE;
      if (count >= most) return `It follows ${most} values already, and no more before some are at rest.`;
      counts.set(estate, count + 1);
      return undefined;
    },
    leave(estate) {
      const count = counts.get(estate) ?? 0;
      if (count > 1) counts.set(estate, count - 1);
      else counts.delete(estate);
    },
    clear: () => counts.clear(),
  };
}
