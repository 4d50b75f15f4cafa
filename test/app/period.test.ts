import { expect, test } from "vitest";
import { periodOf } from "../../src/app/period.ts";
import { refusal } from "../contracts/store/samples.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const ZONE = "Asia/Shanghai";

test("days begin at midnight of the zone, instants say their offset", () => {
  expect(periodOf({ from: "2026-01-01", to: "2026-02-01T00:00:00Z", estateId: "e1" }, ZONE, NOW)).toEqual({
    from: Date.parse("2026-01-01T00:00:00+08:00"),
    to: Date.parse("2026-02-01T00:00:00Z"),
    estateId: "e1",
  });
});

test("the period ends now at the latest", () => {
  expect(periodOf({ from: "2026-03-01", to: "2027-01-01" }, ZONE, NOW).to).toBe(NOW);
});

test.each([
  ["from", { from: "yesterday", to: "2026-02-01" }],
  ["from", { from: "2026-02-30", to: "2026-03-01" }],
  ["from", { from: "2026-02-30T00:00:00Z", to: "2026-03-01" }],
  ["from", { from: "2026-13-01", to: "2026-03-01" }],
  ["to", { from: "2026-02-01", to: "2026-02-31" }],
  ["to", { from: "2026-02-01", to: "2026-02-05T10:00" }],
  ["to", { from: "2026-02-01", to: "2026-02-01" }],
  ["to", { from: "2026-04-01", to: "2026-05-01" }],
])("refused, %s: %o", async (field, written) => {
  const read = async () => periodOf(written, ZONE, NOW);
  await expect(read()).rejects.toMatchObject(refusal("VALIDATION", field));
});
