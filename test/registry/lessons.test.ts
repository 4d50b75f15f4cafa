import { expect, test } from "vitest";
import type { InboundMessage, LearnedLesson } from "../../src/ports.ts";
import { createLessons } from "../../src/registry/lessons.ts";

const message = (gatewayId: string): InboundMessage => ({
  transport: "mqtt",
  gatewayId,
  route: { kind: "bridge", estateId: "e1", gatewayId, path: "x" },
  payload: new Uint8Array(),
  retained: false,
  receivedAt: 0,
});

function memory(stored: readonly LearnedLesson[] = []) {
  const put: (readonly LearnedLesson[])[] = [];
  const lessons = createLessons({
    lessons: () => Promise.resolve(stored),
    putLessons: (news) => Promise.resolve(void put.push(news)),
  });
  return { lessons, put };
}

test("a lesson is known at once, to its own bridge and profile only", () => {
  const { lessons } = memory();
  void lessons.learn(message("gw-1"), "sparkplug", [{ key: "7", value: "Door" }]);
  expect(lessons.recall("e1", "gw-1", "sparkplug", "7")).toBe("Door");
  expect(lessons.recall("e1", "gw-2", "sparkplug", "7")).toBeUndefined();
  expect(lessons.recall("e2", "gw-1", "sparkplug", "7")).toBeUndefined();
  expect(lessons.recall("e1", "gw-1", "home-assistant", "7")).toBeUndefined();
});

test("only news is written; null takes a lesson back", async () => {
  const { lessons, put } = memory();
  const say = (value: string | null) => lessons.learn(message("gw-1"), "p", [{ key: "k", value }]);
  for (const value of ["a", "a", "b", null, null]) await say(value);
  expect(put.map(([lesson]) => lesson?.value)).toEqual(["a", "b", null]);
  expect(lessons.recall("e1", "gw-1", "p", "k")).toBeUndefined();
});

test("what was stored is known after a restart", async () => {
  const { lessons } = memory([{ estateId: "e1", gatewayId: "gw-1", profile: "p", key: "k", value: [1] }]);
  expect(lessons.recall("e1", "gw-1", "p", "k")).toBeUndefined();
  await lessons.load();
  expect(lessons.recall("e1", "gw-1", "p", "k")).toEqual([1]);
});

test("too many lessons and too long ones are refused and counted", async () => {
  const { lessons, put } = memory();
  const many = Array.from({ length: 20_001 }, (_, at) => ({ key: `k${at}`, value: at }));
  await lessons.learn(message("gw-1"), "p", many);
  expect(lessons.refused()).toBe(1);
  expect(put[0]).toHaveLength(20_000);
  await lessons.learn(message("gw-2"), "p", [{ key: "k", value: "x".repeat(140_000) }]);
  expect(lessons.refused()).toBe(2);
  expect(lessons.recall("e1", "gw-2", "p", "k")).toBeUndefined();
});
