import { afterEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/domain/journal.ts";
import { temporaryStores } from "../store/temporary.ts";
import { NOON, openStage, said, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
const stages: Stage[] = [];
afterEach(() => {
  for (const { store } of stages.splice(0)) store.close();
});

async function stage(stepEntries: number): Promise<Stage> {
  const opened = await openStage({ path: temporary.path(), stepEntries });
  stages.push(opened);
  return opened;
}

async function incidentsOf({ store }: Stage) {
  return (await store.incidents({ scope: undefined, limit: 50 })).items;
}

const kindsOf = async ({ store }: Stage, id = ""): Promise<string> =>
  (await store.incident(id)).history.map(({ kind }) => kind).join(" ");

const battery = (minute: number, phase: "raise" | "clear"): JournalEntry =>
  said(minute * 60, "smoke-1", "device.low_battery", phase);

describe.each([1, 3, Infinity])("%s entries a step", (size) => {
  test("a loose battery is one incident while it comes back within the hour, then another", async () => {
    const it = await stage(size);
    it.append(
      battery(0, "raise"),
      battery(1, "clear"),
      battery(30, "raise"),
      battery(31, "clear"),
      battery(91, "raise"),
      battery(92, "clear"),
      battery(153, "raise"),
    );
    await it.settle();
    const [second, first, ...others] = await incidentsOf(it);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ status: "closed", openedAt: NOON, episodeCount: 3, closeReason: "other" });
    expect(second).toMatchObject({ status: "open", openedAt: NOON + 153 * 60_000, episodeCount: 1 });
    const turns = "reopened ended closed ".repeat(2).trim();
    expect(await kindsOf(it, first?.id)).toBe(`opened ended closed ${turns}`);
    expect(await it.store.verify()).toEqual([]);
  });

  test("what an officer closed as other is reopened, what was called false is not", async () => {
    const it = await stage(size);
    it.append(battery(0, "raise"));
    await it.settle();
    const [{ id } = { id: "" }] = await incidentsOf(it);
    it.append(battery(1, "clear"), battery(2, "raise"));
    await it.settle();
    await it.store.commandIncident(id, { kind: "close", reason: "other" }, "li", it.clock.at);
    it.append(battery(4, "clear"), battery(5, "raise"));
    await it.settle();
    expect(await incidentsOf(it)).toMatchObject([{ id, status: "open", episodeCount: 3 }]);
    await it.store.commandIncident(id, { kind: "close", reason: "false_alarm" }, "li", it.clock.at);
    it.append(battery(7, "clear"), battery(8, "raise"));
    await it.settle();
    const [next, before] = await incidentsOf(it);
    expect(before).toMatchObject({ id, status: "closed", closeReason: "false_alarm" });
    expect(next).toMatchObject({ status: "open", episodeCount: 1 });
  });

  test("a second detector of the place makes the incident surer, also after its end", async () => {
    const it = await stage(size);
    it.append(
      said(0, "smoke-1", "fire.smoke", "raise"),
      said(20, "smoke-1", "fire.smoke", "clear"),
      said(40, "smoke-2", "fire.heat", "raise"),
      said(50, "smoke-2", "fire.flame", "raise"),
    );
    await it.settle();
    const smoke = (await incidentsOf(it)).find(({ type }) => type === "fire.smoke");
    expect(smoke).toMatchObject({ verification: 2, eventCount: 2, episodeCount: 1, endedAt: NOON + 20_000 });
    expect(await kindsOf(it, smoke?.id)).toBe("opened ended verified");
  });
});
