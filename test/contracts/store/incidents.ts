import { describe, expect, test } from "vitest";
import type { Incident, IncidentChange } from "../../../src/domain/incident.ts";
import { change, incident, refusal, T0, type TestedStore, walk } from "./samples.ts";

export function incidentTests(the: () => TestedStore): void {
  const save = (...changes: IncidentChange[]): Promise<void> =>
    the().react((tx) => tx.saveIncidents(changes));

  describe("incidents", () => {
    test("an incident comes back as it was saved, with its history in order", async () => {
      const full = incident("i1", {
        placeId: "b1",
        status: "closed",
        severity: "P3",
        endedAt: T0 + 1,
        acknowledgedAt: T0 + 2,
        acknowledgedBy: "officer",
        closedAt: T0 + 3,
        closedBy: "officer",
        closeReason: "confirmed",
        late: true,
        test: true,
        simulated: true,
        eventCount: 7,
        episodeCount: 3,
        updatedAt: T0 + 3,
      });
      await save(change(incident("i1"), "opened"), {
        incident: full,
        transitions: [
          { incidentId: "i1", kind: "evidence", at: T0, by: "rule:smoke", eventId: "e-1" },
          { incidentId: "i1", kind: "closed", at: T0 + 3, by: "officer", note: "真警" },
        ],
      });
      const { incident: found, history } = await the().incident("i1");
      expect(found).toEqual(full);
      expect(history).toEqual([
        { incidentId: "i1", kind: "opened", at: T0, by: "rule:smoke" },
        { incidentId: "i1", kind: "evidence", at: T0, by: "rule:smoke", eventId: "e-1" },
        { incidentId: "i1", kind: "closed", at: T0 + 3, by: "officer", note: "真警" },
      ]);
      await expect(the().incident("i9")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("one of a key is unclosed, ended or not; a closed one makes room", async () => {
      const first = incident("i1", { key: "k" });
      const second = change(incident("i2", { key: "k" }), "opened");
      const ofKey = () => the().react((tx) => tx.openIncident("k"));
      expect(await ofKey()).toBeUndefined();
      await save(change(first, "opened"));
      await expect(save(second)).rejects.toThrow(/unique/i);
      expect(await ofKey()).toEqual(first);

      const ended = { ...first, endedAt: T0 + 1 };
      await save(change(ended, "ended"));
      await expect(save(second)).rejects.toThrow(/unique/i);
      expect(await ofKey()).toEqual(ended);

      const resumed = { ...first, episodeCount: 2 };
      await save(change(resumed, "resumed"));
      expect(await ofKey()).toEqual(resumed);
      const { incident: found, history } = await the().incident("i1");
      expect(found).toEqual(resumed);
      expect(history.map(({ kind }) => kind)).toEqual(["opened", "ended", "resumed"]);

      await the().commandIncident("i1", { kind: "acknowledge" }, "officer", T0 + 2);
      await expect(save(second)).rejects.toThrow(/unique/i);
      await the().commandIncident("i1", { kind: "close", reason: "test" }, "officer", T0 + 2);
      expect(await ofKey()).toBeUndefined();
      await save(second);
      expect((await ofKey())?.id).toBe("i2");
      expect((await the().figures()).openIncidents).toBe(1);
      expect(await the().verify()).toEqual([]);
    });

    test("the latest closed one of a key is found, until it is reopened", async () => {
      const latest = () => the().react((tx) => tx.latestClosed("k"));
      const closed = (id: string, closedAt: number) =>
        incident(id, { key: "k", status: "closed", closedAt, closedBy: "li", closeReason: "other" });
      expect(await latest()).toBeUndefined();
      await save(change(incident("i0", { key: "k" }), "opened"));
      expect(await latest()).toBeUndefined();
      await save(
        change(closed("i0", T0 + 1), "closed"),
        change(closed("i1", T0 + 9), "opened", "closed"),
        change(closed("i2", T0 + 5), "opened", "closed"),
        change({ ...closed("i3", T0 + 99), key: "other" }, "opened", "closed"),
      );
      expect(await latest()).toEqual(closed("i1", T0 + 9));
      const reopened = incident("i1", { key: "k", verification: 2 });
      await save(change(reopened, "reopened"));
      expect(await latest()).toEqual(closed("i2", T0 + 5));
      expect(await the().react((tx) => tx.openIncident("k"))).toEqual(reopened);
      expect((await the().incident("i1")).history.map(({ kind }) => kind)).toEqual([
        "opened",
        "closed",
        "reopened",
      ]);
      // Closed and reopened in one step.
      await save(change(closed("i1", T0 + 20), "closed"), change(reopened, "reopened"));
      expect(await the().react((tx) => tx.openIncident("k"))).toEqual(reopened);
      expect(await the().verify()).toEqual([]);
    });

    test("a command is applied by the life cycle and told to listeners", async () => {
      await save(change(incident("i1"), "opened"));
      const heard: unknown[] = [];
      the().onCommit((items) => heard.push(...items));
      const acknowledged = await the().commandIncident(
        "i1",
        { kind: "acknowledge", note: "去看" },
        "li",
        T0 + 5,
      );
      expect(acknowledged).toMatchObject({
        status: "acknowledged",
        acknowledgedBy: "li",
        acknowledgedAt: T0 + 5,
      });
      const { incident: found, history } = await the().incident("i1");
      expect(found).toEqual(acknowledged);
      expect(history.at(-1)).toEqual({
        incidentId: "i1",
        kind: "acknowledged",
        at: T0 + 5,
        by: "li",
        note: "去看",
      });
      expect(heard).toEqual([{ estateId: "e1", incident: acknowledged, transition: history.at(-1) }]);
    });

    test("a refused command leaves nothing behind", async () => {
      await save(change(incident("i1"), "opened"));
      await the().commandIncident("i1", { kind: "close", reason: "confirmed" }, "li", T0 + 1);
      await expect(the().commandIncident("i1", { kind: "acknowledge" }, "li", T0 + 2)).rejects.toMatchObject(
        refusal("CONFLICT"),
      );
      expect((await the().incident("i1")).history).toHaveLength(2);
      await expect(the().commandIncident("i9", { kind: "acknowledge" }, "li", T0)).rejects.toMatchObject(
        refusal("NOT_FOUND"),
      );
    });

    test("are listed newest first by every filter, page by page", async () => {
      await save(
        change(incident("a", { openedAt: T0 + 1 }), "opened"),
        change(incident("b", { openedAt: T0 + 3, type: "life.sos" }), "opened"),
        change(incident("c", { openedAt: T0 + 3, estateId: "e2", severity: "P3" }), "opened"),
        change(incident("d", { openedAt: T0 + 2, estateId: "e3", status: "acknowledged" }), "opened"),
      );
      const list = async (query: object): Promise<string> =>
        (
          await walk(
            (after) =>
              the().incidents({
                scope: undefined,
                limit: 1,
                ...query,
                ...(after !== undefined && { after }),
              }),
            1,
          )
        )
          .map(({ id }) => id)
          .join("");
      expect(await list({})).toBe("cbda");
      expect(await list({ scope: ["e1", "e3"] })).toBe("bda");
      expect(await list({ estateId: "e1" })).toBe("ba");
      expect(await list({ scope: ["e2"], estateId: "e1" })).toBe("");
      expect(await list({ type: "life.sos" })).toBe("b");
      expect(await list({ status: "acknowledged" })).toBe("d");
      expect(await list({ severity: "P3" })).toBe("c");
      await the().commandIncident("a", { kind: "verify", verification: 3 }, "li", T0 + 9);
      expect(await list({ minVerification: 3 })).toBe("a");
      expect(await list({ minVerification: 0 })).toBe("cbda");
      expect(await list({ minVerification: 4 })).toBe("");
      expect(await list({ from: T0 + 2, to: T0 + 3 })).toBe("d");
    });

    test("closings are counted by rule, device and reason, without what a simulator made", async () => {
      const closed = (id: string, closedAt: number, more: Partial<Incident> = {}) =>
        change(incident(id, { status: "closed", closeReason: "false_alarm", closedAt, ...more }), "closed");
      await save(
        closed("i1", T0),
        closed("i2", T0 + 5),
        closed("i3", T0 + 6, { closeReason: "confirmed" }),
        closed("i4", T0 + 7, { deviceId: "d2", estateId: "e2" }),
        closed("i5", T0 + 8, { simulated: true }),
        closed("i6", T0 + 10),
        change(incident("i7"), "opened"),
      );
      const closings = (given: object = {}) =>
        the().closings({ scope: undefined, from: T0, to: T0 + 10, ...given });
      const first = { rule: "smoke", estateId: "e1", deviceId: "d1" };
      const second = {
        ...first,
        estateId: "e2",
        deviceId: "d2",
        reason: "false_alarm",
        count: 1,
        lastAt: T0 + 7,
      };
      expect((await closings()).toSorted((a, b) => a.lastAt - b.lastAt)).toEqual([
        { ...first, reason: "false_alarm", count: 2, lastAt: T0 + 5 },
        { ...first, reason: "confirmed", count: 1, lastAt: T0 + 6 },
        second,
      ]);
      expect(await closings({ scope: ["e2"] })).toEqual([second]);
      expect(await closings({ estateId: "e2" })).toEqual([second]);
      expect(await closings({ scope: ["e1"], estateId: "e2" })).toEqual([]);
    });

    test("bad actors are devices by their chattering incidents, without tests and simulators", async () => {
      let nth = 0;
      const chatters = (deviceId: string, openedAt: number, more: Partial<Incident> = {}) =>
        change(
          incident(`c${nth++}`, { deviceId, openedAt, key: `k${nth}`, chattering: true, ...more }),
          "opened",
        );
      await save(
        chatters("one", T0 + 5),
        chatters("two", T0 + 1),
        chatters("two", T0 + 2),
        chatters("two", T0 - 1),
        chatters("far", T0 + 9, { estateId: "e2" }),
        chatters("calm", T0 + 9, { chattering: false }),
        chatters("tried", T0 + 9, { test: true }),
        chatters("made", T0 + 9, { simulated: true }),
      );
      const list = (given: object = {}) =>
        the().badActors({ scope: undefined, from: T0, limit: 10, ...given });
      const two = { estateId: "e1", deviceId: "two", incidents: 2, lastAt: T0 + 2 };
      const one = { estateId: "e1", deviceId: "one", incidents: 1, lastAt: T0 + 5 };
      const far = { estateId: "e2", deviceId: "far", incidents: 1, lastAt: T0 + 9 };
      expect(await list()).toEqual([two, far, one]);
      expect(await list({ limit: 1 })).toEqual([two]);
      expect(await list({ from: T0 + 6 })).toEqual([far]);
      expect(await list({ scope: ["e1"] })).toEqual([two, one]);
      expect(await list({ estateId: "e2" })).toEqual([far]);
      expect(await list({ scope: ["e1"], estateId: "e2" })).toEqual([]);
    });
  });
}
