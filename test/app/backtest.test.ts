import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { inThread } from "../../src/app/in-thread.ts";
import type { BacktestProgress, BacktestReport } from "../../src/domain/backtest.ts";
import type { JournalEntry } from "../../src/domain/journal.ts";
import { HOUR } from "../../src/domain/time.ts";
import { readRuleFiles } from "../../src/rules/rule-files.ts";
import { flapping, NOON, openStage, said, type Stage } from "../hub/react-stage.ts";
import { estate, event, place, refusal, storeEvents, device, walk } from "../contracts/store/samples.ts";
import { rulesFrom, ruleText } from "../rules/build.ts";
import { temporaryStores } from "../store/temporary.ts";

const temporary = temporaryStores();
const RULES = new URL("../../rules", import.meta.url).pathname;
const NEVER = new AbortController().signal;

/** A database that the hub wrote: smoke that flaps, is closed as confirmed, and flaps again; a leak called false. */
async function lived(): Promise<{ path: string; stage: Stage }> {
  const path = temporary.path();
  const stage = await openStage({ path });
  const step = async (...entries: readonly JournalEntry[]): Promise<void> => {
    stage.append(...entries);
    await stage.settle();
  };
  const close = async (type: string, reason: "confirmed" | "false_alarm"): Promise<void> => {
    const { items } = await stage.store.incidents({ scope: undefined, type, status: "open", limit: 1 });
    await stage.store.commandIncident(
      items[0]?.id ?? "",
      { kind: "close", reason },
      "wang",
      stage.clock.now(),
    );
  };
  await step(...flapping(3));
  await step(said(400, "leak-1", "facility.water_leak", "raise"));
  stage.clock.at += 60_000;
  await close("fire.smoke", "confirmed");
  await close("facility.water_leak", "false_alarm");
  await step(said(900, "leak-1", "facility.water_leak", "clear"), ...flapping(2, 1_000));
  await step(said(20_000, "smoke-2", "fire.smoke", "raise"));
  stage.clock.at += HOUR;
  await stage.settle();
  return { path, stage };
}

interface Asked {
  readonly from?: number;
  readonly to?: number;
  readonly proposedDir?: string;
  readonly rulesDir?: string;
  readonly estateId?: string;
  readonly officers?: number;
}

async function run(
  path: string,
  { from = NOON, to = NOON + 8 * HOUR, proposedDir, rulesDir = RULES, ...more }: Asked = {},
  onProgress: (progress: BacktestProgress) => void = () => undefined,
  signal = NEVER,
): Promise<BacktestReport> {
  const job = {
    kind: "backtest",
    database: path,
    zone: "Asia/Shanghai",
    rules: await readRuleFiles(rulesDir),
    ...(proposedDir !== undefined && { proposed: await readRuleFiles(proposedDir) }),
    period: { from, to, ...more },
  } as const;
  return inThread(job, signal, onProgress);
}

/** A folder of rules beside the database. */
function folder(path: string, name: string, text: string): string {
  const dir = join(dirname(path), name);
  mkdirSync(dir);
  writeFileSync(join(dir, "rules.yaml"), text);
  return dir;
}

test("the rules that were in force find what the hub found, beside the hub that has the database open", async () => {
  const { path, stage } = await lived();
  const stored = await walk(
    (after) => stage.store.incidents({ scope: undefined, limit: 50, ...(after && { after }) }),
    50,
  );
  const report = await run(path);
  stage.store.close();

  expect(stored.length).toBeGreaterThanOrEqual(3);
  expect(report.inForce).toMatchObject({ incidents: stored.length, notCompared: 0, faults: [] });
  for (const figure of report.inForce.figures) {
    const own = stored.filter(({ rule }) => rule.id === figure.rule);
    const reasons = (reason: string): number =>
      own.filter(({ closeReason }) => closeReason === reason).length;
    expect(figure).toMatchObject({
      estateId: "e1",
      incidents: own.length,
      resumed: own.reduce((sum, { episodeCount }) => sum + episodeCount - 1, 0),
      unmatched: 0,
      matched: {
        closed: { confirmed: reasons("confirmed"), false_alarm: reasons("false_alarm") },
        unclosed: own.filter(({ status }) => status !== "closed").length,
      },
      missed: { unclosed: 0 },
    });
  }
  const all = report.inForce.figures.map(({ matched }) => matched.closed);
  expect(all.reduce((sum, { confirmed }) => sum + confirmed, 0)).toBe(1);
  expect(all.reduce((sum, closed) => sum + closed.false_alarm, 0)).toBe(1);
  expect(report.inForce.notifications).toEqual({
    total: 3,
    perDay: 9,
    most: 3,
    estates: [{ estateId: "e1", total: 3, perDay: 9, most: 3, on: "2026-03-02" }],
  });
});

test("the same run gives the same report, and the same rules differ in nothing", async () => {
  const { path, stage } = await lived();
  const once = await run(path, { proposedDir: RULES });
  expect(await run(path, { proposedDir: RULES })).toEqual(once);
  expect(once.proposed).toEqual(once.inForce);
  expect(once.differences).toEqual([]);
  stage.store.close();
});

const LEAK = ruleText({
  id: "leak",
  incident: "facility.water_leak",
  when: "{ occurs: event.code == 'facility.water_leak' && event.phase == 'raise' }",
});
const ANY_SMOKE = ruleText({ id: "smoke", key: "[estate, device]" });
const PATIENT_SMOKE = ruleText({
  id: "smoke",
  key: "[estate, device]",
  when: "{ holds: { from: \"event.code == 'fire.smoke' && event.phase == 'raise'\", until: \"event.code == 'fire.smoke' && event.phase == 'clear'\", for: 5m } }",
});

test("two versions: what only one of them opens is told by rule, with examples", async () => {
  const { path, stage } = await lived();
  const rulesDir = folder(path, "old", ANY_SMOKE);
  const proposedDir = folder(path, "new", PATIENT_SMOKE + LEAK);
  const { inForce, proposed, differences } = await run(path, { rulesDir, proposedDir });
  expect(proposed?.faults).toEqual([]);
  stage.store.close();
  // Five times 30 seconds of smoke-1 within one hour of each other, then smoke-2 for good.
  expect(inForce.figures.find(({ rule }) => rule === "smoke")).toMatchObject({ incidents: 2 });
  expect(proposed?.figures.find(({ rule }) => rule === "smoke")).toMatchObject({ incidents: 1 });
  expect(proposed?.figures.find(({ rule }) => rule === "leak")).toMatchObject({ incidents: 1, unmatched: 1 });
  expect(differences).toMatchObject([
    { rule: "leak", both: 0, onlyInForce: 0, onlyProposed: 1 },
    {
      rule: "smoke",
      both: 1,
      onlyInForce: 1,
      onlyProposed: 0,
      examples: { onlyInForce: [{ key: "e1|fire.smoke|device:smoke-1" }], onlyProposed: [] },
    },
  ]);
  expect(differences?.[0]).not.toHaveProperty("inForce");
  const [was, is] = [inForce, proposed].map((side) => side?.rules.find(({ id }) => id === "smoke")?.version);
  expect(differences?.[1]).toMatchObject({ inForce: was, proposed: is });
});

test("a rule that the proposed ones do not name is tried unchanged beside them, and the report says so", async () => {
  const { path, stage } = await lived();
  const rulesDir = folder(path, "old", ANY_SMOKE + LEAK);
  const { inForce, proposed, differences, notes } = await run(path, {
    rulesDir,
    proposedDir: folder(path, "new", PATIENT_SMOKE),
  });
  stage.store.close();
  expect(differences?.map(({ rule }) => rule)).toEqual(["smoke"]);
  const leaks = [inForce, proposed].map((side) => side?.figures.find(({ rule }) => rule === "leak"));
  expect(leaks[1]).toEqual(leaks[0]);
  expect(notes).toContainEqual(expect.stringContaining("1 rules in force that are not among the proposed"));
});

test("without files the rules are those that are in force by the database", async () => {
  const { path, stage } = await lived();
  const job = {
    kind: "backtest",
    database: path,
    zone: "UTC",
    period: { from: NOON, to: NOON + HOUR },
  } as const;
  await expect(inThread(job, NEVER)).rejects.toMatchObject({ message: "There are no rules in force." });
  const [definition] = rulesFrom(ANY_SMOKE).map((rule) => rule.definition);
  const [rule] = rulesFrom(ANY_SMOKE);
  await stage.store.putRulesInForce([
    {
      id: "smoke",
      version: rule?.version ?? "",
      firstAt: NOON,
      file: "a.yaml",
      definition: definition ?? {},
    },
  ]);
  const { inForce } = await inThread(job, NEVER);
  stage.store.close();
  expect(inForce.rules).toEqual([{ id: "smoke", version: rule?.version }]);
  expect(inForce.incidents).toBeGreaterThan(0);
});

test("what one officer gets is told when it is said how many there are", async () => {
  const { path, stage } = await lived();
  const { inForce, notes } = await run(path, { officers: 2 });
  const without = await run(path);
  stage.store.close();
  expect(inForce.notifications.perOfficer).toEqual({ perDay: 4.5, most: 1.5 });
  expect(notes).toContainEqual(expect.stringContaining("2 officers"));
  expect(without.inForce.notifications).not.toHaveProperty("perOfficer");
  expect(without.notes).toContainEqual(expect.stringContaining("was not said"));
});

test("stored incidents that the rules would not open are missed ones", async () => {
  const { path, stage } = await lived();
  const { inForce } = await run(path, { rulesDir: folder(path, "leaks", LEAK) });
  stage.store.close();
  const missed = inForce.figures.map((figure) => figure.missed.closed);
  expect(missed.reduce((sum, { confirmed }) => sum + confirmed, 0)).toBe(1);
  expect(missed.reduce((sum, closed) => sum + closed.false_alarm, 0)).toBe(1);
});

/** A database of `count` smoke alarms a minute apart in two estates, and of doors nobody asks for. */
async function many(count: number): Promise<string> {
  const path = temporary.path();
  const store = temporary.open(path, 1_000);
  await store.putEstate(estate("e1"));
  await store.putEstate(estate("e2", { zone: "Europe/Berlin" }));
  await store.putPlace(place("e1", "stairs"));
  await store.putDevice(device("e1", "d1", { placeId: "stairs" }));
  const minute = (number: number, code: string, estateId: string) =>
    event({ estateId, code, phase: "raise", occurredAt: NOON + number * 60_000 });
  const numbers = Array.from({ length: count }, (_, number) => number);
  await storeEvents(
    store,
    numbers.flatMap((number) => [
      minute(number, "fire.smoke", number % 2 === 0 ? "e1" : "e2"),
      minute(number, "access.door_opened", "e1"),
    ]),
  );
  return path;
}

test("only the period and the estate are read, of the codes that a rule names", async () => {
  const path = await many(6_000);
  const rulesDir = folder(path, "smoke", ANY_SMOKE);
  const to = NOON + 6_000 * 60_000;
  expect((await run(path, { rulesDir, to })).events).toBe(6_000);
  expect((await run(path, { rulesDir, to, estateId: "e2" })).events).toBe(3_000);
  expect((await run(path, { rulesDir, to: NOON + 100 * 60_000 })).events).toBe(100);
  // The day before the period is folded too, and what was opened in it is not counted.
  const later = await run(path, { rulesDir, from: NOON + 3_000 * 60_000, to });
  expect(later.events).toBe(3_000 + 24 * 60);
  expect(later.inForce.incidents).toBe(0);
  // "No incidents" would be believed.
  await expect(run(path, { rulesDir, to, estateId: "nowhere" })).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: "there is no estate nowhere",
  });
});

test("an estate that is registered and has sent nothing yet is known; so is one that is not and has", async () => {
  const path = temporary.path();
  const store = temporary.open(path, 1_000);
  await store.putEstate(estate("quiet"));
  await storeEvents(store, [event({ estateId: "unlisted", code: "fire.smoke", occurredAt: NOON })]);
  expect((await run(path, { estateId: "quiet" })).events).toBe(0);
  expect((await run(path, { estateId: "unlisted" })).events).toBe(1);
});

test("a key keeps its place, a device without one its own", async () => {
  const path = await many(10);
  const rulesDir = folder(path, "place", ruleText({ id: "smoke", severity: "P4" }));
  const { inForce } = await run(path, { rulesDir, proposedDir: folder(path, "none", LEAK) });
  expect(inForce).toMatchObject({ incidents: 2, notifications: { total: 0, estates: [] } });
});

test("tells how far it is, up to the end", async () => {
  const path = await many(6_000);
  const told: BacktestProgress[] = [];
  await run(path, { to: NOON + 6_000 * 60_000 }, (progress) => told.push(progress));
  expect(told.length).toBeGreaterThan(3);
  expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
  expect(told.at(-1)).toEqual({ done: 12_000, total: 12_000 });
});

test("called off before or while it runs, it ends with the reason", async () => {
  const path = await many(6_000);
  const to = NOON + 6_000 * 60_000;
  const stop = new AbortController();
  const told: BacktestProgress[] = [];
  const onProgress = (progress: BacktestProgress): void => {
    told.push(progress);
    stop.abort(new Error("enough"));
  };
  await expect(run(path, { to }, onProgress, stop.signal)).rejects.toThrow("enough");
  const before = told.length;
  await expect(run(path, { to }, onProgress, stop.signal)).rejects.toThrow("enough");
  expect(before).toBeGreaterThan(0);
  expect(told).toHaveLength(before);
});

test("no database, a foreign one or rules of which none can be used are refused with a sentence", async () => {
  const path = await many(2);
  await expect(run(`${path}.not`)).rejects.toMatchObject(refusal("NOT_FOUND"));
  const foreign = temporary.path();
  writeFileSync(foreign, "");
  await expect(run(foreign)).rejects.toMatchObject(refusal("CONFLICT"));
  await expect(run(path, { proposedDir: folder(path, "bad", "- id: 7\n") })).rejects.toMatchObject(
    refusal("VALIDATION"),
  );
});

test("events that were deleted are not passed over in silence", async () => {
  const path = await many(100);
  const store = temporary.open(path);
  const quiet = await run(path, { from: NOON + 48 * HOUR, to: NOON + 49 * HOUR });
  expect(quiet.notes.some((note) => note.includes("deleted"))).toBe(false);
  await store.deleteEventsBefore(NOON + HOUR);
  const report = await run(path, { rulesDir: folder(path, "smoke", ANY_SMOKE) });
  expect(report.events).toBe(40);
  expect(report.notes).toContainEqual(expect.stringContaining(new Date(NOON + HOUR).toISOString()));
});
