import type { ImportRefusal } from "../ports.ts";
import { LISTED_FAULTS } from "./limits.ts";

/** Collects a file's faults: the first of them listed in order of lines, the rows all counted. */
export interface Faults {
  add(line: number, field: string, reason: string): void;
  has(line: number): boolean;
  rows(): number;
  list(): readonly ImportRefusal[];
}

export function createFaults(): Faults {
  const list: ImportRefusal[] = [];
  const lines = new Set<number>();
  return {
    add(line, field, reason) {
      list.push({ line, field, reason });
      lines.add(line);
    },
    has: (line) => lines.has(line),
    rows: () => lines.size,
    list: () => list.toSorted((a, b) => a.line - b.line).slice(0, LISTED_FAULTS),
  };
}
