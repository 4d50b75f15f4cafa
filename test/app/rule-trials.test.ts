import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { createRuleTrials } from "../../src/app/rule-trials.ts";
import { HOUR } from "../../src/domain/time.ts";
import { createLog } from "../../src/runtime/log.ts";
import { estate, event, incident, change, refusal, storeEvents, T0 } from "../contracts/store/samples.ts";
import { rulesFrom, ruleText } from "../rules/build.ts";
import { temporaryStores } from "../store/temporary.ts";

const temporary = temporaryStores();
const WAIT = { timeout: 15_000, interval: 50 };

/** Trials on a database of `count` smoke alarms, with a rule for them in force. */
async function staged(count: number) {
  const path = temporary.path();
  const store = temporary.open(path, 1_000);
  await store.putEstate(estate("e1"));
  const [rule] = rulesFrom(ruleText());
  if (!rule) throw new Error("no rule");
  const { id, version, file, definition } = rule;
  await store.putRulesInForce([{ id, version, file, definition, firstAt: T0 }]);
  await storeEvents(
    store,
    Array.from({ length: count }, (_, number) =>
      event({ code: "fire.smoke", phase: "raise", occurredAt: T0 + number * 60_000 }),
    ),
  );
  const clock = { at: T0, now: () => clock.at };
  const trials = createRuleTrials({ database: path, zone: "UTC", clock, log: createLog("silent") });
  onTestFinished(() => trials.close());
  const period = { from: T0, to: T0 + count * 60_000 };
  const ended = (of: string) =>
    vi.waitFor(() => {
      const state = trials.backtest(of);
      expect(state.status).not.toBe("running");
      return state;
    }, WAIT);
  return { store, trials, clock, period, ended };
}

afterEach(() => vi.restoreAllMocks());

test("a backtest runs beside the caller and is kept with its report for an hour", async () => {
  const { trials, clock, period, ended } = await staged(10);
  const started = trials.startBacktest({ ...period, officers: 2 });
  expect(started).toMatchObject({ status: "running", startedAt: T0, officers: 2 });
  const done = await ended(started.id);
  expect(done).toMatchObject({ status: "done", report: { events: 10, inForce: { incidents: 1 } } });
  clock.at += HOUR - 1;
  expect(trials.backtest(started.id)).toEqual(done);
  clock.at += 1;
  expect(() => trials.backtest(started.id)).toThrow("there is no backtest");
});

test("one at a time; called off, it makes room and says so", async () => {
  const { trials, period, ended } = await staged(10);
  const { id } = trials.startBacktest(period);
  expect(() => trials.startBacktest(period)).toThrow(expect.objectContaining(refusal("CONFLICT")));
  trials.endBacktest(id);
  expect(await ended(id)).toMatchObject({ status: "cancelled" });
  const next = trials.startBacktest(period);
  expect(await ended(next.id)).toMatchObject({ status: "done" });
  trials.endBacktest(next.id);
  expect(() => trials.backtest(next.id)).toThrow("there is no backtest");
  expect(() => trials.endBacktest(next.id)).toThrow("there is no backtest");
});

test("proposed rules are tried in the place of those in force", async () => {
  const { trials, period, ended } = await staged(10);
  const proposed = { "new.yaml": ruleText({ key: "[estate, device]" }) };
  const { report } = await ended(trials.startBacktest(period, proposed).id);
  expect(report?.differences).toMatchObject([{ rule: "a-rule" }]);
  expect(report?.proposed?.rules).toHaveLength(1);
});

test("of very many outcomes the latest five are kept", async () => {
  const { trials, period, ended } = await staged(2);
  const ids: string[] = [];
  for (let turn = 0; turn < 6; turn++) {
    const { id } = trials.startBacktest(period);
    ids.push(id);
    await ended(id);
  }
  const kept = ids.filter((id) => {
    try {
      return trials.backtest(id).status === "done";
    } catch {
      return false;
    }
  });
  expect(kept).toEqual(ids.slice(1));
}, 60_000);

test("one that cannot be done fails with a sentence", async () => {
  const { trials, store, period, ended } = await staged(2);
  await store.putRulesInForce([]);
  const state = await ended(trials.startBacktest(period).id);
  expect(state).toMatchObject({ status: "failed", failure: "There are no rules in force." });
});

test("checking tells rules and faults, and changes nothing", async () => {
  const { trials, store } = await staged(1);
  const before = await store.rulesInForce();
  const answer = await trials.check({ "b.yaml": "- id: 7\n", "a.yaml": ruleText({ id: "mine" }) });
  expect(answer.rules).toMatchObject([{ id: "mine", file: "a.yaml" }]);
  expect(answer.faults).toContainEqual(expect.objectContaining({ file: "b.yaml", line: 1, field: "id" }));
  expect(await store.rulesInForce()).toEqual(before);
});

test("few are explained at once; the others are told to come again, and there is room afterwards", async () => {
  const { trials, store } = await staged(1);
  await store.react((tx) => tx.saveIncidents([change(incident("in-1"), "opened")]));
  const explain = () => trials.explain("in-1", undefined);
  const outcomes = await Promise.allSettled([explain(), explain(), explain()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect(outcomes[2]).toMatchObject({ reason: refusal("UNAVAILABLE") });
  expect((await explain()).incident.id).toBe("in-1");
  await expect(trials.explain("in-2", undefined)).rejects.toMatchObject(refusal("NOT_FOUND"));
});

test("closing calls everything off", async () => {
  const { trials, store, period } = await staged(10);
  await store.react((tx) => tx.saveIncidents([change(incident("in-1"), "opened")]));
  const { id } = trials.startBacktest(period);
  const explained = trials.explain("in-1", undefined);
  trials.close();
  await expect(explained).rejects.toMatchObject(refusal("UNAVAILABLE"));
  await pause(100);
  expect(trials.backtest(id).status).toBe("cancelled");
});
