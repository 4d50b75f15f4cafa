/** What platforms of this field get wrong, each with the default rules on a whole react and a real store. */
import { afterEach, describe, expect, test } from "vitest";
import { inThread } from "../../src/app/in-thread.ts";
import type { BacktestReport } from "../../src/domain/backtest.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import { readRuleFiles } from "../../src/rules/rule-files.ts";
import { device } from "../contracts/store/samples.ts";
import { NOON, openStage, said, type Stage } from "../hub/react-stage.ts";
import { rulesFrom, ruleText } from "../rules/build.ts";
import { temporaryStores } from "../store/temporary.ts";
import { english, explained, versionsOf } from "./explained-hub.ts";

const temporary = temporaryStores();
const RULES = new URL("../../rules", import.meta.url).pathname;
const stages: Stage[] = [];
afterEach(() => {
  for (const { store } of stages.splice(0)) store.close();
});

async function stage(): Promise<Stage> {
  const opened = await openStage({ path: temporary.path() });
  stages.push(opened);
  for (const id of ["door", "other-door"])
    await opened.store.putDevice(device("e1", id, { kind: "gate", placeId: "stairs" }));
  return opened;
}

async function live(it: Stage, ...entries: readonly ReturnType<typeof said>[]): Promise<void> {
  for (const entry of entries) {
    it.append(entry);
    await it.settle();
  }
}

/** Lets time pass in which nothing arrives. */
async function pass(it: Stage, ms: number): Promise<void> {
  it.clock.at += ms;
  await it.settle();
}

const found = async ({ store }: Stage) =>
  (await store.incidents({ scope: undefined, limit: 50 })).items.map(
    ({ type, openedAt, detectedAt, late }) => ({
      type,
      openedAt,
      detectedAt,
      late,
    }),
  );
const opened = (seconds: number) => said(seconds, "door", "access.door_opened", "state");
const refused = (seconds: number) =>
  said(seconds, "door", "access.denied", "pulse", { attributes: { cardHash: "a" } });

describe("known failures of the field", () => {
  test("a timer is lost at a restart: ours runs on, and fires when it would have fired", async () => {
    const it = await stage();
    await live(it, opened(0));
    await pass(it, 100 * SECOND);
    await it.restart();
    await pass(it, 70 * SECOND);
    expect(await found(it)).toEqual([]);
    await it.restart();
    await pass(it, 15 * SECOND);
    expect(await found(it)).toMatchObject([
      { type: "access.held_open", openedAt: NOON, detectedAt: NOON + 180 * SECOND },
    ]);
  });

  test("replayed data fires as if live: ours is told as late, and a state that is over by now as over", async () => {
    const it = await stage();
    const old = { deviceAt: NOON - 3 * HOUR };
    await live(
      it,
      said(0, "smoke-1", "fire.smoke", "raise", old),
      said(1, "door", "access.door_opened", "state", old),
      said(2, "door", "access.door_closed", "state", { deviceAt: NOON - 3 * HOUR + 30 * SECOND }),
    );
    await pass(it, HOUR);
    expect(await found(it)).toEqual([
      { type: "fire.smoke", openedAt: NOON - 3 * HOUR, detectedAt: NOON, late: true },
    ]);
  });

  test("it cannot count in a window: three refusals in two minutes are found, three in an hour are not", async () => {
    const slow = await stage();
    await live(slow, refused(0), refused(1_200), refused(2_400));
    expect(await found(slow)).toEqual([]);
    const quick = await stage();
    await live(quick, refused(0), refused(40), refused(80));
    expect(await found(quick)).toMatchObject([
      { type: "access.denied_repeat", openedAt: NOON + 80 * SECOND },
    ]);
  });

  test("it cannot say why an alarm came: ours names rule, version, each event and what was awaited", async () => {
    const path = temporary.path();
    const held = `{ holds: { from: "event.code == 'access.door_opened'", until: "event.code == 'access.door_closed'", for: 60s } }`;
    const rules = rulesFrom(ruleText({ id: "held", incident: "access.held_open", when: held }));
    const it = await openStage({ path, rules });
    await it.store.putRulesInForce(versionsOf(rules));
    await live(it, opened(0));
    await pass(it, 2 * MINUTE);
    const why = await explained({ path, stage: it, rules });
    expect(why).toMatchObject({ basis: "replayed", rules: [{ id: "held", version: rules[0]?.version }] });
    const [first = "", second = ""] = english(why);
    expect(first).toMatch(/door reported access\.door_opened .*met “from”.* decided at 2026-03-02 12:01:00/);
    expect(second).toContain("opened");
    expect(why.steps.map(({ at, kind }) => [at - NOON, kind])).toEqual([
      [0, "event"],
      [60 * SECOND, "timer"],
    ]);
  });

  test("nobody can try a rule before it wakes people: ours is tried on what was stored, and changes nothing", async () => {
    const path = temporary.path();
    const it = await openStage({ path });
    stages.push(it);
    await it.store.putDevice(device("e1", "door", { kind: "gate" }));
    await live(it, refused(0), refused(1_200), refused(2_400));
    const proposed = await readRuleFiles(RULES);
    const files = proposed.files.map(({ name, text }) => ({
      name,
      text: text.replace(/(id: denied-repeat\n[\s\S]*?within: )2m/, "$11h"),
    }));
    const report: BacktestReport = await inThread(
      {
        kind: "backtest",
        database: path,
        zone: "Asia/Shanghai",
        rules: proposed,
        proposed: { files, faults: [] },
        period: { from: NOON, to: NOON + HOUR },
      },
      new AbortController().signal,
      () => undefined,
    );
    expect([report.inForce.incidents, report.proposed?.incidents]).toEqual([0, 1]);
    expect(report.differences).toMatchObject([{ rule: "denied-repeat", onlyInForce: 0, onlyProposed: 1 }]);
    expect(await found(it)).toEqual([]);
  });
});
