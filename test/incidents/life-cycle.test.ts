import { describe, expect, test } from "vitest";
import { timedId } from "../../src/domain/identity.ts";
import type { Incident, IncidentCommand } from "../../src/domain/incident.ts";
import { ZhianError } from "../../src/errors.ts";
import { createIncidentLifeCycle, EVIDENCE_LINES } from "../../src/incidents/life-cycle.ts";
import { NOTE_LIMIT } from "../../src/incidents/note.ts";
import type { Verdict } from "../../src/ports.ts";

const AT = Date.parse("2026-03-02T04:00:00Z");
const life = createIncidentLifeCycle();

function verdict(more: Partial<Verdict> = {}): Verdict {
  return {
    kind: "open",
    rule: { id: "smoke-alarm", version: "0123456789ab" },
    type: "fire.smoke",
    severity: "P3",
    estateId: "e1",
    key: "e1|fire.smoke|place:unit-3",
    placeId: "unit-3",
    deviceId: "d1",
    at: AT,
    detectedAt: AT + 1_000,
    episode: "ev-1",
    eventId: "ev-1",
    late: false,
    test: false,
    simulated: false,
    ...more,
  };
}

function opened(more: Partial<Verdict> = {}): Incident {
  const change = life.apply(verdict(more), undefined);
  if (!change) throw new Error("nothing opened");
  return change.incident;
}

function applied(incident: Incident | undefined, more: Partial<Verdict>) {
  const change = life.apply(verdict(more), incident);
  if (!change) throw new Error("no change");
  return change;
}

/** The refusal of a command, as the API would tell it. */
function refusal(incident: Incident, command: IncidentCommand): ZhianError {
  try {
    life.command(incident, command, "li", AT + 5_000);
  } catch (error) {
    if (error instanceof ZhianError) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("a verdict", () => {
  test("opens an incident with an id made of key, rule and episode", () => {
    const change = life.apply(verdict(), undefined);
    expect(change).toEqual({
      incident: {
        id: timedId(AT, "e1|fire.smoke|place:unit-3|smoke-alarm|ev-1"),
        estateId: "e1",
        type: "fire.smoke",
        severity: "P3",
        status: "open",
        key: "e1|fire.smoke|place:unit-3",
        placeId: "unit-3",
        deviceId: "d1",
        rule: { id: "smoke-alarm", version: "0123456789ab" },
        openedAt: AT,
        detectedAt: AT + 1_000,
        late: false,
        test: false,
        simulated: false,
        eventCount: 1,
        episodeCount: 1,
        verification: 0,
        chattering: false,
        updatedAt: AT + 1_000,
      },
      transitions: [
        {
          incidentId: timedId(AT, "e1|fire.smoke|place:unit-3|smoke-alarm|ev-1"),
          kind: "opened",
          at: AT + 1_000,
          by: "rule:smoke-alarm",
          eventId: "ev-1",
        },
      ],
    });
    expect(life.apply(verdict(), undefined)).toEqual(change);
  });

  test("opened by a timer names the event that began the episode", () => {
    const { eventId: _, ...timer } = verdict();
    expect(life.apply(timer, undefined)?.transitions[0]).toMatchObject({ kind: "opened", eventId: "ev-1" });
  });

  test.each(["open", "evidence"] as const)("%s while an episode goes on is evidence", (kind) => {
    const more = { kind, episode: "ev-2", eventId: "ev-2", detectedAt: AT + 2_000 };
    const { incident, transitions } = applied(opened(), more);
    expect(incident).toMatchObject({
      status: "open",
      eventCount: 2,
      episodeCount: 1,
      updatedAt: AT + 2_000,
    });
    expect(transitions).toMatchObject([{ kind: "evidence", eventId: "ev-2", by: "rule:smoke-alarm" }]);
  });

  test("evidence is counted without end and written down for the first ones", () => {
    let incident = opened();
    let lines = 0;
    for (let i = 0; i < 3 * EVIDENCE_LINES; i++) {
      const change = applied(incident, { kind: "evidence", eventId: `ev-${i}` });
      incident = change.incident;
      lines += change.transitions.length;
    }
    expect(incident.eventCount).toBe(1 + 3 * EVIDENCE_LINES);
    expect(lines).toBe(EVIDENCE_LINES);
  });

  test("of a higher severity escalates, of a lower one does not", () => {
    const up = applied(opened(), { kind: "evidence", severity: "P1" });
    expect(up.incident.severity).toBe("P1");
    expect(up.transitions).toMatchObject([{ kind: "escalated", note: "P3 → P1" }]);
    const down = applied(up.incident, { kind: "evidence", severity: "P4" });
    expect(down.incident.severity).toBe("P1");
    expect(down.transitions).toMatchObject([{ kind: "evidence" }]);
  });

  test("of the real thing takes the marks test, simulated and late away", () => {
    const drill = opened({ test: true, simulated: true, late: true });
    expect(
      applied(drill, { kind: "evidence", test: true, simulated: true, late: true }).incident,
    ).toMatchObject({
      test: true,
      simulated: true,
      late: true,
    });
    const real = applied(drill, { kind: "evidence" });
    expect(real.incident).toMatchObject({ test: false, simulated: false, late: false });
    expect(real.transitions).toMatchObject([{ kind: "escalated", note: "no longer only a test" }]);
    expect(applied(opened(), { kind: "evidence", test: true, late: true }).incident).toMatchObject({
      test: false,
      late: false,
    });
  });

  test("end sets when it ended, and a person still closes it", () => {
    const { incident, transitions } = applied(opened(), {
      kind: "end",
      at: AT + 60_000,
      detectedAt: AT + 61_000,
      eventId: "ev-9",
    });
    expect(incident).toMatchObject({ status: "open", endedAt: AT + 60_000, updatedAt: AT + 61_000 });
    expect(transitions).toMatchObject([{ kind: "ended", at: AT + 61_000, eventId: "ev-9" }]);
  });

  test("end never lies before the beginning", () => {
    expect(applied(opened(), { kind: "end", at: AT - 1 }).incident.endedAt).toBe(AT);
  });

  test.each(["P4", "P5"] as const)("end closes what is only for the record: %s", (severity) => {
    const { incident, transitions } = applied(opened({ severity }), { kind: "end", at: AT + 60_000 });
    expect(incident).toMatchObject({
      status: "closed",
      closeReason: "other",
      closedBy: "rule:smoke-alarm",
      closedAt: AT + 1_000,
      endedAt: AT + 60_000,
    });
    expect(incident).not.toHaveProperty("acknowledgedAt");
    expect(transitions.map(({ kind }) => kind)).toEqual(["ended", "closed"]);
  });

  test("end leaves a P4 incident to the person who took it on", () => {
    const taken = life.command(opened({ severity: "P4" }), { kind: "acknowledge" }, "li", AT).incident;
    expect(applied(taken, { kind: "end" }).incident.status).toBe("acknowledged");
  });

  test("end of another rule, or of nothing, changes nothing", () => {
    const other = { id: "other", version: "0123456789ab" };
    expect(life.apply(verdict({ kind: "end", rule: other }), opened())).toBeUndefined();
    expect(life.apply(verdict({ kind: "end" }), undefined)).toBeUndefined();
    const ended = applied(opened(), { kind: "end" }).incident;
    expect(life.apply(verdict({ kind: "end" }), ended)).toBeUndefined();
  });

  test("of the opening, told again, changes nothing, whether it goes on or has ended", () => {
    expect(life.apply(verdict(), opened())).toBeUndefined();
    expect(life.apply(verdict(), applied(opened(), { kind: "end" }).incident)).toBeUndefined();
    const closed = life.command(opened(), { kind: "close", reason: "other" }, "li", AT).incident;
    const again = { kind: "evidence", eventId: "ev-7" } as const;
    const anew = applied(closed, again).incident;
    expect(life.apply(verdict(again), anew)).toBeUndefined();
  });

  test("of two rules that take one event for the beginning makes two ids, never one twice", () => {
    const other = { id: "other", version: "0123456789ab" };
    expect(opened({ rule: other }).id).not.toBe(opened().id);
  });

  test("evidence after a closing opens anew: an alarm is not swallowed", () => {
    const first = opened();
    const closed = life.command(first, { kind: "close", reason: "false_alarm" }, "li", AT + 5_000).incident;
    for (const known of [closed, undefined]) {
      const { incident, transitions } = applied(known, { kind: "evidence", eventId: "ev-7" });
      expect(incident).toMatchObject({ status: "open", eventCount: 1 });
      expect(incident.id).not.toBe(first.id);
      expect(transitions).toMatchObject([{ kind: "opened", eventId: "ev-7" }]);
    }
    expect(life.apply(verdict({ kind: "end" }), closed)).toBeUndefined();
  });
});

describe("a new episode before the closing", () => {
  const LATER = { episode: "ev-5", eventId: "ev-5", at: AT + 90_000, detectedAt: AT + 91_000 } as const;
  const ended = (more: Partial<Verdict> = {}): Incident =>
    applied(opened(more), { ...more, kind: "end", at: AT + 60_000, detectedAt: AT + 61_000 }).incident;

  test("resumes the incident and leaves the rest as it was", () => {
    const before = ended();
    const { endedAt: _, ...rest } = before;
    const { incident, transitions } = applied(before, LATER);
    expect(incident).toEqual({ ...rest, eventCount: 2, episodeCount: 2, updatedAt: AT + 91_000 });
    expect(transitions).toEqual([
      { incidentId: before.id, kind: "resumed", at: AT + 91_000, by: "rule:smoke-alarm", eventId: "ev-5" },
    ]);
    expect(applied(before, LATER)).toEqual({ incident, transitions });
  });

  test("leaves the one who acknowledged it in charge", () => {
    const taken = life.command(ended(), { kind: "acknowledge" }, "li", AT + 70_000).incident;
    expect(applied(taken, LATER).incident).toMatchObject({ status: "acknowledged", acknowledgedBy: "li" });
  });

  test("decided by a timer names the event that began it", () => {
    const { eventId: _, ...timer } = verdict(LATER);
    expect(life.apply(timer, ended())?.transitions).toMatchObject([{ kind: "resumed", eventId: "ev-5" }]);
  });

  test("of a higher severity escalates too, and of the real thing takes the marks away", () => {
    const drill = { test: true, late: true, simulated: true };
    const { incident, transitions } = applied(ended(drill), { ...LATER, severity: "P1" });
    expect(incident).toMatchObject({ severity: "P1", test: false, late: false, simulated: false });
    expect(transitions).toMatchObject([
      { kind: "resumed" },
      { kind: "escalated", note: "P3 → P1; no longer only a test" },
    ]);
    expect(applied(ended(), { ...LATER, ...drill, severity: "P4" }).incident).toMatchObject({
      severity: "P3",
      test: false,
      late: false,
      simulated: false,
    });
  });

  test("ends again, and an end of what has ended changes nothing", () => {
    const resumed = applied(ended(), LATER).incident;
    const end = { kind: "end", at: AT + 120_000, detectedAt: AT + 121_000 } as const;
    const { incident, transitions } = applied(resumed, end);
    expect(incident).toMatchObject({ status: "open", endedAt: AT + 120_000, episodeCount: 2 });
    expect(transitions).toMatchObject([{ kind: "ended" }]);
    expect(life.apply(verdict(end), incident)).toBeUndefined();
  });

  test.each(["open", "evidence"] as const)("found by another rule (%s) is that rule's to end", (kind) => {
    const other = { id: "other", version: "ba9876543210" };
    const resumed = applied(ended(), { ...LATER, kind, rule: other }).incident;
    expect(resumed).toMatchObject({ rule: other, episodeCount: 2 });
    expect(resumed).not.toHaveProperty("endedAt");
    expect(life.apply(verdict({ kind: "end" }), resumed)).toBeUndefined();
    expect(applied(resumed, { kind: "end", rule: other }).incident.endedAt).toBeDefined();
  });

  test("of what is only for the record: closed at the end, the next one is a new incident", () => {
    const closed = ended({ severity: "P5" });
    expect(closed.status).toBe("closed");
    const { incident, transitions } = applied(closed, { ...LATER, severity: "P5" });
    expect(incident).toMatchObject({ status: "open", episodeCount: 1, openedAt: AT + 90_000 });
    expect(incident.id).not.toBe(closed.id);
    expect(transitions).toMatchObject([{ kind: "opened" }]);
  });

  test("of what is only for the record, taken on by a person, resumes and waits for that person", () => {
    const taken = life.command(opened({ severity: "P4" }), { kind: "acknowledge" }, "li", AT).incident;
    const waits = applied(taken, { kind: "end", severity: "P4" }).incident;
    const resumed = applied(waits, { ...LATER, severity: "P4" }).incident;
    expect(resumed).toMatchObject({ id: taken.id, status: "acknowledged", episodeCount: 2 });
  });

  test("is counted without end and written down for the first ones", () => {
    let incident = ended();
    const kinds: string[] = [];
    for (let i = 2; i <= 3 * EVIDENCE_LINES; i++) {
      for (const kind of ["open", "end"] as const) {
        const change = applied(incident, { ...LATER, kind, episode: `ev-${i}`, eventId: `ev-${i}-${kind}` });
        incident = change.incident;
        kinds.push(...change.transitions.map((line) => line.kind));
      }
    }
    expect(incident).toMatchObject({ eventCount: 3 * EVIDENCE_LINES, episodeCount: 3 * EVIDENCE_LINES });
    expect(incident.endedAt).toBeDefined();
    const times = (kind: string): number => kinds.filter((each) => each === kind).length;
    expect(times("resumed")).toBe(EVIDENCE_LINES);
    expect(times("ended")).toBe(EVIDENCE_LINES - 1);
    expect(applied(incident, { ...LATER, severity: "P1" }).transitions).toMatchObject([
      { kind: "escalated", note: "P3 → P1" },
    ]);
  });

  test("however much evidence the first one had, its end is written down", () => {
    let incident = opened();
    for (let i = 0; i < 2 * EVIDENCE_LINES; i++) {
      incident = applied(incident, { kind: "evidence", eventId: `more-${i}` }).incident;
    }
    expect(applied(incident, { kind: "end" }).transitions).toMatchObject([{ kind: "ended" }]);
  });
});

describe("a command", () => {
  test("acknowledges once; the second is told who was first", () => {
    const { incident, transitions } = life.command(
      opened(),
      { kind: "acknowledge", note: " on my way " },
      "wang",
      AT + 3_000,
    );
    expect(incident).toMatchObject({
      status: "acknowledged",
      acknowledgedAt: AT + 3_000,
      acknowledgedBy: "wang",
    });
    expect(transitions).toEqual([
      { incidentId: incident.id, kind: "acknowledged", at: AT + 3_000, by: "wang", note: "on my way" },
    ]);
    const error = refusal(incident, { kind: "acknowledge" });
    expect(error).toMatchObject({ code: "CONFLICT", faults: [{ field: "status" }] });
    expect(error.message).toBe("The incident was acknowledged by wang at 2026-03-02T04:00:03.000Z.");
  });

  test("closes with a reason, acknowledged or not", () => {
    const taken = life.command(opened(), { kind: "acknowledge" }, "wang", AT + 3_000).incident;
    const { incident, transitions } = life.command(
      taken,
      { kind: "close", reason: "confirmed", note: "put out" },
      "li",
      AT + 9_000,
    );
    expect(incident).toMatchObject({
      status: "closed",
      closeReason: "confirmed",
      closedAt: AT + 9_000,
      closedBy: "li",
      acknowledgedBy: "wang",
    });
    expect(transitions).toMatchObject([{ kind: "closed", by: "li", note: "confirmed: put out" }]);
    expect(
      life.command(opened(), { kind: "close", reason: "test" }, "li", AT + 9_000).incident,
    ).toMatchObject({
      status: "closed",
      acknowledgedAt: AT + 9_000,
      acknowledgedBy: "li",
    });
  });

  test.each<IncidentCommand>([{ kind: "acknowledge" }, { kind: "close", reason: "other" }])(
    "$kind on a closed incident is a conflict that names who closed it and why",
    (command) => {
      const closed = life.command(
        opened(),
        { kind: "close", reason: "duplicate" },
        "wang",
        AT + 3_000,
      ).incident;
      const error = refusal(closed, command);
      expect(error.code).toBe("CONFLICT");
      expect(error.message).toMatch(/closed by wang at .*, reason duplicate\.$/);
    },
  );

  test.each([undefined, "", "because"])("closing with reason %s is refused", (reason) => {
    const command = { kind: "close", reason } as unknown as IncidentCommand;
    expect(refusal(opened(), command)).toMatchObject({
      code: "VALIDATION",
      faults: [{ field: "reason", reason: expect.stringContaining("false_alarm") }],
    });
  });

  test("notes are cleaned; too long ones are refused and change nothing", () => {
    const noted = (note: string): string | undefined =>
      life.command(opened(), { kind: "acknowledge", note }, "li", AT).transitions[0]?.note;
    expect(noted(" a\u0000b\u202Ec\r\nd\ud800 ")).toBe("a b c\nd\ufffd");
    expect(noted(" \u0007 ")).toBeUndefined();
    expect(noted("字".repeat(NOTE_LIMIT))).toHaveLength(NOTE_LIMIT);
    expect(refusal(opened(), { kind: "acknowledge", note: "x".repeat(NOTE_LIMIT + 1) })).toMatchObject({
      code: "VALIDATION",
      faults: [{ field: "note", reason: "It has 1001 characters; 1000 are allowed." }],
    });
  });

  test("history does not run backwards when the person's clock does", () => {
    const { incident, transitions } = life.command(opened(), { kind: "acknowledge" }, "li", AT - 60_000);
    expect(incident.acknowledgedAt).toBe(AT + 1_000);
    expect(transitions[0]?.at).toBe(AT + 1_000);
  });
});
