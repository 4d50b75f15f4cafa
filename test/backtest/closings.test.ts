import { expect, test } from "vitest";
import { CLOSED_AFTER, closingsOf } from "../../src/backtest/closings.ts";
import { incident, T0 } from "../contracts/store/samples.ts";

const KEY = "e1|fire.smoke|device:d1";
const tried = (endedAt?: number) =>
  incident("tried", {
    key: KEY,
    detectedAt: T0,
    ...(endedAt !== undefined && { endedAt, updatedAt: endedAt }),
  });
const closed = (at: number, closedBy = "wang") =>
  incident("stored", { key: KEY, status: "closed", closedAt: at, closedBy, closeReason: "confirmed" });

test("a person's closing closes it, even while the condition goes on", () => {
  const closings = closingsOf([closed(T0 + 100)]);
  expect(closings.closingOf(tried(), T0 + 99)).toBeUndefined();
  expect(closings.closingOf(tried(), T0 + 100)).toEqual({
    closedAt: T0 + 100,
    closedBy: "wang",
    closeReason: "confirmed",
  });
});

test("a closing before it was detected is of another incident", () => {
  expect(closingsOf([closed(T0 - 1)]).closingOf(tried(), T0 + 100)).toBeUndefined();
});

test("without a stored incident it closes a while after its condition ended, not before", () => {
  const closings = closingsOf([]);
  expect(closings.closingOf(tried(), T0 + 100 * CLOSED_AFTER)).toBeUndefined();
  expect(closings.closingOf(tried(T0 + 5), T0 + 5 + CLOSED_AFTER)).toBeUndefined();
  expect(closings.closingOf(tried(T0 + 5), T0 + 6 + CLOSED_AFTER)).toBeDefined();
});

test("a stored incident that nobody closed yet keeps it open; one that a rule closed does not", () => {
  const at = T0 + 10 * CLOSED_AFTER;
  expect(closingsOf([incident("stored", { key: KEY })]).closingOf(tried(T0 + 5), at)).toBeUndefined();
  expect(closingsOf([closed(T0 + 10, "rule:smoke")]).closingOf(tried(T0 + 5), at)).toBeDefined();
  expect(closingsOf([closed(T0 + 10, "rule:smoke")]).closingOf(tried(), at)).toBeUndefined();
});

test("a stored incident of a later time does not keep it open", () => {
  const later = incident("stored", { key: KEY, detectedAt: T0 + 9 * CLOSED_AFTER });
  expect(closingsOf([later]).closingOf(tried(T0 + 5), T0 + 10 * CLOSED_AFTER)).toBeDefined();
});
