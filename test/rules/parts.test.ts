import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { parseDuration } from "../../src/rules/duration.ts";
import { createLocalTime, inSpan, NIGHT, parseDaySpan } from "../../src/domain/local-time.ts";
import { createTimers, type Timed } from "../../src/rules/timers.ts";

describe("timers", () => {
  test("give the same order as sorting, through any changes", () => {
    interface Named extends Timed {
      readonly name: number;
    }
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(11), fc.oneof(fc.nat(30), fc.constant(Infinity))), { maxLength: 80 }),
        (changes) => {
          const timers = createTimers<Named>((a, b) => a.name < b.name);
          const items = Array.from({ length: 12 }, (_, name): Named => ({ name, due: Infinity, slot: -1 }));
          for (const [name, due] of changes) {
            const item = items[name];
            if (item) timers.set(item, due);
            const [first] = items.toSorted((a, b) => a.due - b.due || a.name - b.name);
            expect(timers.first()).toBe(first?.due === Infinity ? undefined : first);
          }
          const order = items
            .filter(({ due }) => due < Infinity)
            .toSorted((a, b) => a.due - b.due || a.name - b.name);
          for (const item of order) {
            expect(timers.first()).toBe(item);
            timers.set(item, Infinity);
          }
          expect(timers.first()).toBeUndefined();
        },
      ),
    );
  });
});

describe("local time", () => {
  const local = createLocalTime();

  test("agrees with the calendar of any zone at any time", () => {
    const zones = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"];
    const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2060, 0, 1) }),
        (zone, at) => {
          const parts = new Intl.DateTimeFormat("en-GB", {
            timeZone: zone,
            hour: "2-digit",
            minute: "2-digit",
            weekday: "short",
            hourCycle: "h23",
          }).formatToParts(at);
          const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
          expect(local.minuteOfDay(at, zone)).toBe(Number(part("hour")) * 60 + Number(part("minute")));
          expect(local.weekday(at, zone)).toBe(days.indexOf(part("weekday")) + 1);
        },
      ),
    );
  });

  test("follows a change of summer time to the minute", () => {
    const change = Date.parse("2026-03-29T01:00:00Z");
    expect(local.minuteOfDay(change - 1, "Europe/Berlin")).toBe(60 + 59);
    expect(local.minuteOfDay(change, "Europe/Berlin")).toBe(3 * 60);
  });

  test("a zone nobody knows counts as the default one", () => {
    expect(local.minuteOfDay(0, "Mars/Olympus")).toBe(8 * 60);
  });

  test("night spans midnight; its end is not part of it", () => {
    const minutes = [21 * 60 + 59, 22 * 60, 0, 5 * 60 + 59, 6 * 60, 12 * 60];
    expect(minutes.map((minute) => inSpan(NIGHT, minute))).toEqual([false, true, true, true, false, false]);
    expect(parseDaySpan("08:30-17:00")).toEqual({ from: 510, to: 1_020 });
    for (const wrong of ["24:00-06:00", "8:30-17:00", "06:00-06:00", "day", ""])
      expect(parseDaySpan(wrong)).toBeUndefined();
  });
});

test("durations are whole numbers with a unit", () => {
  expect(["1s", "90s", "5m", "12h", "2d"].map(parseDuration)).toEqual([
    1_000, 90_000, 300_000, 43_200_000, 172_800_000,
  ]);
  for (const wrong of ["", "0s", "-1s", "1.5h", "60", "1w", "1 h", "9999999s"])
    expect(parseDuration(wrong)).toBeUndefined();
});

describe("codes of a condition", () => {
  const compiler = createConditionCompiler();
  const codes = (text: string): string[] | string => {
    const compiled = compiler.compile(text);
    return "refused" in compiled ? "refused" : [...compiled.codes].toSorted();
  };

  test.each([
    ["event.code == 'fire.smoke'", ["fire.smoke"]],
    ["'fire.smoke' == event.code && event.phase == 'raise'", ["fire.smoke"]],
    [
      "event.code in ['fire.gas', 'fire.co'] && (event.phase == 'raise' || event.phase == 'pulse')",
      ["fire.co", "fire.gas"],
    ],
    ["event.code == 'fire.gas' || event.code == 'fire.co'", ["fire.co", "fire.gas"]],
    ["event.code in ['fire.gas', 'fire.co'] && event.code != 'fire.co'", ["fire.co", "fire.gas"]],
    ["event.phase == 'raise'", "refused"],
    ["event.code != 'fire.smoke'", "refused"],
    ["event.code == 'fire.gas' && event.code == 'fire.co'", "refused"],
    ["!(event.code == 'fire.smok') && event.code == 'fire.smoke'", "refused"],
  ])("%s", (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});
