import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CloseReason, Incident } from "../../src/domain/incident.ts";
import { ledgerOf, type ClosingCount } from "../../src/domain/ledger.ts";
import { DAY } from "../../src/domain/time.ts";
import { incident } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

const count = (deviceId: string, reason: CloseReason, number: number, rule = "smoke"): ClosingCount => ({
  rule,
  estateId: "a",
  deviceId,
  reason,
  count: number,
  lastAt: number,
});

describe("the ledger", () => {
  test("counts by rule, and by device where something was false", () => {
    const { rules, devices } = ledgerOf([
      count("d1", "false_alarm", 3),
      count("d1", "confirmed", 1),
      count("d2", "false_alarm", 2),
      count("d3", "confirmed", 4),
      count("d3", "test", 9),
      count("d4", "other", 5, "leak"),
    ]);
    const none = { confirmed: 0, false_alarm: 0, test: 0, duplicate: 0, other: 0 };
    expect(rules).toEqual([
      { rule: "smoke", closed: { ...none, confirmed: 5, false_alarm: 5, test: 9 }, precision: 0.5 },
      { rule: "leak", closed: { ...none, other: 5 } },
    ]);
    expect(
      devices.map(({ deviceId, precision, proposedForDemotion }) => [
        deviceId,
        precision,
        proposedForDemotion,
      ]),
    ).toEqual([
      ["d1", 0.25, true],
      ["d2", 0, false],
    ]);
  });

  test("false alarms of two rules at one device are no proposal for either", () => {
    const { devices } = ledgerOf([count("d1", "false_alarm", 2), count("d1", "false_alarm", 2, "leak")]);
    expect(devices.map(({ proposedForDemotion }) => proposedForDemotion)).toEqual([false, false]);
  });
});

describe("GET /v1/rules/ledger", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage();
    stage.store.shelves.incidents.clear();
  });
  afterEach(() => stage.app.close());

  function closed(id: string, { estateId = "a", ...given }: Partial<Incident>): void {
    const one = incident(id, estateId, { status: "closed", closeReason: "false_alarm", ...given });
    stage.store.shelves.incidents.set(id, { incident: one, history: [] });
  }
  const ask = async (scope: readonly string[], query = "") =>
    (
      await stage.app.inject({
        url: `/v1/rules/ledger${query}`,
        headers: bearer(await stage.token("viewer", scope, "reader")),
      })
    ).json<{ rules: { closed: Record<string, number> }[]; devices: { proposedForDemotion: boolean }[] }>();

  test("proposes what had three false alarms within twelve months, and no more", async () => {
    const { now } = stage.seen;
    const year = new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() - 1);
    closed("1", { estateId: "a", closedAt: now - 1 });
    closed("2", { estateId: "a", closedAt: now - 100 * DAY });
    closed("3", { estateId: "a", closedAt: year - 1 });
    expect((await ask(["a"])).devices).toMatchObject([{ proposedForDemotion: false }]);
    closed("3", { estateId: "a", closedAt: year });
    expect((await ask(["a"])).devices).toMatchObject([{ proposedForDemotion: true }]);
  });

  test("tells nothing of estates beyond the caller's", async () => {
    closed("1", { estateId: "a", closedAt: stage.seen.now - 1 });
    closed("2", { estateId: "b", closedAt: stage.seen.now - 1 });
    expect((await ask(["a"])).rules).toMatchObject([{ closed: { false_alarm: 1 } }]);
    expect((await ask([])).rules).toMatchObject([{ closed: { false_alarm: 2 } }]);
    expect((await ask(["a"], "?estateId=b")).rules).toEqual([]);
  });
});
