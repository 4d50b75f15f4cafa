import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReactTransaction } from "../../../src/ports.ts";
import {
  change,
  deadLetter,
  device,
  estate,
  event,
  incident,
  place,
  refusal,
  storeEvents,
  T0,
  type TestedStore,
} from "./samples.ts";

/** One step of a transaction that leaves traces of `number` in every kind of table. */
const STEPS: readonly ((tx: ReactTransaction, number: number) => Promise<void>)[] = [
  (tx, number) =>
    tx.insertEvents([event({ id: `event ${number}`, deviceId: `d${number}`, occurredAt: T0 + number })]),
  (tx, number) => tx.insertDeadLetters([deadLetter(`letter ${number}`)]),
  (tx, number) =>
    tx.addCounts([
      { hour: number, estateId: "e1", deviceKind: "other", code: `c${number}`, phase: "state", count: 1 },
    ]),
  (tx, number) =>
    tx.seeDevices([
      { estateId: "e1", deviceId: `d${number}`, gatewayId: "g", profile: "p", at: T0, simulated: false },
    ]),
  (tx, number) => tx.saveMemories([{ estateId: "e1", deviceId: `d${number}`, json: JSON.stringify(number) }]),
  (tx, number) => tx.saveIncidents([change(incident(`incident ${number}`), "opened")]),
  (tx, number) => tx.saveRuleStates([{ ruleId: "r", key: `k${number}`, state: "{}" }]),
  (tx, number) => tx.saveCursor({ segment: 1, offset: number }),
];

async function tracesOf(store: TestedStore, number: number): Promise<number> {
  const found = [
    await store.event(`event ${number}`).catch(() => undefined),
    await store.deadLetter(`letter ${number}`).catch(() => undefined),
    (await store.hourlyCounts({ estateId: "e1", from: number, to: number + 1 })).at(0),
    await store.device("e1", `d${number}`).catch(() => undefined),
    (await store.react((tx) => tx.devices([{ estateId: "e1", deviceId: `d${number}` }]))).get(`e1/d${number}`)
      ?.memory,
    await store.incident(`incident ${number}`).catch(() => undefined),
    (await store.ruleStates()).find(({ key }) => key === `k${number}`),
  ];
  return found.filter((trace) => trace !== undefined).length;
}

export function reactTests(the: () => TestedStore): void {
  describe("react", () => {
    test("an empty store stands at the beginning", async () => {
      expect(await the().cursor()).toEqual({ segment: 0, offset: 0 });
      expect(await the().ruleStates()).toEqual([]);
      expect(await the().figures()).toMatchObject({
        events: 0,
        openIncidents: 0,
        pendingDeadLetters: 0,
        pendingDevices: 0,
      });
    });

    test("unseen gives each id once that is not stored", async () => {
      const stored = event();
      await storeEvents(the(), [stored]);
      const unseen = await the().react((tx) => tx.unseen([stored.id, "new", "new", "other"]));
      expect([...unseen]).toEqual(["new", "other"]);
    });

    test("an event that is stored already makes the whole step fail", async () => {
      const stored = event();
      await storeEvents(the(), [stored]);
      await expect(storeEvents(the(), [event({ occurredAt: T0 + 1 }), stored])).rejects.toThrow(/unique/i);
      expect((await the().figures()).events).toBe(1);
    });

    test("facts of a device come from the registry, of an unknown one from the defaults", async () => {
      await the().putEstate(estate("e1", { zone: "Europe/Berlin" }));
      await the().putPlace(place("e1", "gate"));
      await the().putDevice(device("e1", "d1", { kind: "camera", placeId: "gate" }));
      await the().react((tx) => tx.saveMemories([{ estateId: "e9", deviceId: "d9", json: '{"a":1}' }]));
      const found = await the().react((tx) =>
        tx.devices([
          { estateId: "e1", deviceId: "d1" },
          { estateId: "e9", deviceId: "d9" },
        ]),
      );
      expect(found.get("e1/d1")).toEqual({
        facts: { kind: "camera", placeId: "gate", zone: "Europe/Berlin" },
        memory: undefined,
      });
      expect(found.get("e9/d9")).toEqual({
        facts: { kind: "other", zone: "Asia/Shanghai" },
        memory: '{"a":1}',
      });
    });

    test("rule states are replaced and forgotten by key", async () => {
      await the().react((tx) =>
        tx.saveRuleStates([
          { ruleId: "r", key: "a", state: "1" },
          { ruleId: "r", key: "b", state: "1" },
        ]),
      );
      await the().react((tx) =>
        tx.saveRuleStates([
          { ruleId: "r", key: "a", state: "2" },
          { ruleId: "r", key: "b" },
        ]),
      );
      expect(await the().ruleStates()).toEqual([{ ruleId: "r", key: "a", state: "2" }]);
    });

    test("whatever is thrown wherever, exactly the committed transactions are there", async () => {
      const plan = fc.array(
        fc.record({
          steps: fc.shuffledSubarray([...STEPS.keys()], { minLength: STEPS.length }),
          /** Throws before this step; beyond the last one it commits. */
          throwsAt: fc.integer({ min: 0, max: STEPS.length * 2 }),
          pauses: fc.array(fc.boolean(), { minLength: STEPS.length, maxLength: STEPS.length }),
          readsBetween: fc.boolean(),
        }),
        { minLength: 1, maxLength: 12 },
      );
      let next = 1;
      let lastCommitted = 0;
      await fc.assert(
        fc.asyncProperty(plan, async (transactions) => {
          const first = next;
          next += transactions.length;
          const queries: Promise<unknown>[] = [];
          const outcomes = await Promise.allSettled(
            transactions.map(({ steps, throwsAt, pauses, readsBetween }, index) => {
              const running = the().react(async (tx) => {
                for (const [turn, step] of steps.entries()) {
                  if (turn === throwsAt) throw new Error("planned");
                  await STEPS[step]?.(tx, first + index);
                  if (pauses[turn]) await setImmediate();
                }
                return first + index;
              });
              if (readsBetween) queries.push(the().figures(), the().events({ scope: undefined, limit: 3 }));
              return running;
            }),
          );
          await Promise.all(queries);
          for (const [index, { throwsAt }] of transactions.entries()) {
            const commits = throwsAt >= STEPS.length;
            expect(outcomes[index]?.status).toBe(commits ? "fulfilled" : "rejected");
            expect(await tracesOf(the(), first + index)).toBe(commits ? STEPS.length - 1 : 0);
            if (commits) lastCommitted = first + index;
          }
          const { offset } = await the().cursor();
          expect(offset).toBe(lastCommitted);
        }),
        { numRuns: 20 },
      );
    });

    test("a query never sees half of a transaction, nor does a write join one that fails", async () => {
      let writing: Promise<unknown> | undefined;
      let seen: Promise<unknown> | undefined;
      const failing = the().react(async (tx) => {
        await tx.insertEvents([event(), event()]);
        writing = the().putEstate(estate("e1"));
        seen = the().figures();
        for (let turn = 0; turn < 5; turn++) await setImmediate();
        throw new Error("planned");
      });
      await expect(failing).rejects.toThrow("planned");
      await writing;
      expect(await seen).toMatchObject({ events: 0 });
      expect((await the().estate("e1")).id).toBe("e1");
    });

    test("a step that failed fails the transaction, though it was caught", async () => {
      const stored = event();
      await storeEvents(the(), [stored]);
      const careless = the().react(async (tx) => {
        await tx.insertDeadLetters([deadLetter("half")]);
        await tx.insertEvents([stored]).catch(() => undefined);
      });
      await expect(careless).rejects.toThrow(/unique/i);
      await expect(the().deadLetter("half")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("a transaction that is over takes nothing more", async () => {
      let kept: ReactTransaction | undefined;
      await the().react((tx) => {
        kept = tx;
        return Promise.resolve();
      });
      await expect(kept?.insertDeadLetters([deadLetter("after")])).rejects.toThrow("over");
      await expect(the().deadLetter("after")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("listeners hear what was committed, and nothing of what was not", async () => {
      const heard: unknown[] = [];
      the().onCommit((items) => heard.push(...items));
      const first = event();
      const opened = change(incident("i1"), "opened", "evidence");
      await the().react(async (tx) => {
        await tx.insertEvents([first]);
        await tx.saveIncidents([opened]);
        expect(heard).toEqual([]);
      });
      const failing = the().react(async (tx) => {
        await tx.insertEvents([event()]);
        throw new Error("planned");
      });
      await expect(failing).rejects.toThrow("planned");
      expect(heard).toEqual([
        { estateId: "e1", event: first },
        { estateId: "e1", incident: opened.incident, transition: opened.transitions[0] },
        { estateId: "e1", incident: opened.incident, transition: opened.transitions[1] },
      ]);
    });
  });
}
