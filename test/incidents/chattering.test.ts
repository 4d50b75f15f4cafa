import { expect, test } from "vitest";
import type { Incident } from "../../src/domain/incident.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import type { Verdict } from "../../src/ports.ts";

const AT = Date.parse("2026-03-02T04:00:00Z");
const life = createIncidentLifeCycle();

function apply(incident: Incident | undefined, more: Partial<Verdict>) {
  const change = life.apply(
    {
      kind: "evidence",
      rule: { id: "smoke-alarm", version: "0123456789ab" },
      type: "fire.smoke",
      severity: "P3",
      estateId: "e1",
      key: "e1|fire.smoke|place:unit-3",
      deviceId: "d1",
      at: AT,
      detectedAt: AT,
      episode: "ev-1",
      eventId: "ev-2",
      late: false,
      test: false,
      simulated: false,
      ...more,
    },
    incident,
  );
  if (!change) throw new Error("no change");
  return { ...change, kinds: change.transitions.map(({ kind }) => kind) };
}

test("the verdict of a latch marks the incident once and for good, with one line", () => {
  const first = apply(undefined, { kind: "open" });
  expect(first.incident.chattering).toBe(false);
  const ended = apply(first.incident, { kind: "end", detectedAt: AT + 1 });
  const latched = apply(ended.incident, { chattering: true, detectedAt: AT + 2, eventId: "ev-3" });
  expect(latched.kinds).toEqual(["resumed", "latched"]);
  expect(latched.transitions[1]).toMatchObject({ by: "rule:smoke-alarm", eventId: "ev-3" });
  expect(latched.incident).toMatchObject({ chattering: true, episodeCount: 2 });
  expect(latched.incident).not.toHaveProperty("endedAt");
  const more = apply(latched.incident, { chattering: true, detectedAt: AT + 3, eventId: "ev-4" });
  expect(more.kinds).toEqual(["evidence"]);
  const over = apply(more.incident, { kind: "end", detectedAt: AT + 4 });
  expect(over.incident.chattering).toBe(true);
  expect(
    apply(over.incident, { kind: "open", episode: "ev-9", detectedAt: AT + 5 }).incident.chattering,
  ).toBe(true);
});

test("one that nothing is known of opens as chattering", () => {
  expect(apply(undefined, { chattering: true })).toMatchObject({
    incident: { chattering: true },
    kinds: ["opened", "latched"],
  });
});

test("what the gateway's incident is told stands beside the line", () => {
  const { incident } = apply(undefined, { kind: "open" });
  const { transitions } = apply(incident, { note: "device-offline: stairs", detectedAt: AT + 2 });
  expect(transitions).toMatchObject([{ kind: "evidence", note: "device-offline: stairs", eventId: "ev-2" }]);
});
