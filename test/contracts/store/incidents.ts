import { describe, expect, test } from "vitest";
import type { IncidentChange } from "../../../src/domain/incident.ts";
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
      expect(await list({ from: T0 + 2, to: T0 + 3 })).toBe("d");
    });
  });
}
