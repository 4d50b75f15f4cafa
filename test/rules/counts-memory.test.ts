import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { MINUTE, SECOND } from "../../src/domain/time.ts";
import { createCounting } from "../../src/rules/counting.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { createCheckpoint, feed, GATE, NOON, resumed } from "./build.ts";
import { brief, card, DENIED, denied, ruleOf, three, threeCards, told } from "./refusals.ts";

describe("memory", () => {
  test("survives a restart within the window, and is forgotten ten minutes after it", () => {
    const engine = createRuleEngine(three);
    const store = createCheckpoint();
    feed(engine, denied(0));
    feed(engine, denied(1));
    store.save(engine.takeChanges());
    expect(store.states()).toHaveLength(1);
    expect(feed(resumed(three, store.states()), denied(2)).map(brief)).toEqual(["open 2 at 2 known 2"]);
    expect(engine.nextDue()).toBe(NOON + 12 * MINUTE + SECOND);
    engine.advance(NOON + 12 * MINUTE + SECOND);
    store.save(engine.takeChanges());
    expect(store.states()).toEqual([]);
    expect(engine.nextDue()).toBeUndefined();
  });

  test("loses each event ten minutes after its window, though others keep the key alive", () => {
    const engine = createRuleEngine(three);
    const known = (): string[] => {
      const [change] = engine.takeChanges();
      const { memory } = JSON.parse(change?.state ?? "") as { memory: { entries: { id: string }[] } };
      return memory.entries.map(({ id }) => id);
    };
    for (const second of [0, 500, 719]) feed(engine, denied(second));
    expect(known()).toEqual(["0", "500", "719"]);
    feed(engine, denied(720));
    expect(known()).toEqual(["500", "719", "720"]);
  });

  test("outlives an episode whose time-out is shorter than the window", () => {
    const short = ruleOf(`of: ${DENIED}, atLeast: 3, within: 2m`, { clears: "{ after: 30s }" });
    expect(told(short, denied(0), denied(1), denied(2), denied(93))).toEqual([
      "open 2 at 2 known 2",
      "end 2 at 32 known 32",
      "open 93 at 93 known 93",
    ]);
  });

  test("is begun only by what is counted", () => {
    const operator = createCounting({ atLeast: 3, within: MINUTE, byValue: true });
    const wakes = (
      role: string,
      value: string | undefined,
      transition: SecurityEvent["transition"] = "edge",
    ) => operator.wakes({ role, event: denied(0, { transition }), device: GATE, value });
    expect(wakes("of", "a")).toBe(true);
    expect([
      wakes("until", "a"),
      wakes("of", undefined),
      wakes("of", ""),
      wakes("of", "a", "repeat"),
    ]).toEqual([false, false, false, false]);
  });

  test("is bounded, and a flood is still counted exactly", () => {
    const engine = createRuleEngine(ruleOf(`of: ${DENIED}, atLeast: 100, within: 12h`));
    const verdicts = Array.from({ length: 400 }, (_, second) => feed(engine, denied(second))).flat();
    expect(verdicts.map(({ kind }) => kind)).toEqual([
      "open",
      ...Array.from({ length: 300 }, () => "evidence"),
    ]);
    const [change] = engine.takeChanges();
    expect(change?.state?.length).toBeLessThan(32_000);
  });

  test("one value in a flood does not push out the others", () => {
    const engine = createRuleEngine(threeCards);
    feed(engine, denied(0, card("a")));
    for (let i = 1; i <= 300; i++) feed(engine, denied(i / 10, card("b")));
    expect(feed(engine, denied(40, card("c"))).map(brief)).toEqual(["open 40 at 40 known 40"]);
  });

  test("that cannot be read is a counted fault", () => {
    const key = "e1|access.denied_repeat|place:unit-3";
    const engine = resumed(three, [{ ruleId: "a-rule", key, state: `{"memory":{"waits":[]}}` }]);
    expect(engine.conditionFaults()).toMatchObject([{ rule: "a-rule", count: 1 }]);
  });
});

test("places are counted each for itself", () => {
  const engine = createRuleEngine(three);
  const verdicts = ["unit-1", "unit-2", "unit-1", "unit-2", "unit-2"].flatMap((placeId, second) =>
    feed(engine, denied(second), { ...GATE, placeId }),
  );
  expect(verdicts.map(({ key, episode }) => `${key} ${episode}`)).toEqual([
    "e1|access.denied_repeat|place:unit-2 4",
  ]);
});
