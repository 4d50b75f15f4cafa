import { expect, test } from "vitest";
import { explainIncident } from "../../src/app/explain-incident.ts";
import type { JournalEntry } from "../../src/domain/journal.ts";
import { MINUTE } from "../../src/domain/time.ts";
import { loadRules } from "../../src/rules/load-rules.ts";
import { openPast } from "../../src/store/past.ts";
import { NOON, said } from "../hub/react-stage.ts";
import { rulesFrom, ruleText } from "../rules/build.ts";
import { english, explained, lived, REFUSED, refused, told, versionsOf } from "./explained-hub.ts";

const EVERYWHERE = ruleText({
  incident: "access.denied_repeat",
  when: "{ counts: { of: \"event.code == 'access.denied'\", atLeast: 2, within: 2h, distinct: event.estate } }",
  key: "[everywhere, { value: event.attributes.cardHash }]",
});

test("a key is explained by its own events only, and by none that its rule no longer looks at", async () => {
  const hub = await lived(REFUSED, [
    refused(-600),
    refused(0),
    refused(1, "gate"),
    refused(2, "gate"),
    refused(20),
    refused(40),
  ]);
  const explanation = await explained(hub);
  expect(told(explanation)).toEqual(["0s of", "20s of", "40s of opened"]);
  expect(explanation.steps.every(({ event }) => event?.deviceId === "door")).toBe(true);
});

test("an incident that was held back by the gateway's, and the gateway's that names it", async () => {
  const { rules } = await loadRules(new URL("../../rules", import.meta.url).pathname);
  const link = (seconds: number, status: "online" | "offline"): JournalEntry => ({
    kind: "presence",
    receivedAt: NOON + seconds * 1_000,
    gatewayId: "gw1",
    estateIds: ["e1"],
    status,
    cause: "disconnect",
  });
  const heard = [
    link(0, "offline"),
    said(10, "leak-1", "device.offline", "raise"),
    link(500, "online"),
    said(5_000, "smoke-2", "device.low_battery", "raise"),
  ];
  const gateways = await explained(await lived(rules, heard));
  expect(gateways).toMatchObject({ basis: "replayed", incident: { rule: { id: "gateway-offline" } } });
  expect(gateways.steps.map(({ text }) => text.en)).toContainEqual(expect.stringContaining("leak-1"));
  const held = await explained(await lived(rules, heard), { index: 1 });
  expect(held).toMatchObject({ basis: "replayed", incident: { rule: { id: "device-offline" } } });
  expect(told(held)).toEqual(["10s from", "620s timer opened"]);
});

test("when its events were deleted it says so, and tells what the history has", async () => {
  const hub = await lived(REFUSED, [refused(0), refused(20), refused(40)]);
  await hub.stage.store.deleteEventsBefore(NOON + 30 * MINUTE);
  const explanation = await explained(hub);
  expect(explanation.basis).toBe("history");
  expect(told(explanation)).toEqual(["40s history opened"]);
  expect(explanation.steps[0]?.text.en).toMatch(/^The event \S+ cannot be shown any more\. This opened/);
  expect(explanation.gaps.map(({ en }) => en)).toEqual([
    expect.stringContaining("Events received before 2026-03-02 12:30:00 were deleted"),
    expect.stringContaining("does not give 1 of the lines"),
  ]);
});

test("the version that made it explains it, not the one that is in force now", async () => {
  const hub = await lived(REFUSED, [refused(0), refused(20), refused(40)]);
  const next = rulesFrom(REFUSED.replace("atLeast: 3", "atLeast: 9"));
  await hub.stage.store.putRulesInForce(versionsOf(next, NOON + 60_000));
  const explanation = await explained(hub);
  expect(explanation.basis).toBe("replayed");
  expect(explanation.rules).toMatchObject([{ version: hub.rules[0]?.version }]);
});

test("a version that was not kept is said to be missing; the event is told from the store", async () => {
  const hub = await lived(REFUSED, [refused(0), refused(20), refused(40)]);
  const past = openPast(hub.path, "UTC");
  const forgetful = { ...past, ruleVersions: () => [] };
  const { items } = await hub.stage.store.incidents({ scope: undefined, limit: 1 });
  const explanation = explainIncident(forgetful, items[0]?.id ?? "", undefined);
  past.close();
  hub.stage.store.close();
  expect(explanation).toMatchObject({ basis: "history", rules: [] });
  expect(explanation.gaps[0]?.en).toContain("version of rule a-rule");
  expect(explanation.steps).toMatchObject([{ kind: "history", event: { code: "access.denied" } }]);
});

test("events of an estate that the caller may not see are told without details", async () => {
  const attributes = { cardHash: "blue" };
  const away = { ...said(0, "north-door", "access.denied", "pulse", { attributes }), estateId: "e2" };
  const hub = await lived(EVERYWHERE, [away, said(60, "door", "access.denied", "pulse", { attributes })]);
  const explanation = await explained(hub, { scope: ["e1"] });
  expect(explanation.incident.estateId).toBe("e1");
  expect(told(explanation)).toEqual(["0s of", "60s of opened"]);
  expect(explanation.steps.map(({ event }) => event?.deviceId)).toEqual([undefined, "door"]);
  expect(english(explanation)[0]).toContain("An event of another estate came; it met “of”.");
  expect(JSON.stringify(explanation)).not.toMatch(/north-door|"e2"/);
  expect(explanation.gaps.map(({ en }) => en)).toContainEqual(expect.stringContaining("may not see"));
  // The same for somebody who may see all.
  const all = await lived(EVERYWHERE, [away, said(60, "door", "access.denied", "pulse", { attributes })]);
  expect((await explained(all)).steps[0]).toMatchObject({
    event: { deviceId: "north-door", estateId: "e2" },
  });
});

test("of very many steps the first and the last are shown, and how many are left out", async () => {
  const many = Array.from({ length: 300 }, (_, number) => refused(number));
  const { steps, gaps } = await explained(await lived(REFUSED, many));
  expect(steps).toHaveLength(200);
  expect(gaps.map(({ en }) => en)).toContain("100 steps in the middle are left out.");
});

test("there is no explanation of what is not there", async () => {
  const { path, stage } = await lived(REFUSED, []);
  const past = openPast(path, "UTC");
  expect(() => explainIncident(past, "nothing", undefined)).toThrow("there is no incident nothing");
  past.close();
  stage.store.close();
});
