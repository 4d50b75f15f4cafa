import { afterEach, beforeEach, expect, test } from "vitest";
import { createComparisons } from "../../src/app/comparisons.ts";
import { compareGroups } from "../../src/statistics/comparison/compare-groups.ts";
import { estate, question, treated } from "../statistics/comparison/build.ts";

let comparisons: ReturnType<typeof createComparisons>;
beforeEach(() => {
  comparisons = createComparisons();
});
afterEach(() => comparisons.close());

test("the thread gives the very answer of the engine, to several at once", async () => {
  const questions = [question(), question({ control: [estate("c", 20, 19)] })];
  const answers = await Promise.all(questions.map((input) => comparisons.compare(input)));
  expect(answers).toEqual(questions.map(compareGroups));
});

test("a refusal crosses the thread with its code and fields, and the thread lives on", async () => {
  const faulty = question({ treated: [{ ...treated("t", 1, 1), households: 0 }] });
  await expect(comparisons.compare(faulty)).rejects.toMatchObject({ code: "NO_EXPOSURE" });
  expect((await comparisons.compare(question())).verdict).toBe("decrease_uncontrolled");
});

test("no more than sixteen stand in line", async () => {
  const asked = Array.from({ length: 17 }, () => comparisons.compare(question()));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 16 }, () => "fulfilled"),
    "rejected",
  ]);
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: "UNAVAILABLE" } });
});

test("when it is closed, those who wait are told, and nobody else is let in", async () => {
  const waiting = comparisons.compare(question());
  const told = expect(waiting).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await comparisons.close();
  await told;
  await expect(comparisons.compare(question())).rejects.toMatchObject({ code: "UNAVAILABLE" });
});
