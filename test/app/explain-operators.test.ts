import { expect, test } from "vitest";
import { NOON, said, type Stage } from "../hub/react-stage.ts";
import { ruleText } from "../rules/build.ts";
import { english, explained, lived, REFUSED, refused, told } from "./explained-hub.ts";

const HELD = ruleText({
  incident: "access.held_open",
  when: "{ holds: { from: \"event.code == 'access.door_opened'\", until: \"event.code == 'access.door_closed'\", for: 60s } }",
  key: "[estate, device]",
});

test("occurs: the event that opened it, the one that ended it, and what people did", async () => {
  const text = ruleText({
    when: "{ occurs: event.code == 'fire.smoke' && event.phase == 'raise' }",
    clears: "{ when: event.code == 'fire.smoke' && event.phase == 'clear', after: 1h }",
    severity: "P1",
    cause: "{ zh: 甲, en: A }",
    consequence: "{ zh: 甲, en: A }",
    response: "{ zh: 甲, en: A }",
    respondWithin: "5m",
  });
  const hub = await lived(text, [
    said(0, "smoke-1", "fire.smoke", "raise"),
    said(60, "smoke-1", "fire.smoke", "clear"),
  ]);
  const { items } = await hub.stage.store.incidents({ scope: undefined, limit: 1 });
  const id = items[0]?.id ?? "";
  const command = (what: Parameters<Stage["store"]["commandIncident"]>[1], after: number) =>
    hub.stage.store.commandIncident(id, what, "wang", NOON + after);
  await command({ kind: "acknowledge", note: "on my way" }, 90_000);
  await command({ kind: "close", reason: "false_alarm", note: "cooking" }, 120_000);
  const explanation = await explained(hub);
  expect(explanation).toMatchObject({ basis: "replayed", gaps: [], zone: "Asia/Shanghai" });
  expect(told(explanation)).toEqual([
    "0s from opened",
    "60s until ended",
    "90s person acknowledged",
    "120s person closed",
  ]);
  expect(english(explanation)).toEqual([
    "smoke-1 reported fire.smoke (Smoke, raise); it met “from”. This opened the incident.",
    "smoke-1 reported fire.smoke (Smoke, clear); it met “until”. With this the condition ended.",
    "wang: It was acknowledged. (on my way)",
    "wang: The incident was closed. (false_alarm: cooking)",
  ]);
  expect(explanation.steps[0]).toMatchObject({
    rule: "a-rule",
    condition: 'event.code == "fire.smoke" && event.phase == "raise"',
    event: { deviceId: "smoke-1", code: "fire.smoke" },
  });
  expect(explanation.steps.map(({ text: { zh } }) => zh)).toEqual([
    "smoke-1 上报 fire.smoke（烟感报警，开始），符合“from”。由此产生警情。",
    "smoke-1 上报 fire.smoke（烟感报警，解除），符合“until”。该状态就此结束。",
    "wang：已接警。（on my way）",
    "wang：警情已关闭。（false_alarm: cooking）",
  ]);
  expect(explanation.rules).toEqual([
    { id: "a-rule", version: hub.rules[0]?.version, definition: hub.rules[0]?.definition },
  ]);
});

test("holds: until when it had to last, and that the time was up", async () => {
  const explanation = await explained(
    await lived(HELD, [
      said(0, "door", "access.door_opened", "state"),
      said(100, "door", "access.door_closed", "state"),
    ]),
  );
  expect(explanation.basis).toBe("replayed");
  expect(told(explanation)).toEqual(["0s from", "60s timer opened", "100s until ended closed"]);
  expect(english(explanation)[0]).toContain(
    "It is decided at 2026-03-02 12:01:00, unless something comes between.",
  );
  expect(english(explanation)[1]).toBe("The time was up. This opened the incident.");
});

test("counts: how many there were at each event, and the time-out that ended it", async () => {
  const hub = await lived(REFUSED, [refused(0), refused(20), refused(40), refused(50)], 3_700);
  const explanation = await explained(hub);
  expect(explanation.basis).toBe("replayed");
  expect(told(explanation)).toEqual([
    "0s of",
    "20s of",
    "40s of opened",
    "50s of evidence",
    "3650s timer ended closed",
  ]);
  const texts = english(explanation);
  for (const have of [1, 2, 3, 4]) expect(texts[have - 1]).toContain(`Counted ${have} of 3.`);
  expect(texts.at(-1)).toContain("Nothing more was heard of it, and its time was up.");
});

test("sequence: first and then", async () => {
  const text = ruleText({
    incident: "intrusion.burglary",
    when: "{ sequence: { first: \"event.code == 'access.forced_open'\", then: \"event.code == 'intrusion.motion'\", within: 5m } }",
  });
  const explanation = await explained(
    await lived(text, [
      said(0, "smoke-1", "access.forced_open", "raise"),
      said(90, "smoke-2", "intrusion.motion", "raise"),
    ]),
  );
  expect(explanation.basis).toBe("replayed");
  expect(told(explanation)).toEqual(["0s first", "90s then opened"]);
});

test("sequence: a then that lacks its without is decided when that can no longer come", async () => {
  const text = ruleText({
    incident: "access.tailgating",
    when: "{ sequence: { then: \"event.code == 'access.door_opened'\", without: \"event.code == 'access.granted'\", within: 20s } }",
    key: "[estate, device]",
  });
  const explanation = await explained(
    await lived(
      text,
      [
        said(0, "door", "access.granted", "pulse"),
        said(5, "door", "access.door_opened", "state"),
        said(9, "door", "access.door_closed", "state"),
        said(100, "door", "access.door_opened", "state"),
      ],
      60,
    ),
  );
  expect(explanation.basis).toBe("replayed");
  expect(told(explanation)).toEqual(["100s then", "105s timer opened"]);
  expect(english(explanation)[0]).toContain("decided at 2026-03-02 12:01:45");
});

test("absent: the last sign, the silence after it, and the sign that ended it", async () => {
  const text = ruleText({
    incident: "life.inactivity",
    when: "{ absent: { of: \"event.code == 'intrusion.motion'\", for: 2h } }",
    clears: "{ after: 2d }",
    key: "[estate, device]",
  });
  const explanation = await explained(
    await lived(text, [
      said(0, "pir", "intrusion.motion", "raise"),
      said(8_000, "pir", "intrusion.motion", "raise", { deviceAt: NOON + 8_000_000 }),
    ]),
  );
  expect(told(explanation)).toEqual(["0s sign", "7200s timer opened", "8000s sign ended closed"]);
  expect(english(explanation)[0]).toContain("It is decided at 2026-03-02 14:00:00");
});

test("threshold: the readings with their values", async () => {
  const text = ruleText({
    incident: "facility.high_temperature",
    when: "{ threshold: { of: \"event.code == 'info.telemetry'\", value: event.value, above: 60, clearsBelow: 50 } }",
    key: "[estate, device]",
  });
  const reading = (seconds: number, value: number) =>
    said(seconds, "meter", "info.telemetry", "state", { value });
  const explanation = await explained(await lived(text, [reading(0, 61), reading(60, 55), reading(120, 49)]));
  expect(explanation.basis).toBe("replayed");
  expect(told(explanation)).toEqual(["0s reading opened", "60s reading", "120s reading ended closed"]);
  expect(explanation.steps.map(({ value }) => value)).toEqual([61, 55, 49]);
  expect(english(explanation)[0]).toContain("info.telemetry = 61");
});

test("confirmedBy: what made it surer", async () => {
  const text = ruleText({
    confirmedBy: "{ condition: \"event.code == 'fire.heat'\", within: 10m }",
  });
  const explanation = await explained(
    await lived(text, [said(0, "smoke-1", "fire.smoke", "raise"), said(30, "smoke-2", "fire.heat", "raise")]),
  );
  expect(explanation.basis).toBe("replayed");
  expect(told(explanation)).toEqual(["0s from opened", "30s confirmedBy verified"]);
  expect(explanation.steps[1]).toMatchObject({ condition: 'event.code == "fire.heat"' });
});
