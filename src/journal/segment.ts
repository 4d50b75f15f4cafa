import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

const NAME = /^(\d{10})\.journal$/;

/** Path of a segment file. */
export function segmentPath(dir: string, segment: number): string {
  return join(dir, `${String(segment).padStart(10, "0")}.journal`);
}

/** Numbers of the segments in a folder, ascending; makes the folder when there is none. */
export function listSegments(dir: string): number[] {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return readdirSync(dir)
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [Number(match[1])] : [];
    })
    .toSorted((a, b) => a - b);
}
