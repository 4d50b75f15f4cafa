import { afterEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/domain/journal.ts";
import { createRuleEngine, type RulePack } from "../../src/rules/engine.ts";
import { rulesFrom, ruleText } from "../rules/build.ts";
import { temporaryStores } from "../store/temporary.ts";
import { openStage, said, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
const stages: Stage[] = [];
afterEach(() => {
  for (const { store } of stages.splice(0)) store.close();
});

async function stage(stepEntries?: number): Promise<Stage> {
  const path = temporary.path();
  const opened = await openStage({ path, ...(stepEntries !== undefined && { stepEntries }) });
  stages.push(opened);
  return opened;
}

const engineOf = (...texts: readonly string[]): RulePack => createRuleEngine(rulesFrom(texts.join("")));
const smoke = (lines: Readonly<Record<string, string>> = {}): string =>
  ruleText({
    id: "smoke",
    clears: "{ when: event.code == 'fire.smoke' && event.phase == 'clear', after: 1h }",
    ...lines,
  });
const held = (lines: Readonly<Record<string, string>> = {}): string =>
  ruleText({
    id: "held",
    incident: "access.held_open",
    when: "{ holds: { from: event.code == 'access.door_opened', until: event.code == 'access.door_closed', for: 60s } }",
    ...lines,
  });
const leak = ruleText({
  id: "leak",
  incident: "facility.water_leak",
  when: "{ occurs: event.code == 'facility.water_leak' && event.phase == 'raise' }",
});

const opened = (at: number): JournalEntry => said(at, "smoke-1", "access.door_opened", "state");
const closed = (at: number): JournalEntry => said(at, "smoke-1", "access.door_closed", "state");
const raised = (at: number): JournalEntry => said(at, "smoke-1", "fire.smoke", "raise");
const cleared = (at: number): JournalEntry => said(at, "smoke-1", "fire.smoke", "clear");

/** Puts other rules in force in the next step and takes steps until nothing is left to do. */
async function replaced(of: Stage, next: RulePack): Promise<RulePack> {
  const inForce = of.react.replaceRules(next);
  await of.settle();
  await inForce;
  return next;
}

async function reactTo(of: Stage, ...entries: readonly JournalEntry[]): Promise<void> {
  of.append(...entries);
  await of.settle();
}

/** Lets time pass without events. */
async function waitUntil(of: Stage, seconds: number): Promise<void> {
  of.clock.at = Math.max(of.clock.at, (opened(seconds) as { receivedAt: number }).receivedAt);
  await of.settle();
}

async function incidentsOf({ store }: Stage): Promise<string[]> {
  const { items } = await store.incidents({ scope: undefined, limit: 50 });
  return items.map(
    ({ type, status, endedAt }) => `${type} ${status}${endedAt === undefined ? "" : " ended"}`,
  );
}

describe("other rules", () => {
  test("are in force from the next step on, not before", async () => {
    const it = await stage();
    await replaced(it, engineOf(smoke()));
    let inForce = false;
    const switched = it.react.replaceRules(engineOf(smoke(), leak)).then(() => (inForce = true));
    await Promise.resolve();
    expect(inForce).toBe(false);
    await reactTo(it, said(0, "leak-1", "facility.water_leak", "raise"));
    await switched;
    expect(await incidentsOf(it)).toEqual(["facility.water_leak open"]);
  });

  test("given twice before a step: the last ones count, and both are answered", async () => {
    const it = await stage();
    const first = it.react.replaceRules(engineOf(smoke()));
    const second = it.react.replaceRules(engineOf(leak));
    await it.settle();
    await Promise.all([first, second]);
    await reactTo(it, raised(0), said(1, "leak-1", "facility.water_leak", "raise"));
    expect(await incidentsOf(it)).toEqual(["facility.water_leak open"]);
  });

  test("that cannot be put in force leave those before in force, and come with the next step", async () => {
    const it = await stage();
    await replaced(it, engineOf(smoke()));
    await reactTo(it, raised(0));
    const before = await it.store.ruleStates();
    it.failAt("saveRuleStates", "after");
    const switched = it.react.replaceRules(engineOf(leak));
    await expect(it.react.step()).rejects.toThrow("planned after saveRuleStates");
    expect(await it.store.ruleStates()).toEqual(before);
    it.append(said(1, "leak-1", "facility.water_leak", "raise"));
    await it.settle();
    await switched;
    expect(await it.store.ruleStates()).toMatchObject([{ ruleId: "leak" }]);
    expect((await incidentsOf(it)).toSorted()).toEqual(["facility.water_leak open", "fire.smoke open"]);
  });
});

describe("what was known", () => {
  test("of a rule that stays goes on: a threshold that began before is reached after", async () => {
    const it = await stage();
    await replaced(it, engineOf(held()));
    await reactTo(it, opened(0));
    await replaced(it, engineOf(held(), leak));
    expect(await incidentsOf(it)).toEqual([]);
    await waitUntil(it, 62);
    expect(await incidentsOf(it)).toEqual(["access.held_open open"]);
  });

  test("of a rule in another version goes on, and what it opens names the version in force", async () => {
    const it = await stage();
    await replaced(it, engineOf(held()));
    await reactTo(it, opened(0));
    const next = await replaced(it, engineOf(held({ severity: "P4" })));
    await waitUntil(it, 62);
    const { items } = await it.store.incidents({ scope: undefined, limit: 9 });
    expect(items).toMatchObject([{ severity: "P4", rule: { version: next.list()[0]?.version } }]);
    expect(next.conditionFaults()).toEqual([]);
  });

  test("of an episode goes on: its clear ends the incident that another version opened", async () => {
    const it = await stage();
    await replaced(it, engineOf(smoke({ severity: "P4" })));
    await reactTo(it, raised(0));
    await replaced(it, engineOf(smoke({ title: "{ zh: 乙, en: B }", severity: "P4" })));
    await reactTo(it, cleared(10));
    expect(await incidentsOf(it)).toEqual(["fire.smoke closed ended"]);
  });

  test.each([
    ["another key", held({ key: "[estate, device]" })],
    ["another incident", held({ incident: "access.forced_open" })],
    [
      "another operator",
      held({ when: "{ counts: { of: event.code == 'access.door_opened', atLeast: 2, within: 1m } }" }),
    ],
    [
      "another operator that remembers the same things",
      held({
        when: "{ occurs: event.code == 'access.door_opened' }",
        clears: "{ when: event.code == 'access.door_closed', after: 1h }",
      }),
    ],
  ])("of a rule with %s is dropped and counted: its end would never be heard", async (_name, text) => {
    const it = await stage();
    await replaced(it, engineOf(held()));
    await reactTo(it, opened(0));
    const next = await replaced(it, engineOf(text));
    expect(await it.store.ruleStates()).toEqual([]);
    expect(next.conditionFaults()).toMatchObject([{ rule: "held", count: 1 }]);
    await reactTo(it, closed(30));
    await waitUntil(it, 200);
    expect(await incidentsOf(it)).toEqual([]);
  });

  test("of a removed rule is forgotten; its incident stays for a person, and the rule begins anew", async () => {
    const it = await stage();
    await replaced(it, engineOf(smoke(), held()));
    await reactTo(it, raised(0), opened(1));
    await replaced(it, engineOf(leak));
    expect(await it.store.ruleStates()).toEqual([]);
    await reactTo(it, closed(30));
    await waitUntil(it, 4_000);
    expect(await incidentsOf(it)).toEqual(["fire.smoke open"]);
    // Had the state been kept, the door would be found to have been open all the time.
    await replaced(it, engineOf(smoke(), held()));
    await waitUntil(it, 8_000);
    expect(await incidentsOf(it)).toEqual(["fire.smoke open"]);
  });
});

test("what cannot go on is counted once, however often the disk refuses the change", async () => {
  const it = await stage();
  await replaced(it, engineOf(held()));
  await reactTo(it, opened(0));
  const next = engineOf(held({ key: "[estate, device]" }));
  const switched = it.react.replaceRules(next);
  for (let tries = 0; tries < 3; tries++) {
    it.failAt("saveRuleStates", "before");
    await expect(it.react.step()).rejects.toThrow("planned before saveRuleStates");
  }
  await it.settle();
  await switched;
  expect(next.conditionFaults()).toMatchObject([{ rule: "held", count: 1 }]);
});

test("a rule that was removed while the hub was off is forgotten as well", async () => {
  const it = await stage();
  // The stage's own rules know no water leak that lasts.
  await replaced(it, engineOf(held()));
  await reactTo(it, opened(0));
  expect(await it.store.ruleStates()).toMatchObject([{ ruleId: "held" }]);
  await it.restart();
  await it.settle();
  expect(await it.store.ruleStates()).toEqual([]);
});

test("rules that are replaced by the same before every step change nothing at all", async () => {
  const journal = [
    opened(0),
    raised(5),
    said(20, "smoke-2", "fire.smoke", "raise"),
    cleared(40),
    closed(50),
    opened(55),
    raised(100),
    said(110, "smoke-2", "fire.smoke", "clear"),
    closed(130),
    cleared(140),
  ];
  async function outcome(restless: boolean): Promise<object> {
    const it = await stage(1);
    await replaced(it, engineOf(smoke(), held()));
    for (const entry of journal) {
      it.append(entry);
      const switched = restless ? it.react.replaceRules(engineOf(smoke(), held())) : undefined;
      await it.settle();
      await switched;
    }
    await waitUntil(it, 4_000);
    const { items: incidents } = await it.store.incidents({ scope: undefined, limit: 50 });
    const histories = await Promise.all(incidents.map(({ id }) => it.store.incident(id)));
    return {
      histories,
      states: await it.store.ruleStates(),
      events: (await it.store.events({ scope: undefined, limit: 50 })).items,
      figures: it.react.figures(),
    };
  }
  const calm = await outcome(false);
  expect(calm).toMatchObject({ figures: { reactedEvents: journal.length } });
  expect(await outcome(true)).toEqual(calm);
});
