/**
 * Events a second through the rules on one core: the whole default pack over estates in which things go on,
 * after ten minutes of their time. The yardstick of the same run is an engine that looks the code up and
 * does nothing.
 * Usage: node bench/rules.ts [--seconds n] [--estates n]
 */
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TAXONOMY } from "../src/domain/taxonomy.ts";
import { SECOND } from "../src/domain/time.ts";
import type { RuleEngine, RuleStateChange, Verdict } from "../src/ports.ts";
import { createRuleEngine } from "../src/rules/engine.ts";
import { loadRules } from "../src/rules/load-rules.ts";
import { createEstateEvents, type Told } from "./estate-events.ts";
import { machineFacts } from "./machine.ts";
import { measureReload } from "./rule-reload.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "3" }, estates: { type: "string", default: "2000" } },
});
const seconds = Number(values.seconds);
const estates = Number(values.estates);
if (!(seconds > 0)) throw new Error("--seconds must be a number above 0");
if (!(Number.isInteger(estates) && estates > 0)) throw new Error("--estates must be a whole number above 0");
const RULES = new URL("../rules", import.meta.url).pathname;
/** Events a second evaluated on one core. */
const GOAL = 250_000;
const WARM_UP_SECONDS = 600;
/** Events between two savings, as in one transaction of react. */
const STEP = 2_000;
/** Steps that are made before they are measured. */
const STEPS = 8;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { readonly type: "minor" }) => void;
const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

/** CPU time of all threads of this process so far, milliseconds: collecting garbage is no small part of it. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** What some events took, milliseconds of CPU time. */
interface Spent {
  events: number;
  evaluating: number;
  saving: number;
  verdicts: number;
}

/** Gives some steps of events to an engine as react does, and notes in `saved` what it would store. */
function evaluate(engine: Lane, steps: readonly (readonly Told[])[], spent: Spent, saved?: Saved): void {
  // The garbage of making the events is not that of the rules. From here on it is collected when the
  // engine thinks fit: that of a part counts for it as far as the part makes it.
  collect({ type: "minor" });
  collect({ type: "minor" });
  for (const step of steps) {
    const begin = cpuTime();
    let verdicts = 0;
    for (const { event, facts } of step) {
      verdicts += engine.advance(event.receivedAt).length + engine.fold(event, facts).length;
    }
    const evaluated = cpuTime();
    const changes = engine.takeChanges();
    spent.saving += cpuTime() - evaluated;
    spent.evaluating += evaluated - begin;
    spent.events += step.length;
    spent.verdicts += verdicts;
    saved?.save(changes);
  }
}

type Lane = Pick<RuleEngine, "advance" | "fold" | "takeChanges">;

/** What an engine saved. */
interface Saved {
  save(changes: readonly RuleStateChange[]): void;
  states(): RuleStateChange[];
}

/** Keeps states outside the heap, as the hub does: they would be garbage to look through. */
function createSaved(): Saved {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE s (ruleId TEXT, key TEXT, state TEXT, PRIMARY KEY (ruleId, key))");
  const put = database.prepare("INSERT OR REPLACE INTO s VALUES (?, ?, ?)");
  const drop = database.prepare("DELETE FROM s WHERE ruleId = ? AND key = ?");
  return {
    save(changes) {
      database.exec("BEGIN");
      for (const { ruleId, key, state } of changes) {
        if (state === undefined) drop.run(ruleId, key);
        else put.run(ruleId, key, state);
      }
      database.exec("COMMIT");
    },
    states: () => database.prepare("SELECT * FROM s").all() as unknown as RuleStateChange[],
  };
}

/** Looks the code up, and does nothing. */
function lookupOnly(): Lane {
  const none: readonly Verdict[] = [];
  const byCode = new Map(Object.keys(TAXONOMY).map((code): [string, readonly Verdict[]] => [code, []]));
  return {
    advance: () => none,
    fold: ({ code }) => byCode.get(code) ?? none,
    takeChanges: () => [],
  };
}

/** Heap of an engine that continues from what was saved, in bytes. */
function heapOf(make: () => RuleEngine, saved: Saved): number {
  const engine = make();
  const before = heapBytes();
  engine.restore(saved.states());
  const grown = heapBytes() - before;
  // The engine is asked once more, so that it lives until here.
  if (engine.nextDue() === undefined) throw new Error("nothing was restored");
  return grown;
}

function savedBytes(states: readonly RuleStateChange[]): number {
  return states.reduce((sum, { state = "" }) => sum + Buffer.byteLength(state), 0);
}

const { cpu, cores, node, loadBefore } = machineFacts(".", new Date());
const { rules, faults } = await loadRules(RULES);
if (faults.length > 0) throw new Error(`the default rules have faults: ${JSON.stringify(faults[0])}`);
const world = createEstateEvents(estates);
const engine = createRuleEngine(rules);
const yardstick = lookupOnly();
const saved = createSaved();
const nothing = (): Spent => ({ events: 0, evaluating: 0, saving: 0, verdicts: 0 });

/** Seconds of the estates' time. */
let heard = 0;

/** What is heard in some seconds, until it is enough for a step of react. */
function nextStep(): readonly Told[] {
  const told: Told[] = [];
  while (told.length < STEP) {
    told.push(...world.nextSecond());
    heard++;
  }
  return told;
}

while (heard < WARM_UP_SECONDS) evaluate(engine, [nextStep()], nothing(), saved);
const spent = nothing();
const looked = nothing();
while (spent.evaluating + spent.saving < seconds * SECOND) {
  const steps = Array.from({ length: STEPS }, nextStep);
  evaluate(engine, steps, spent, saved);
  evaluate(yardstick, steps, looked);
}
if (spent.verdicts === 0) throw new Error("no rule found anything: the events or the rules are wrong");
const [failed] = engine.conditionFaults();
const states = saved.states();
const keys = states.length;
const bytes = savedBytes(states);
const reload = await measureReload(RULES, states);

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const rate = (events: number, milliseconds: number): string => whole((events / milliseconds) * SECOND);
const evaluated = (spent.events / spent.evaluating) * SECOND;
const lines = [
  `${cpu}, ${cores} cores, Node ${node}, load before ${loadBefore}`,
  `${rules.length} rules, ${whole(estates)} estates with ${whole(world.devices)} devices, ${whole(spent.events)} events measured`,
  "",
  "| what | figure | goal |",
  "|---|---|---|",
  `| events/s of CPU time, evaluated | ${whole(evaluated)} | ${whole(GOAL)} ${evaluated >= GOAL ? "met" : "missed"} |`,
  `| events/s of CPU time, evaluated and saved | ${rate(spent.events, spent.evaluating + spent.saving)} | |`,
  `| events/s of CPU time, looked up by code alone | ${rate(looked.events, looked.evaluating)} | |`,
  `| verdicts for a thousand events | ${((spent.verdicts / spent.events) * 1_000).toFixed(2)} | |`,
  `| active keys | ${whole(keys)} | |`,
  `| bytes saved of an active key | ${whole(bytes / keys)} | |`,
  `| bytes of heap for an active key | ${whole(heapOf(() => createRuleEngine(rules), saved) / keys)} | |`,
  `| hot reload: ms to read and compile all rules | ${whole(reload.compiling)} | |`,
  `| hot reload: ms to continue from all active keys, while events wait | ${whole(reload.switching)} | |`,
  ...(failed ? [`\n${failed.rule} lost something ${failed.count} times: ${failed.reason}`] : []),
];
process.stdout.write(`${lines.join("\n")}\n`);
