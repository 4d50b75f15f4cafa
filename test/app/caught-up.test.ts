import { expect, test } from "vitest";
import { createCaughtUp } from "../../src/app/caught-up.ts";
import type { JournalPosition } from "../../src/domain/journal.ts";
import type { JournalHealth } from "../../src/ports.ts";

/** A hub whose cursor is at these positions, one a question; the last stays. */
function setUp(
  durable: JournalPosition,
  cursors: readonly JournalPosition[],
  fault?: JournalHealth["fault"],
) {
  let asked = 0;
  const health = { pendingEntries: 0, pendingBytes: 0, durable, ...(fault && { fault }) };
  const caughtUp = createCaughtUp(() => health, {
    reactHealth: async () => ({
      cursor: cursors[Math.min(asked++, cursors.length - 1)] ?? durable,
      reactedEvents: 0,
      duplicates: 0,
      repeats: 0,
      damagedFrames: 0,
      ruleFaults: [],
    }),
  });
  return { caughtUp, asked: () => asked };
}

const at = (segment: number, offset: number): JournalPosition => ({ segment, offset });

test.each([
  [at(7, 100), at(7, 100)],
  [at(7, 100), at(7, 101)],
  [at(7, 100), at(8, 0)],
])("durable %j, cursor %j: it has caught up", async (durable, cursor) => {
  expect(await setUp(durable, [cursor]).caughtUp()).toBe(true);
});

test("it waits for the cursor to come", async () => {
  const { caughtUp, asked } = setUp(at(7, 100), [at(6, 900), at(7, 99), at(7, 100)]);
  expect(await caughtUp()).toBe(true);
  expect(asked()).toBe(3);
});

test("a cursor that does not come, and a journal that cannot write", async () => {
  expect(await setUp(at(7, 100), [at(7, 99)]).caughtUp()).toBe(false);
  const faulty = setUp(at(7, 100), [at(7, 100)], { since: 0, message: "no space" });
  expect(await faulty.caughtUp()).toBe(false);
});
