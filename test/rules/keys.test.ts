import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { HOUR, SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { describeFault } from "../../src/rules/rule.ts";
import { createCheckpoint, eventAt, feed, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const denied = (second: number, more: Partial<SecurityEvent>): SecurityEvent =>
  eventAt(second * SECOND, "access.denied", "pulse", more);
const card = (cardHash: string | number | boolean) => ({ attributes: { cardHash } });
const brief = ({ kind, estateId, deviceId, key }: Verdict): string =>
  `${kind} ${estateId} ${deviceId} ${key}`;

const BY_CARD = "[estate, { value: event.attributes.cardHash }]";
const occurs = rulesFrom(
  ruleText({
    incident: "access.denied",
    when: "{ occurs: event.code == 'access.denied' }",
    clears: "{ when: event.code == 'access.granted', after: 1h }",
    key: BY_CARD,
  }),
);
const everywhere = rulesFrom(
  ruleText({
    incident: "access.denied_repeat",
    when: "{ counts: { of: event.code == 'access.denied', atLeast: 3, within: 12h, distinct: event.estate } }",
    key: "[everywhere, { value: event.attributes.cardHash }]",
  }),
);

describe("[estate, { value }]", () => {
  test("makes one incident per value in an estate", () => {
    const engine = createRuleEngine(occurs);
    const events = [
      denied(0, card("a")),
      denied(1, card("b")),
      denied(2, { ...card("a"), deviceId: "d2" }),
      denied(3, { ...card("a"), estateId: "e2" }),
    ];
    expect(events.flatMap((event) => feed(engine, event)).map(brief)).toEqual([
      "open e1 d1 e1|access.denied|value:a",
      "open e1 d1 e1|access.denied|value:b",
      "evidence e1 d2 e1|access.denied|value:a",
      "open e2 d1 e2|access.denied|value:a",
    ]);
  });

  test("an event without the value touches nothing and is no fault, the end too", () => {
    const engine = createRuleEngine(occurs);
    expect(feed(engine, denied(0, card("a")))).toHaveLength(1);
    engine.takeChanges();
    expect(feed(engine, denied(1, {}))).toEqual([]);
    expect(feed(engine, denied(2, card("")))).toEqual([]);
    expect(feed(engine, eventAt(3, "access.granted", "pulse"))).toEqual([]);
    expect(engine.takeChanges()).toEqual([]);
    expect(engine.conditionFaults()).toEqual([]);
    expect(feed(engine, eventAt(4 * SECOND, "access.granted", "pulse", card("a")))).toHaveLength(1);
  });

  test("any value is a name that cannot be mixed up with another key", () => {
    const key = (value: string | number | boolean): string | undefined =>
      feed(createRuleEngine(occurs), denied(0, card(value)))[0]?.key;
    expect(key(7)).toBe("e1|access.denied|value:7");
    expect(key(false)).toBe("e1|access.denied|value:false");
    expect(key("a|b%")).toBe("e1|access.denied|value:a%7Cb%25");
  });

  test("an expression that fails is a counted fault", () => {
    const rules = rulesFrom(
      ruleText({
        when: "{ occurs: event.code == 'access.denied' }",
        key: "[estate, { value: 7 / int(event.value) }]",
      }),
    );
    const engine = createRuleEngine(rules);
    expect(feed(engine, denied(0, { value: 0 }))).toEqual([]);
    expect(engine.conditionFaults()).toMatchObject([
      { rule: "a-rule", count: 1, reason: "The value of the key failed: division by zero" },
    ]);
    expect(feed(engine, denied(1, { value: 2 }))).toHaveLength(1);
  });
});

describe("[everywhere, { value }]", () => {
  test("joins estates; each verdict is of the estate of its event", () => {
    const engine = createRuleEngine(everywhere);
    const events = ["e1", "e2", "e2", "e3", "e1"].map((estateId, second) =>
      denied(second, { ...card("a"), estateId, deviceId: `gate-of-${estateId}` }),
    );
    const verdicts = [...events.flatMap((event) => feed(engine, event)), ...engine.advance(NOON + 2 * HOUR)];
    expect(verdicts.map(brief)).toEqual([
      "open e3 gate-of-e3 *|access.denied_repeat|value:a",
      "evidence e1 gate-of-e1 *|access.denied_repeat|value:a",
      "end e3 gate-of-e3 *|access.denied_repeat|value:a",
    ]);
  });

  test("the estate survives a restart, before and after the opening", () => {
    const store = createCheckpoint();
    const verdicts = ["e1", "e2", "e3"].flatMap((estateId, second) => {
      const engine = resumed(everywhere, store.states());
      const found = feed(engine, denied(second, { ...card("a"), estateId }));
      store.save(engine.takeChanges());
      return found;
    });
    verdicts.push(...resumed(everywhere, store.states()).advance(NOON + 2 * HOUR));
    expect(verdicts.map(({ kind, estateId }) => `${kind} ${estateId}`)).toEqual(["open e3", "end e3"]);
  });
});

test("a state saved before estates were kept in it is of the estate its key begins with", () => {
  const origin = { deviceId: "d1", placeId: "unit-3" };
  const episode = { id: "ev", began: NOON, origin, seen: NOON, timeOutAt: NOON + HOUR, members: [] };
  const state = JSON.stringify({ memory: { waits: [], pasts: [] }, episode });
  const key = "e7|access.denied|place:unit-3";
  const engine = resumed(occurs, [{ ruleId: "a-rule", key, state }]);
  expect(engine.advance(NOON + HOUR)).toMatchObject([{ kind: "end", estateId: "e7", episode: "ev" }]);
});

test("conditions know the estate and the device", () => {
  const engine = createRuleEngine(
    rulesFrom(
      ruleText({
        when: `{ occurs: "event.code == 'access.denied' && event.estate == 'e1' && event.device == 'd1'" }`,
      }),
    ),
  );
  const from = (estateId: string, deviceId: string) => feed(engine, denied(0, { estateId, deviceId }));
  expect([from("e1", "d1"), from("e2", "d1"), from("e1", "d2")].map(({ length }) => length)).toEqual([
    1, 0, 0,
  ]);
});

describe("a fault names the key", () => {
  const forms =
    "It must be [estate, place], [estate, device], [estate, device, point], " +
    "[estate, { value: … }] or [everywhere, { value: … }].";
  test.each([
    ["[estate, card]", `key: ${forms}`],
    ["[estate, { value: event.device, more: 1 }]", "key.1.more: There is no such field."],
    [
      "[estate, { value: event.card }]",
      "key.1.value: The expression cannot be read at character 7: No such key: card.",
    ],
    [
      "[estate, { value: event.flags }]",
      "key.1.value: A value must be a text, a number or a truth, this one is a list<string>.",
    ],
    [
      "[everywhere, { value: event.device }]",
      "key: A rule with occurs follows devices of one estate: its key begins with estate.",
    ],
  ])("%s", (key, fault) => {
    const { rules, faults } = readRules("test.yaml", ruleText({ key }), createConditionCompiler());
    expect(rules).toEqual([]);
    expect(faults.map(describeFault)).toEqual([`test.yaml:7: a-rule · ${fault}`]);
  });

  test("the version changes with the value and the reach, not with its spelling", () => {
    const version = (key: string): string | undefined =>
      rulesFrom(
        ruleText({ when: "{ counts: { of: event.code == 'access.denied', atLeast: 3, within: 2m } }", key }),
      )[0]?.version;
    const base = version("[estate, { value: event.device+'/'+event.point }]");
    expect(version(`[estate, { value: "event.device + '/' + event.point" }]`)).toBe(base);
    expect(version("[estate, { value: event.device }]")).not.toBe(base);
    expect(version("[everywhere, { value: event.device+'/'+event.point }]")).not.toBe(base);
  });
});
