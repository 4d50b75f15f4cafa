import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../../src/domain/event.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/time.ts";
import type { EventQuery } from "../../../src/ports.ts";
import { countsOf, deadLetter, event, refusal, storeEvents, T0, type TestedStore, walk } from "./samples.ts";

/** What a listing must give, by plain reading of the port. */
function expected(all: readonly SecurityEvent[], query: Omit<EventQuery, "limit" | "after">): string[] {
  return all
    .map((item, order) => ({ item, order }))
    .filter(
      ({ item }) =>
        (query.scope === undefined || query.scope.includes(item.estateId)) &&
        (query.estateId === undefined || query.estateId === item.estateId) &&
        (query.deviceId === undefined || query.deviceId === item.deviceId) &&
        (query.code === undefined || query.code === item.code) &&
        (query.from === undefined || item.occurredAt >= query.from) &&
        (query.to === undefined || item.occurredAt < query.to),
    )
    .toSorted((a, b) => b.item.occurredAt - a.item.occurredAt || b.order - a.order)
    .map(({ item }) => item.id);
}

export function eventTests(the: () => TestedStore): void {
  describe("events", () => {
    test("an event comes back as it was stored, with every field or with none", async () => {
      const full = event({
        point: "door-2",
        phase: "raise",
        transition: "initial",
        deviceAt: T0 - 5,
        gatewayAt: T0 - 3,
        receivedAt: T0 + 7,
        skewMs: -12,
        value: 21.5,
        attributes: { card: "ab12", n: 3, ok: true, 备注: "门" },
        flags: ["late", "simulated"],
        profile: "zigbee2mqtt",
      });
      const bare = event();
      await storeEvents(the(), [full, bare]);
      expect(await the().event(full.id)).toEqual(full);
      expect(await the().event(bare.id)).toEqual(bare);
      await expect(the().event("unknown")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("listings give what is asked for, newest first, each once, whatever the page size", async () => {
      const pick = fc.constantFrom;
      const anyEvent = fc.record({
        estateId: pick("e1", "e2", "e3"),
        deviceId: pick("d1", "d2"),
        code: pick("fire.smoke", "life.sos"),
        minutes: fc.integer({ min: 0, max: 40 }),
        lateHours: pick(0, 0, 0, 5, 200),
      });
      const anyQuery = fc.record(
        {
          scope: pick<(readonly string[] | undefined)[]>(undefined, ["e1", "e2"], [], ["e9"]),
          estateId: pick("e1", "e2", "e9"),
          deviceId: pick("d1", "d9"),
          code: pick("fire.smoke", "info.button"),
          from: fc.integer({ min: T0 - 8 * DAY, max: T0 + 40 * MINUTE }),
          to: fc.integer({ min: T0 - 8 * DAY, max: T0 + 40 * MINUTE }),
        },
        { requiredKeys: ["scope"] },
      );
      const stored: SecurityEvent[] = [];
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyEvent, { maxLength: 30 }),
          fc.array(anyQuery, { minLength: 5, maxLength: 10 }),
          fc.integer({ min: 1, max: 7 }),
          async (specs, queries, limit) => {
            const batch = specs.map(({ minutes, lateHours, ...rest }) =>
              event({
                ...rest,
                occurredAt: T0 + minutes * MINUTE - lateHours * HOUR,
                receivedAt: T0 + minutes * MINUTE,
              }),
            );
            await storeEvents(the(), batch);
            stored.push(...batch);
            for (const query of queries) {
              const found = await walk(
                (after) => the().events({ ...query, limit, ...(after !== undefined && { after }) }),
                limit,
              );
              expect(found.map(({ id }) => id)).toEqual(expected(stored, query));
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    test("an event stored between two pages neither repeats nor hides another", async () => {
      const old = [1, 2, 3, 4].map((minute) => event({ occurredAt: T0 + minute * MINUTE }));
      await storeEvents(the(), old);
      const first = await the().events({ scope: undefined, limit: 2 });
      await storeEvents(the(), [
        event({ occurredAt: T0 + 9 * MINUTE }),
        event({ occurredAt: T0, receivedAt: T0 + DAY }),
      ]);
      const second = await the().events({ scope: undefined, limit: 2, after: first.next ?? "" });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
        old.map(({ id }) => id).toReversed(),
      );
    });

    test("events received before a moment are deleted, their counts stay", async () => {
      const old = Array.from({ length: 4_500 }, (_, index) => event({ occurredAt: T0 + index }));
      const lateOne = event({ occurredAt: T0, receivedAt: T0 + DAY });
      const fresh = event({ occurredAt: T0 + DAY });
      await storeEvents(the(), [...old, lateOne, fresh]);
      expect(await the().deleteEventsBefore(T0 + DAY)).toBe(4_500);
      expect((await the().events({ scope: undefined, limit: 10 })).items).toEqual([fresh, lateOne]);
      expect((await the().figures()).events).toBe(2);
      const counts = await the().hourlyCounts({ estateId: "e1", from: T0, to: T0 + 2 * DAY });
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(4_502);
      expect(await the().deleteEventsBefore(T0 + DAY)).toBe(0);
      expect(await the().verify()).toEqual([]);
    });

    test("a deletion lets others in between", async () => {
      await storeEvents(
        the(),
        Array.from({ length: 6_500 }, (_, index) => event({ occurredAt: T0 + index })),
      );
      const progress = { over: false };
      const deleting = the()
        .deleteEventsBefore(T0 + DAY)
        .then((deleted) => {
          progress.over = true;
          return deleted;
        });
      const seen: number[] = [];
      while (!progress.over) {
        seen.push((await the().figures()).events);
        await setImmediate();
      }
      expect(await deleting).toBe(6_500);
      expect(seen.some((events) => events > 0 && events < 6_500)).toBe(true);
    });
  });

  describe("counts per hour", () => {
    test("add up, and are asked by estate, time and code", async () => {
      const list = [
        event({ occurredAt: T0 + 1 }),
        event({ occurredAt: T0 + 2 }),
        event({ occurredAt: T0 + HOUR, code: "life.sos", phase: "pulse" }),
        event({ occurredAt: T0 + 2 * HOUR }),
        event({ occurredAt: T0, estateId: "e2" }),
      ];
      await the().react((tx) => tx.addCounts(countsOf(list.slice(0, 1))));
      await the().react((tx) => tx.addCounts(countsOf(list.slice(1))));
      const first = {
        hour: T0,
        estateId: "e1",
        deviceKind: "sensor",
        code: "access.door_opened",
        phase: "state",
        count: 2,
      };
      const second = { ...first, hour: T0 + HOUR, code: "life.sos", phase: "pulse", count: 1 };
      const ask = { estateId: "e1", from: T0, to: T0 + 2 * HOUR };
      expect(await the().hourlyCounts(ask)).toEqual([first, second]);
      expect(await the().hourlyCounts({ ...ask, code: "life.sos" })).toEqual([second]);
      expect(await the().hourlyCounts({ ...ask, estateId: "e9" })).toEqual([]);
    });
  });

  describe("dead letters", () => {
    test("are kept once, listed newest first, and marked when replayed", async () => {
      const letters = ["a", "b", "c"].map((id) => deadLetter(id));
      const elsewhere = deadLetter("d", { estateId: "e2", contentType: "application/json" });
      await the().react((tx) => tx.insertDeadLetters([...letters, elsewhere]));
      await the().react((tx) => tx.insertDeadLetters(letters));
      const list = async (query: object): Promise<string[]> =>
        (
          await walk(
            (after) =>
              the().deadLetters({
                scope: undefined,
                limit: 2,
                ...query,
                ...(after !== undefined && { after }),
              }),
            2,
          )
        ).map(({ id }) => id);
      expect(await list({})).toEqual(["d", "c", "b", "a"]);
      expect(await list({ scope: ["e1"] })).toEqual(["c", "b", "a"]);
      const { kind: _kind, ...shown } = elsewhere;
      expect(await the().deadLetter("d")).toEqual({ ...shown, count: 1, lastAt: T0 });
      await the().markReplayed("b", T0 + 1, "events: 1");
      expect(await the().deadLetter("b")).toMatchObject({ replayedAt: T0 + 1, replayOutcome: "events: 1" });
      expect(await list({ pendingOnly: true })).toEqual(["d", "c", "a"]);
      expect((await the().figures()).pendingDeadLetters).toBe(3);
      await expect(the().deadLetter("x")).rejects.toMatchObject(refusal("NOT_FOUND"));
      await expect(the().markReplayed("x", T0, "")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("keep what decides how they are read again", async () => {
      const retained = deadLetter("r", { retained: true });
      const cut = deadLetter("t", { truncated: true });
      await the().react((tx) => tx.insertDeadLetters([retained, cut]));
      expect(await the().deadLetter("r")).toMatchObject({ retained: true });
      expect(await the().deadLetter("r")).not.toHaveProperty("truncated");
      expect(await the().deadLetter("t")).toMatchObject({ truncated: true });
      expect(await the().deadLetter("t")).not.toHaveProperty("retained");
    });

    test("sent again they are counted; read from the journal again they are not", async () => {
      const again = deadLetter("a", { receivedAt: T0 + HOUR, detail: "said otherwise" });
      const newer = deadLetter("b", { receivedAt: T0 + 1 });
      await the().react((tx) => tx.insertDeadLetters([deadLetter("a"), newer, again]));
      await the().react((tx) => tx.insertDeadLetters([deadLetter("a"), again]));
      const { items } = await the().deadLetters({ scope: undefined, limit: 10 });
      expect(items.map(({ id, receivedAt, count, lastAt }) => [id, receivedAt, count, lastAt])).toEqual([
        ["b", T0 + 1, 1, T0 + 1],
        ["a", T0, 2, T0 + HOUR],
      ]);
      expect(items[1]?.detail).toBe("not JSON");
    });

    test("are listed by their arrival, whatever their ids", async () => {
      const letters = ["c", "a", "d", "b", "e"].map((id, order) =>
        deadLetter(id, { receivedAt: T0 + Math.floor(order / 2) }),
      );
      await the().react((tx) => tx.insertDeadLetters(letters));
      for (const limit of [1, 2, 10]) {
        const all = await walk(
          (after) =>
            the().deadLetters({
              scope: ["e1"],
              limit,
              pendingOnly: true,
              ...(after !== undefined && { after }),
            }),
          limit,
        );
        expect(all.map(({ id }) => id)).toEqual(["e", "d", "b", "c", "a"]);
      }
    });

    test("past their time are deleted, replayed or not, and are not counted as dropped", async () => {
      const letters = Array.from({ length: 250 }, (_, order) =>
        deadLetter(`l${order}`, { receivedAt: T0 + order }),
      );
      await the().react((tx) => tx.insertDeadLetters(letters));
      await the().markReplayed("l3", T0, "events: 1");
      expect(await the().deleteDeadLettersBefore(T0 + 240)).toBe(240);
      expect(await the().deleteDeadLettersBefore(T0 + 240)).toBe(0);
      const { items } = await the().deadLetters({ scope: undefined, limit: 500 });
      expect(items.map(({ receivedAt }) => receivedAt - T0)).toEqual([
        249, 248, 247, 246, 245, 244, 243, 242, 241, 240,
      ]);
      expect(await the().figures()).toMatchObject({ pendingDeadLetters: 10, deadLettersDropped: 0 });
    });
  });
}
