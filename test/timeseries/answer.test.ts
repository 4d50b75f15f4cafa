import { expect, test } from "vitest";
import { verdictOf, waitOf } from "../../src/timeseries/answer.ts";

const NOW = Date.UTC(2026, 2, 1);
const verdict = (status: number, body = "", retryAfter?: string) =>
  verdictOf({ status, body, retryAfter }, NOW);

test.each([
  [204, "taken"],
  [200, "later"],
  [202, "later"],
  [301, "later"],
  [401, "mend"],
  [403, "mend"],
  [404, "mend"],
  [405, "later"],
  [408, "later"],
  [413, "halve"],
  [429, "later"],
  [499, "later"],
  [500, "later"],
  [503, "later"],
])("%d means %s", (status, kind) => {
  expect(verdict(status).kind).toBe(kind);
});

test.each([400, 422])(
  "%d refuses a line when InfluxDB says it, and nothing when somebody else does",
  (status) => {
    expect(verdict(status, '{"error":"partial write: dropped=1"}')).toEqual({
      kind: "refused",
      reason: `${status}: partial write: dropped=1`,
    });
    expect(verdict(status, '{"code":"invalid","message":"unable to parse"}').kind).toBe("refused");
    expect(verdict(status, "<html>400 The plain HTTP request was sent to HTTPS port</html>").kind).toBe(
      "later",
    );
    expect(verdict(status, "null").kind).toBe("later");
  },
);

test("Retry-After is seconds or an HTTP date", () => {
  expect(waitOf("30", NOW)).toBe(30_000);
  expect(waitOf("Sun, 01 Mar 2026 00:02:00 GMT", NOW)).toBe(120_000);
  expect(waitOf("Sat, 28 Feb 2026 00:00:00 GMT", NOW)).toBe(0);
  expect(waitOf("soon", NOW)).toBe(0);
  expect(waitOf(undefined, NOW)).toBe(0);
  expect(verdict(429, "", "7")).toMatchObject({ kind: "later", waitMs: 7_000 });
});
