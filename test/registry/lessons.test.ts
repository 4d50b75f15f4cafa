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

test("what the store did not take is given to it again when it is said again", async () => {
  let broken = true;
  const put: (readonly LearnedLesson[])[] = [];
  const lessons = createLessons({
    lessons: () => Promise.resolve([]),
    putLessons: (news) =>
      broken ? Promise.reject(new Error("the disk is full")) : Promise.resolve(void put.push(news)),
  });
  const say = (value: string | null) => lessons.learn(message("gw-1"), "p", [{ key: "k", value }]);
  await expect(say("a")).rejects.toThrow("full");
  await expect(say("a")).rejects.toThrow("full");
  broken = false;
  await say("a");
  broken = true;
  await expect(say(null)).rejects.toThrow("full");
  expect(lessons.recall("e1", "gw-1", "p", "k")).toBeUndefined();
  broken = false;
  await say(null);
  await say(null);
  expect(put.map(([lesson]) => lesson?.value)).toEqual(["a", null]);
});

test("a lesson said twice is acknowledged only when it is stored", async () => {
  const stored = Promise.withResolvers<void>();
  const lessons = createLessons({ lessons: () => Promise.resolve([]), putLessons: () => stored.promise });
  const say = () => lessons.learn(message("gw-1"), "p", [{ key: "k", value: "a" }]);
  const first = say();
  let acknowledged = false;
  const second = say().then(() => (acknowledged = true));
  await new Promise(setImmediate);
  expect(acknowledged).toBe(false);
  stored.resolve();
  await Promise.all([first, second]);
});

test("all lessons of a bridge together have room for 16 million characters", async () => {
  const { lessons, put } = memory();
  const value = "x".repeat(100_000);
  const many = Array.from({ length: 200 }, (_, at) => ({ key: `k${at}`, value }));
  await lessons.learn(message("gw-1"), "p", many);
  expect(put[0]).toHaveLength(167);
  expect(lessons.refused()).toBe(33);
  await lessons.learn(message("gw-1"), "p", [{ key: "k0", value: null }]);
  await lessons.learn(message("gw-1"), "p", [{ key: "new", value }]);
  expect(lessons.recall("e1", "gw-1", "p", "new")).toBe(value);
});
