import { describe, expect, test } from "vitest";
import { periodsDue, periodStart, periodsUpTo } from "../../../src/app/surveillance/periods.ts";
import { HOUR, MINUTE } from "../../../src/domain/time.ts";
import { createZoneClock } from "../../../src/domain/zone.ts";

const shanghai = createZoneClock("Asia/Shanghai");
const berlin = createZoneClock("Europe/Berlin");
const at = (text: string): number => Date.parse(text);
const texts = (times: readonly number[]): string[] => times.map((time) => new Date(time).toISOString());

describe("periods", () => {
  test("begin where the calendar of the zone says; a week on Monday", () => {
    const thursday = at("2026-03-05T01:30:00+08:00");
    expect(texts([periodStart("hour", thursday, shanghai)])).toEqual(["2026-03-04T17:00:00.000Z"]);
    expect(periodStart("day", thursday, shanghai)).toBe(at("2026-03-05T00:00:00+08:00"));
    expect(periodStart("week", thursday, shanghai)).toBe(at("2026-03-02T00:00:00+08:00"));
    expect(periodStart("week", at("2026-03-02T00:00:00+08:00"), shanghai)).toBe(
      at("2026-03-02T00:00:00+08:00"),
    );
    expect(periodStart("month", thursday, shanghai)).toBe(at("2026-03-01T00:00:00+08:00"));
  });

  test("stay whole where clocks change: the week of the change has an hour less", () => {
    const bounds = periodsUpTo("week", at("2026-04-06T00:00:00+02:00"), 2, berlin);
    expect(texts(bounds)).toEqual([
      "2026-03-22T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
      "2026-04-05T22:00:00.000Z",
    ]);
    expect(((bounds[1] ?? 0) - (bounds[0] ?? 0)) / HOUR).toBe(167);
  });
});

describe("what is due", () => {
  const noon = at("2026-03-05T12:00:00+08:00");

  test("nothing before the period has settled, then its end", () => {
    const due = (now: number) => periodsDue("hourly", noon - HOUR, now, shanghai).ends;
    expect(due(noon + 9 * MINUTE)).toEqual([]);
    expect(due(noon + 10 * MINUTE)).toEqual([noon]);
  });

  test("only the last finished period when there is no mark", () => {
    expect(periodsDue("weekly", undefined, noon, shanghai)).toEqual({
      ends: [at("2026-03-02T00:00:00+08:00")],
      skipped: 0,
    });
  });

  test("what was missed, oldest first, up to the bound; the rest is counted", () => {
    const mark = at("2026-02-20T00:00:00+08:00");
    const { ends, skipped } = periodsDue("daily", mark, noon, shanghai);
    expect(ends[0]).toBe(at("2026-02-27T00:00:00+08:00"));
    expect(ends.at(-1)).toBe(at("2026-03-05T00:00:00+08:00"));
    expect([ends.length, skipped]).toEqual([7, 6]);
    expect(periodsDue("monthly", at("2026-01-01T00:00:00+08:00"), noon, shanghai).ends).toEqual([
      at("2026-02-01T00:00:00+08:00"),
      at("2026-03-01T00:00:00+08:00"),
    ]);
  });

  test("nothing when the clock was set back behind the mark", () => {
    expect(periodsDue("hourly", noon + 5 * HOUR, noon, shanghai)).toEqual({ ends: [], skipped: 0 });
  });
});
