import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  HUB_ITSELF,
  watchedDevice,
  watchedGateway,
  type PresenceSign,
  type Watched,
} from "../../../src/domain/exposure.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/time.ts";
import { device, estate, gateway, refusal, T0, type TestedStore } from "./samples.ts";

const DEVICE = watchedDevice("e1", "d1");
const away = (who: Watched, minute: number): PresenceSign => ({
  ...who,
  kind: "away",
  at: T0 + minute * MINUTE,
});
const back = (who: Watched, minute: number): PresenceSign => ({
  ...who,
  kind: "back",
  at: T0 + minute * MINUTE,
});
const millionths = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 1e6 + 1e-4);
const minutes = (from: number, to: number) => ({ from: T0 + from * MINUTE, to: T0 + to * MINUTE });

export function exposureTests(the: () => TestedStore): void {
  const note = (...signs: readonly PresenceSign[]) => the().react((tx) => tx.noteSigns(signs));
  /** A device that was heard from this minute on. */
  const heard = (id: string, minute: number, gatewayId = "gw1", estateId = "e1") =>
    the().react((tx) =>
      tx.seeDevices([
        { estateId, deviceId: id, gatewayId, profile: "native", at: T0 + minute * MINUTE, simulated: false },
      ]),
    );
  const covered = async (from: number, to: number) => (await the().coverage("e1", [minutes(from, to)]))[0];

  describe("coverage", () => {
    test("is unknown without devices and for spans of no length", async () => {
      expect(await covered(0, 60)).toBeNull();
      await heard("d1", 0);
      expect(await covered(60, 60)).toBeNull();
      expect(await the().coverage("e1", [])).toEqual([]);
      expect(await covered(0, 60)).toBe(1);
    });

    test("counts a device from when it was first heard; one never heard was never observed", async () => {
      await heard("d1", 30);
      expect(await covered(0, 60)).toBe(0.5);
      expect(await covered(0, 30)).toBe(0);
      await the().putEstate(estate("e1"));
      await the().putDevice(device("e1", "silent"));
      expect(await covered(30, 60)).toBe(0.5);
    });

    test("a device that came later does not make the time before it unobserved", async () => {
      await heard("d1", 0);
      await heard("d2", 120);
      await note(away(DEVICE, 30), back(DEVICE, 60));
      expect(await covered(0, 60)).toBe(0.5);
      expect(await covered(60, 120)).toBe(1);
      // d1 three hours less half of one, d2 one hour
      expect(await covered(0, 180)).toBeCloseTo(210 / 240, 12);
    });

    test("before its first device an estate was not observed, and one never heard is missed from then on", async () => {
      await heard("d1", 60);
      await the().putEstate(estate("e1"));
      await the().putDevice(device("e1", "silent"));
      expect(await covered(0, 60)).toBe(0);
      // half of the devices for half of the time
      expect(await covered(0, 120)).toBe(0.25);
      await the().putEstate(estate("e2"));
      await the().putDevice(device("e2", "silent"));
      expect(await the().coverage("e2", [minutes(0, 60)])).toEqual([0]);
    });

    test("leaves out what the device, its gateway or the hub was away; what overlaps counts once", async () => {
      await heard("d1", 0);
      await heard("d2", 0, "gw2");
      await note(away(DEVICE, 10), back(DEVICE, 20));
      expect(await covered(0, 100)).toBe(1 - 10 / 200);
      await note(away(watchedGateway("gw1"), 15), back(watchedGateway("gw1"), 25));
      expect(await covered(0, 100)).toBe(1 - 15 / 200);
      await note(away(HUB_ITSELF, 20), back(HUB_ITSELF, 30));
      expect(await covered(0, 100)).toBe(1 - 30 / 200);
      await note(away(watchedGateway("gw1"), 90));
      expect(await covered(0, 100)).toBe(1 - 40 / 200);
    });

    test("does not depend on the order in which signs are told", async () => {
      await heard("d1", 0);
      // An end before its beginning.
      await note(back(DEVICE, 20));
      expect(await covered(0, 100)).toBe(1);
      await note(away(DEVICE, 10));
      expect(await covered(0, 100)).toBe(0.9);
      // A beginning within an absence counts once a return before it is told.
      await note(away(DEVICE, 40), away(DEVICE, 60));
      expect(await covered(0, 100)).toBeCloseTo(0.3, 12);
      await note(back(DEVICE, 50));
      expect(await covered(0, 100)).toBeCloseTo(0.4, 12);
      // A return within an absence that has its end already.
      await note(back(DEVICE, 80), back(DEVICE, 70));
      expect(await covered(0, 100)).toBeCloseTo(0.7, 12);
      // Told once more, nothing changes.
      await note(away(DEVICE, 10), back(DEVICE, 20), away(DEVICE, 60), back(DEVICE, 70), back(DEVICE, 80));
      expect(await covered(0, 100)).toBeCloseTo(0.7, 12);
    });

    test("a device that flaps is away all the time", async () => {
      await heard("d1", 0);
      const signs = Array.from({ length: 100 }, (_, turn) => [
        away(DEVICE, 10 + turn / 2),
        back(DEVICE, 10 + turn / 2 + 1 / 4),
      ]).flat();
      await note(...signs);
      expect(await covered(10, 59.75)).toBe(0);
      expect(await covered(59.75, 100)).toBe(1);
    });

    test("is unknown before the oldest absence that is kept, and signs of life are forgotten alone", async () => {
      await heard("d1", 0);
      await note(away(DEVICE, 10), back(DEVICE, 20), back(DEVICE, 30), away(DEVICE, 50));
      expect(await the().deleteSignsBefore(T0 + 40 * MINUTE)).toBe(1);
      expect(await covered(0, 60)).toBeCloseTo(40 / 60, 12);
      expect(await the().deleteOutagesBefore(T0 + 10 * MINUTE)).toBe(0);
      expect(await covered(0, 60)).toBeCloseTo(40 / 60, 12);
      expect(await the().deleteOutagesBefore(T0 + 40 * MINUTE)).toBe(1);
      expect(await covered(0, 60)).toBeNull();
      expect(await covered(40, 60)).toBe(0.5);
    });

    test("absences of what is deleted are no absences of what has its name later", async () => {
      await the().putEstate(estate("e1"));
      await the().putGateway(gateway("gw1", ["e1"]));
      await heard("d1", 0);
      await note(away(DEVICE, 10), away(watchedGateway("gw1"), 10));
      await the().deleteDevice("e1", "d1");
      await the().revokeGateway("gw1", T0);
      await the().deleteGateway("gw1");
      await heard("d1", 0);
      expect(await covered(0, 60)).toBe(1);
    });

    test("comes in bins, and for many estates at once, in their order", async () => {
      await heard("d1", 0);
      await heard("d1", 30, "gw1", "e2");
      await note(away(DEVICE, 90), back(DEVICE, 105));
      expect(await the().coverageBins("e1", T0, T0 + 150 * MINUTE, HOUR)).toEqual([1, 0.75, 1]);
      await expect(the().coverageBins("e1", T0, T0 + DAY, 100)).rejects.toMatchObject(
        refusal("VALIDATION", "sizeMs"),
      );
      await expect(the().coverageBins("e1", T0, T0 + DAY, 0)).rejects.toMatchObject(
        refusal("VALIDATION", "sizeMs"),
      );
      expect(await the().coverageOf(["e3", "e2", "e1"], minutes(0, 60))).toEqual([
        { estateId: "e3", coverage: null },
        { estateId: "e2", coverage: 0.5 },
        { estateId: "e1", coverage: 1 },
      ]);
    });

    test("is what counting every minute gives, in whatever order signs came", async () => {
      const LENGTH = 240;
      const signs = fc.uniqueArray(
        fc.record({
          who: fc.nat({ max: 4 }),
          minute: fc.nat({ max: LENGTH }),
          kind: fc.constantFrom("away", "back"),
        }),
        { minLength: 20, maxLength: 60, size: "max", selector: ({ who, minute }) => `${who}|${minute}` },
      );
      const firstHeard = fc.tuple(...[0, 1, 2].map(() => fc.nat({ max: LENGTH })));
      const spans = fc.array(
        fc
          .tuple(fc.nat({ max: LENGTH }), fc.nat({ max: LENGTH }))
          .map(([a, b]) => minutes(Math.min(a, b), Math.max(a, b))),
        { minLength: 1, maxLength: 5 },
      );
      let estates = 0;
      await fc.assert(
        fc.asyncProperty(signs, firstHeard, spans, async (told, first, asked) => {
          const estateId = `p${estates++}`;
          const gateways = [1, 2].map((number) => watchedGateway(`g${number}-${estateId}`));
          const subjects = [...gateways, ...["a", "b", "c"].map((id) => watchedDevice(estateId, id))];
          const all: PresenceSign[] = told.flatMap(({ who, minute, kind }) => {
            const subject = subjects[who];
            return subject ? [{ ...subject, kind, at: T0 + minute * MINUTE }] : [];
          });
          for (const [index, id] of ["a", "b", "c"].entries()) {
            const gatewayId = `g${(index % 2) + 1}-${estateId}`;
            await heard(id, first[index] ?? 0, gatewayId, estateId);
          }
          await note(...all);

          const isAway = (who: Watched | undefined, minute: number): boolean =>
            all
              .filter(({ subject, at }) => subject === who?.subject && at <= T0 + minute * MINUTE)
              .toSorted((a, b) => a.at - b.at)
              .at(-1)?.kind === "away";
          const expected = asked.map(({ from, to }) => {
            let observed = 0;
            let possible = 0;
            let watched = 0;
            for (let minute = (from - T0) / MINUTE; minute < (to - T0) / MINUTE; minute++) {
              for (const index of [0, 1, 2]) {
                if (minute < (first[index] ?? 0)) continue;
                possible++;
                if (!isAway(gateways[index % 2], minute) && !isAway(subjects[2 + index], minute)) observed++;
              }
              if (minute >= Math.min(...first)) watched++;
            }
            if (from === to) return null;
            return possible === 0 ? 0 : (observed / possible) * (watched / ((to - from) / MINUTE));
          });
          const found = await the().coverage(estateId, asked);
          expect(found.map(millionths)).toEqual(expected.map(millionths));
        }),
        { numRuns: 100 },
      );
    });
  });

  describe("the hub's own life", () => {
    test("from the last mark to the start nothing was observed", async () => {
      await heard("d1", 0);
      expect(await the().aliveAt()).toBeUndefined();
      await the().noteAlive(T0);
      await the().noteAlive(T0 + 10 * MINUTE);
      expect(await the().aliveAt()).toBe(T0 + 10 * MINUTE);
      expect(await covered(0, 60)).toBe(1);
      await the().noteAlive(T0 + 40 * MINUTE, await the().aliveAt());
      expect(await covered(0, 60)).toBe(0.5);
      await the().noteAlive(T0 + 30 * MINUTE, await the().aliveAt());
      expect(await covered(0, 60)).toBe(0.5);
    });
  });
}
