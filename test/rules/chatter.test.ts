import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { createCheckpoint, eventAt, feed, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const smoke = rulesFrom(
  ruleText({ clears: "{ when: event.code == 'fire.smoke' && event.phase == 'clear', after: 2h }" }),
);
const raise = (second: number, more: Partial<SecurityEvent> = {}) =>
  eventAt(second * SECOND, "fire.smoke", "raise", { id: `r${second}`, ...more });
const clear = (second: number, more: Partial<SecurityEvent> = {}) =>
  eventAt(second * SECOND, "fire.smoke", "clear", { id: `c${second}`, ...more });

const brief = ({ kind, at, detectedAt, chattering, late, test: drill }: Verdict): string =>
  [
    `${kind} ${(at - NOON) / SECOND} known ${(detectedAt - NOON) / SECOND}`,
    chattering ? "latched" : "",
    late ? "late" : "",
    drill ? "test" : "",
  ]
    .filter((word) => word !== "")
    .join(" ");

/** What is told of these events, and of the hour after them. */
function told(...events: readonly SecurityEvent[]): string[] {
  const engine = createRuleEngine(smoke);
  const verdicts = events.flatMap((event) => feed(engine, event));
  const last = Math.max(...events.map(({ receivedAt }) => receivedAt));
  const all = [...verdicts, ...engine.advance(last + HOUR)].map(brief);
  expect(engine.nextDue() === undefined || engine.nextDue() === last + 2 * HOUR).toBe(true);
  return all;
}

describe("a latch", () => {
  test("comes with the third beginning or end within a minute, and ends at the last change after ten quiet minutes", () => {
    expect(told(raise(0), clear(10), raise(20), clear(30), raise(40), clear(50))).toEqual([
      "open 0 known 0",
      "end 10 known 10",
      "evidence 20 known 20 latched",
      "end 50 known 650",
    ]);
  });

  test("may come with an end, which is not told then", () => {
    expect(told(raise(0), clear(50), raise(100), clear(110))).toEqual([
      "open 0 known 0",
      "end 50 known 50",
      "open 100 known 100",
      "evidence 110 known 110 latched late",
      "end 110 known 710",
    ]);
  });

  test("needs three within exactly a minute, and no more than that", () => {
    expect(told(raise(0), clear(30), raise(60), clear(1_000))).toEqual([
      "open 0 known 0",
      "end 30 known 30",
      "evidence 60 known 60 latched",
      "end 1000 known 1000",
    ]);
    expect(told(raise(0), clear(30), raise(60.001), clear(1_000))).toEqual([
      "open 0 known 0",
      "end 30 known 30",
      "open 60.001 known 60.001",
      "end 1000 known 1000",
    ]);
  });

  test("holds while the device is restless, however long, and tells one verdict", () => {
    const flaps = Array.from({ length: 500 }, (_, n) => [raise(n * 600), clear(n * 600 + 20)]).flat();
    const all = told(raise(-30), clear(-20), ...flaps);
    expect(all.slice(0, 3)).toEqual([
      "open -30 known -30",
      "end -20 known -20",
      "evidence 0 known 0 latched",
    ]);
    expect(all.slice(3)).toEqual([`end ${499 * 600 + 20} known ${499 * 600 + 620}`]);
  });

  test("is released while the condition holds; its end is told as ever", () => {
    const engine = createRuleEngine(smoke);
    for (const event of [raise(0), clear(10), raise(20)]) feed(engine, event);
    expect(engine.advance(NOON + 30 * MINUTE)).toEqual([]);
    expect(feed(engine, clear(2_000)).map(brief)).toEqual(["end 2000 known 2000"]);
    expect(feed(engine, raise(2_100)).map(brief)).toEqual(["open 2100 known 2100"]);
  });

  test("does not hide what is new: another device, and the real thing after a test", () => {
    const drill = { flags: ["test"] as const };
    expect(
      told(
        raise(0, drill),
        clear(10, drill),
        raise(20, drill),
        raise(30, { deviceId: "d2", flags: ["test"] }),
        raise(40, { deviceId: "d2", flags: ["test"] }),
        raise(50),
        raise(60),
      ).slice(2),
    ).toEqual([
      "evidence 20 known 20 latched test",
      "evidence 30 known 30 latched test",
      "evidence 50 known 50 latched",
    ]);
  });

  test("does not come of evidence: many alarms of one place at once are no chattering", () => {
    const five = [0, 1, 2, 3, 4].map((n) => raise(n, { deviceId: `d${n}` }));
    const lines = told(...five);
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toContain("latched");
  });
});

describe("what is told late", () => {
  const known = (second: number) => ({ receivedAt: NOON + second * SECOND, flags: ["late"] as const });

  test("counts by its own times: an hour apart is no chattering, though it arrives in a moment", () => {
    const hours = [0, 1, 2].flatMap((n) => [
      raise(n * 3_600 - 20_000, known(n)),
      clear(n * 3_600 - 19_000, known(n)),
    ]);
    const lines = told(...hours);
    expect(lines).toHaveLength(6);
    expect(lines.join()).not.toContain("latched");
  });

  test("latches as late, and is released by the hub's clock", () => {
    expect(
      told(
        raise(-9_000, known(0)),
        clear(-8_990, known(1)),
        raise(-8_980, known(2)),
        clear(-8_970, known(3)),
      ),
    ).toEqual([
      "open -9000 known 0 late",
      "end -8990 known 1 late",
      "evidence -8980 known 2 latched late",
      "end -8970 known 603 late",
    ]);
  });

  test("long after by its own time, it ends the latch at once", () => {
    const lines = told(
      raise(-9_000, known(0)),
      clear(-8_990, known(1)),
      raise(-8_980, known(2)),
      clear(-8_970, known(3)),
      raise(-5_000, known(4)),
    );
    expect(lines.slice(3)).toEqual(["end -8970 known 4 late", "open -5000 known 4 late"]);
  });
});

describe("memory", () => {
  test("of an ended episode is kept for a minute, and nothing while none was", () => {
    const engine = createRuleEngine(smoke);
    const store = createCheckpoint();
    const kept = (): unknown => {
      store.save(engine.takeChanges());
      const [state] = store.states();
      return state && (JSON.parse(state.state ?? "") as { chatter?: unknown }).chatter;
    };
    feed(engine, clear(-100));
    expect(kept()).toBeUndefined();
    feed(engine, raise(0));
    feed(engine, clear(10));
    expect(kept()).toEqual({ times: [NOON, NOON + 10_000], until: NOON + 70_000 });
    engine.advance(NOON + 70_000);
    expect(kept()).toBeUndefined();
  });

  test("of a latch is bounded, and survives a restart", () => {
    const engine = createRuleEngine(smoke);
    const store = createCheckpoint();
    for (let n = 0; n < 50; n++) {
      feed(engine, raise(n * 10, { deviceId: `d${n}` }));
      feed(engine, clear(n * 10 + 5, { deviceId: `d${n}` }));
    }
    store.save(engine.takeChanges());
    const [state] = store.states();
    expect(state?.state?.length).toBeLessThan(2_000);
    const { chatter } = JSON.parse(state?.state ?? "") as {
      chatter: { latch: { known: { devices: unknown } } };
    };
    expect(chatter.latch.known.devices).toHaveLength(16);
    expect(
      resumed(smoke, store.states())
        .advance(NOON + HOUR)
        .map(brief),
    ).toEqual(["end 495 known 1095"]);
  });
});
