import { describe, expect, test } from "vitest";
import { modeAt, type EstateModes, type ModeOrder } from "../../src/domain/estate-mode.ts";
import { createLocalTime } from "../../src/domain/local-time.ts";
import { DAY, HOUR } from "../../src/domain/time.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { eventAt, GATE, NOON, rulesFrom, ruleText } from "./build.ts";

const ZONE = "Asia/Shanghai";
const at = (local: string): number => Date.parse(`${local}+08:00`);
const order = (given: Partial<ModeOrder> & Pick<ModeOrder, "mode" | "from">): ModeOrder => ({
  estateId: "e1",
  by: "desk",
  ...given,
});
const mode = (modes: EstateModes, local: string): string =>
  modeAt(modes, at(local), ZONE, createLocalTime()).mode;

describe("the mode of an estate", () => {
  test("is armed where nothing is said", () => {
    expect(mode({ plan: [], orders: [] }, "2026-03-02T12:00")).toBe("armed");
  });

  // 2026-03-02 is a Monday.
  const plan: EstateModes = {
    plan: [
      { mode: "maintenance", days: [3], hours: "09:00-11:00" },
      { mode: "disarmed", days: [1, 5], hours: "22:00-02:00" },
      { mode: "disarmed", days: [7] },
    ],
    orders: [],
  };
  test.each([
    ["2026-03-02T21:59", "armed"],
    ["2026-03-02T22:00", "disarmed"],
    ["2026-03-03T01:59", "disarmed"],
    ["2026-03-03T02:00", "armed"],
    ["2026-03-03T22:30", "armed"],
    ["2026-03-02T01:00", "armed"],
    ["2026-03-04T09:00", "maintenance"],
    ["2026-03-04T11:00", "armed"],
    ["2026-03-08T00:00", "disarmed"],
    ["2026-03-08T23:59", "disarmed"],
    ["2026-03-09T00:00", "armed"],
  ])("by the plan at %s local time is %s", (local, expected) => {
    expect(mode(plan, local)).toBe(expected);
  });

  test("is what was ordered last, as long as that lasts", () => {
    const from = at("2026-03-02T21:00");
    const modes: EstateModes = {
      ...plan,
      orders: [
        order({ mode: "maintenance", from: from + 4 * HOUR, until: from + 6 * HOUR }),
        order({ mode: "armed", from }),
      ],
    };
    expect(mode(modes, "2026-03-02T20:59")).toBe("armed");
    expect(mode(modes, "2026-03-02T22:30")).toBe("armed");
    expect(mode(modes, "2026-03-03T01:30")).toBe("maintenance");
    // The one before it does not come back; the plan does.
    expect(mode(modes, "2026-03-09T22:30")).toBe("disarmed");
  });
});

describe("a condition on the mode", () => {
  const WHEN = "event.code == 'intrusion.motion' && estate.mode != 'disarmed'";
  const rules = () => rulesFrom(ruleText({ when: `{ occurs: "${WHEN}" }`, incident: "intrusion.motion" }));

  test("sees the mode at the time of the event, not of its arrival", () => {
    const night = NOON;
    const modes: EstateModes = {
      plan: [],
      orders: [order({ mode: "disarmed", from: night, until: night + HOUR })],
    };
    const engine = createRuleEngine(rules());
    const heard = (occurredAt: number, id: string) =>
      engine.fold(eventAt(DAY, "intrusion.motion", "pulse", { id, occurredAt }), { ...GATE, modes });
    expect(heard(night + HOUR - 1, "a")).toEqual([]);
    expect(heard(night + HOUR, "b").map(({ kind }) => kind)).toEqual(["open"]);
  });

  test("a mode that there is not is refused with a sentence", () => {
    expect(() =>
      rulesFrom(
        ruleText({
          when: `{ occurs: "event.code == 'intrusion.motion' && estate.mode == 'away'" }`,
          incident: "intrusion.motion",
        }),
      ),
    ).toThrow("An estate is armed, disarmed, maintenance; there is no mode 'away'.");
  });
});
