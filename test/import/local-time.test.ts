import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createZoneClock, isZone } from "../../src/domain/zone.ts";
import { readDay, readTime } from "../../src/import/local-time.ts";

const shanghai = createZoneClock("Asia/Shanghai");
const berlin = createZoneClock("Europe/Berlin");
const iso = (cell: string, zone = shanghai): string => {
  const reading = readTime(cell, zone);
  return reading.ok ? new Date(reading.at).toISOString() : reading.reason;
};

describe("formats", () => {
  test.each([
    ["2024-03-01 12:30", "2024-03-01T04:30:00.000Z"],
    ["2024/3/1 12:30:05", "2024-03-01T04:30:05.000Z"],
    ["2024.3.1 9:05", "2024-03-01T01:05:00.000Z"],
    ["2024-03-01T12:30:05.25", "2024-03-01T04:30:05.250Z"],
    ["2024年3月1日 12时30分", "2024-03-01T04:30:00.000Z"],
    ["2024年3月1日12时30分5秒", "2024-03-01T04:30:05.000Z"],
    ["2024年3月1日 8时", "2024-03-01T00:00:00.000Z"],
    ["２０２４－０３－０１　１２：３０", "2024-03-01T04:30:00.000Z"],
    ["20240301123005", "2024-03-01T04:30:05.000Z"],
    ["202403011230", "2024-03-01T04:30:00.000Z"],
    ["2024-03-01T12:30:00Z", "2024-03-01T12:30:00.000Z"],
    ["2024-03-01T12:30:00+09:00", "2024-03-01T03:30:00.000Z"],
    ["2024-03-01 12:30 -0330", "2024-03-01T16:00:00.000Z"],
    [" 2024-03-01 00:00\t", "2024-02-29T16:00:00.000Z"],
  ])("%s", (cell, expected) => {
    expect(iso(cell)).toBe(expected);
  });

  test.each(["2024-03-01", "2024/3/1", "20240301", "2024年3月1日"])(
    "%s alone is noon of that day",
    (cell) => {
      expect(readTime(cell, shanghai)).toEqual({ ok: true, at: Date.UTC(2024, 2, 1, 4), dateOnly: true });
      expect(readDay(cell)).toBe("2024-03-01");
    },
  );
});

describe("refusals", () => {
  test.each([
    ["2024-02-30 12:00", "day that does not exist"],
    ["2023-02-29", "day that does not exist"],
    ["2024-13-01", "day that does not exist"],
    ["2024-00-10", "day that does not exist"],
    ["0024-01-10", "day that does not exist"],
    ["2024-03-01 24:00", "time of day that does not exist"],
    ["2024-03-01 12:60", "time of day that does not exist"],
    ["2024-03-01T12:00:60", "time of day that does not exist"],
    ["2024-03-01T12:00+15:00", "offset that does not exist"],
    ["3/1/2024 12:00", "does not begin with the year"],
    ["01-03-24", "does not begin with the year"],
    ["45352.52", "spreadsheet's day number"],
    ["2024-03/01", "is not a time"],
    ["2024-3-112:30", "is not a time"],
    ["yesterday", "is not a time"],
    ["", "is empty"],
  ])("%s", (cell, reason) => {
    expect(iso(cell)).toContain(reason);
  });

  test("a day with a time is not a day", () => {
    expect(readDay("2024-03-01 12:00")).toBeUndefined();
    expect(readDay("2024-02-30")).toBeUndefined();
  });
});

describe("clock changes", () => {
  test("summer and winter", () => {
    expect(iso("2024-07-01 12:00", berlin)).toBe("2024-07-01T10:00:00.000Z");
    expect(iso("2024-12-01 12:00", berlin)).toBe("2024-12-01T11:00:00.000Z");
  });

  test("a time that was skipped moves on, one that came twice means the first", () => {
    expect(iso("2024-03-31 01:59", berlin)).toBe("2024-03-31T00:59:00.000Z");
    expect(iso("2024-03-31 02:30", berlin)).toBe("2024-03-31T01:30:00.000Z");
    expect(iso("2024-03-31 03:00", berlin)).toBe("2024-03-31T01:00:00.000Z");
    expect(iso("2024-10-27 02:30", berlin)).toBe("2024-10-27T00:30:00.000Z");
    expect(iso("2024-10-27 03:30", berlin)).toBe("2024-10-27T02:30:00.000Z");
  });

  test("Shanghai had summer time in 1986 to 1991", () => {
    expect(iso("1988-07-01 12:00")).toBe("1988-07-01T03:00:00.000Z");
    expect(iso("1992-07-01 12:00")).toBe("1992-07-01T04:00:00.000Z");
  });

  test("every instant, written by the zone's wall clock, is read back, except in the hour that comes twice", () => {
    const zones = [
      "Asia/Shanghai",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
    ];
    const clocks = new Map(zones.map((zone) => [zone, createZoneClock(zone)]));
    fc.assert(
      fc.property(
        fc.constantFrom(...clocks.entries()),
        fc.integer({ min: 0, max: Date.UTC(2040, 0, 1) / 1000 }),
        ([, clock], seconds) => {
          const instant = seconds * 1000;
          const wall = instant + clock.offsetAt(instant);
          const read = clock.instantOf(wall);
          // The first of two readings is allowed, but it must show the same wall clock.
          expect(read).toBeLessThanOrEqual(instant);
          expect(read + clock.offsetAt(read)).toBe(wall);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("zones", () => {
  expect(["Asia/Shanghai", "UTC", "Europe/Berlin"].every(isZone)).toBe(true);
  expect(["", "+08:00", "Asia/Shangai", "Mars/Olympus", "8"].some(isZone)).toBe(false);
});
