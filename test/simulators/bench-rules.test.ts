import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createEstateEvents } from "../../bench/estate-events.ts";
import { TAXONOMY } from "../../src/domain/taxonomy.ts";

const BENCH = new URL("../../bench/rules.ts", import.meta.url).pathname;
const run = promisify(execFile);

test("the bench of the rules runs and judges its goal", async () => {
  const { stdout } = await run(process.execPath, [BENCH, "--estates", "20", "--seconds", "0.05"]);
  const rows = Object.fromEntries(
    stdout
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .map(([, what = "", figure = "", goal]) => [
        what,
        { figure: Number(figure.replaceAll(",", "")), goal },
      ]),
  );
  const evaluated = rows["events/s of CPU time, evaluated"];
  expect(evaluated?.goal).toBe(`250,000 ${(evaluated?.figure ?? 0) >= 250_000 ? "met" : "missed"}`);
  expect(evaluated?.figure).toBeGreaterThan(
    rows["events/s of CPU time, evaluated and saved"]?.figure ?? Infinity,
  );
  expect(rows["events/s of CPU time, looked up by code alone"]?.figure).toBeGreaterThan(
    evaluated?.figure ?? Infinity,
  );
  expect(rows["verdicts for a thousand events"]?.figure).toBeGreaterThan(0);
  expect(rows["active keys"]?.figure).toBeGreaterThan(100);
  expect(rows["bytes of heap for an active key"]?.figure).toBeGreaterThan(100);
});

test("a wrong option is refused by name", async () => {
  await expect(run(process.execPath, [BENCH, "--estates", "0"])).rejects.toThrow(/--estates/);
  await expect(run(process.execPath, [BENCH, "--seconds", "x"])).rejects.toThrow(/--seconds/);
});

test("its estates: a hundred devices each, the same events each time, mostly doors and movement", () => {
  const hour = () => {
    const world = createEstateEvents(10);
    expect(world.devices).toBe(1_000);
    return Array.from({ length: 3_600 }, () => world.nextSecond()).flat();
  };
  const told = hour();
  expect(told).toEqual(hour());
  expect(told.length / 3_600).toBeCloseTo(2.5, 0);
  expect(new Set(told.map(({ event }) => event.id)).size).toBe(told.length);
  expect(told.every(({ event }) => Object.hasOwn(TAXONOMY, event.code))).toBe(true);
  const arrivals = told.map(({ event }) => event.receivedAt);
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  expect(told.some(({ event }, i) => event.occurredAt < (told[i - 1]?.event.occurredAt ?? 0))).toBe(true);
  const share = (prefix: RegExp) => told.filter(({ event }) => prefix.test(event.code)).length / told.length;
  expect(share(/^(access|intrusion\.(motion|person)|info)/)).toBeGreaterThan(0.98);
  expect(share(/^(fire|life|facility|device)/)).toBeGreaterThan(0);
});
