import { describe, expect, test } from "vitest";
import type { Incident, IncidentCommand } from "../../src/domain/incident.ts";
import { createIncidentLifeCycle, EVIDENCE_LINES } from "../../src/incidents/life-cycle.ts";
import type { Verdict } from "../../src/ports.ts";

const AT = Date.parse("2026-03-02T04:00:00Z");
const MINUTE = 60_000;
const life = createIncidentLifeCycle();

function verdict(more: Partial<Verdict> = {}): Verdict {
  return {
    kind: "open",
    rule: { id: "forced-entry", version: "0123456789ab" },
    type: "access.forced_open",
    severity: "P2",
    estateId: "e1",
    key: "e1|access.forced_open|place:unit-3",
    deviceId: "door",
    at: AT,
    detectedAt: AT,
    episode: "ev-1",
    eventId: "ev-1",
    late: false,
    test: false,
    simulated: false,
    ...more,
  };
}

/** What verdicts make of an incident, one after the other. */
function after(known: Incident | undefined, ...verdicts: readonly Partial<Verdict>[]): Incident {
  let incident = known;
  for (const more of verdicts) incident = life.apply(verdict(more), incident)?.incident ?? incident;
  if (!incident) throw new Error("no incident");
  return incident;
}

const lines = (known: Incident | undefined, more: Partial<Verdict>): string[] | undefined =>
  life
    .apply(verdict(more), known)
    ?.transitions.map(({ kind, note }) => (note === undefined ? kind : `${kind} ${note}`));

function done(incident: Incident, command: IncidentCommand, at = AT + MINUTE): Incident {
  return life.command(incident, command, "li", at).incident;
}

const SEEN: Partial<Verdict> = {
  kind: "evidence",
  eventId: "ev-2",
  deviceId: "cam",
  verification: 2,
  confirms: true,
};

describe("what confirms", () => {
  test("raises the level, with a line that names the event, and nothing else", () => {
    const opened = after(undefined, {});
    const change = life.apply(verdict({ ...SEEN, severity: "P1", late: true, detectedAt: AT + 5 }), opened);
    expect(change).toEqual({
      incident: { ...opened, verification: 2, eventCount: 2, updatedAt: AT + 5 },
      transitions: [
        {
          incidentId: opened.id,
          kind: "verified",
          at: AT + 5,
          by: "rule:forced-entry",
          note: "0 → 2",
          eventId: "ev-2",
        },
      ],
    });
  });

  test("is nothing when it is no surer", () => {
    const sure = after(undefined, {}, SEEN);
    expect(life.apply(verdict(SEEN), sure)).toBeUndefined();
    expect(life.apply(verdict({ ...SEEN, verification: 1 }), sure)).toBeUndefined();
    expect(
      life.apply(verdict(SEEN), done(after(undefined, {}), { kind: "verify", verification: 3 })),
    ).toBeUndefined();
  });

  test("opens, resumes and reopens nothing", () => {
    expect(life.apply(verdict(SEEN), undefined)).toBeUndefined();
    const ended = after(undefined, {}, { kind: "end", at: AT + 5 });
    expect(after(ended, SEEN)).toMatchObject({ verification: 2, endedAt: AT + 5, episodeCount: 1 });
    const closed = done(ended, { kind: "close", reason: "other" });
    expect(life.apply(verdict({ ...SEEN, reopenWithin: MINUTE }), closed)).toBeUndefined();
  });

  test("comes with an opening, with evidence and with a new episode, too", () => {
    expect(lines(undefined, { verification: 2 })).toEqual(["opened", "verified 0 → 2"]);
    const opened = after(undefined, {});
    const surer = { kind: "evidence", eventId: "ev-2", verification: 1 } as const;
    expect(lines(opened, surer)).toEqual(["verified 0 → 1"]);
    expect(lines(opened, { ...surer, severity: "P1" })).toEqual(["escalated P2 → P1", "verified 0 → 1"]);
    const ended = after(opened, { kind: "end" });
    expect(lines(ended, { episode: "ev-2", eventId: "ev-2", verification: 2 })).toEqual([
      "resumed",
      "verified 0 → 2",
    ]);
    // A new episode that is less sure leaves what was known.
    expect(after(after(ended, SEEN), { episode: "ev-3", eventId: "ev-3" }).verification).toBe(2);
  });

  test("as a test does not make the real thing surer, and the real thing after a test begins anew", () => {
    expect(life.apply(verdict({ ...SEEN, test: true }), after(undefined, {}))).toBeUndefined();
    const drill = after(undefined, { test: true }, { ...SEEN, test: true });
    expect(drill.verification).toBe(2);
    const real = { kind: "evidence", eventId: "ev-3" } as const;
    expect(after(drill, real)).toMatchObject({ test: false, verification: 0 });
    expect(lines(drill, real)).toEqual(["escalated no longer only a test; verification 2 → 0"]);
    expect(after(drill, { ...real, verification: 1 }).verification).toBe(1);
    const seen = done(drill, { kind: "verify", verification: 3 });
    expect(after(seen, real).verification).toBe(3);
    const simulated = after(undefined, { simulated: true, verification: 2 });
    expect(after(simulated, real)).toMatchObject({ simulated: false, verification: 0 });
  });
});

describe("a person", () => {
  test("verifies with a line, and not twice nor after the closing", () => {
    const opened = after(undefined, { verification: 2 });
    const change = life.command(opened, { kind: "verify", verification: 4, note: " hurt " }, "li", AT + 9);
    expect(change.incident).toEqual({ ...opened, verification: 4, updatedAt: AT + 9 });
    expect(change.transitions).toEqual([
      { incidentId: opened.id, kind: "verified", at: AT + 9, by: "li", note: "2 → 4: hurt" },
    ]);
    expect(() => done(change.incident, { kind: "verify", verification: 3 })).toThrow("level 4 already");
    const closed = done(opened, { kind: "close", reason: "other" });
    expect(() => done(closed, { kind: "verify", verification: 3 })).toThrow("closed by li");
  });
});

describe("a new episode soon after the closing", () => {
  const AGAIN: Partial<Verdict> = {
    episode: "ev-5",
    eventId: "ev-5",
    at: AT + 3 * MINUTE,
    detectedAt: AT + 3 * MINUTE,
    reopenWithin: 2 * MINUTE,
  };
  const opened = after(undefined, {}, SEEN);
  const taken = done(after(opened, { kind: "end", at: AT + 30_000 }), { kind: "acknowledge" });
  const closed = done(taken, { kind: "close", reason: "confirmed" });

  test("reopens the same incident: nobody has it, what is known of it stays", () => {
    const change = life.apply(verdict(AGAIN), closed);
    expect(change?.incident).toEqual({
      ...opened,
      eventCount: 3,
      episodeCount: 2,
      updatedAt: AT + 3 * MINUTE,
    });
    expect(change?.transitions).toEqual([
      {
        incidentId: opened.id,
        kind: "reopened",
        at: AT + 3 * MINUTE,
        by: "rule:forced-entry",
        note: "it was closed by li: confirmed",
        eventId: "ev-5",
      },
    ]);
  });

  test("raises severity and level as any other", () => {
    expect(lines(closed, { ...AGAIN, severity: "P1" })).toEqual([
      "reopened it was closed by li: confirmed",
      "escalated P2 → P1",
    ]);
  });

  test.each([
    ["exactly as long after", {}, true],
    ["later", { detectedAt: AT + 3 * MINUTE + 1 }, false],
    ["evidence of what went on", { kind: "evidence" }, true],
    ["a test of the real thing", { test: true }, false],
    ["something simulated", { simulated: true }, false],
    ["told before the closing was", { detectedAt: AT }, true],
  ] as const)("%s", (_name, more, same) => {
    expect(after(closed, { ...AGAIN, ...more }).id === closed.id).toBe(same);
  });

  test("opens another where the rule does not say so", () => {
    const { reopenWithin: _, ...again } = AGAIN;
    expect(after(closed, again).id).not.toBe(closed.id);
  });

  test.each([
    ["confirmed", true],
    ["other", true],
    ["false_alarm", false],
    ["test", false],
    ["duplicate", false],
  ] as const)("after a person said %s", (reason, same) => {
    const judged = done(taken, { kind: "close", reason });
    const next = after(judged, AGAIN);
    expect(next.id === judged.id).toBe(same);
    expect(next).toMatchObject({ status: "open", episodeCount: same ? 2 : 1 });
  });

  test("of what closes by itself is one incident, however often, in a bounded history", () => {
    let incident = after(undefined, { severity: "P4", reopenWithin: MINUTE });
    const { id } = incident;
    let written = 0;
    for (let n = 1; n <= 3 * EVIDENCE_LINES; n++) {
      for (const kind of ["end", "open"] as const) {
        const at = AT + n * 1_000;
        const told = { kind, severity: "P4", reopenWithin: MINUTE, at, detectedAt: at } as const;
        const change = life.apply(
          verdict({ ...told, episode: `ev-${n}`, eventId: `ev-${n}-${kind}` }),
          incident,
        );
        if (!change) throw new Error("no change");
        written += change.transitions.length;
        ({ incident } = change);
        expect(incident).toMatchObject({ id, status: kind === "end" ? "closed" : "open" });
      }
    }
    expect(incident.episodeCount).toBe(1 + 3 * EVIDENCE_LINES);
    // Reopened, ended and closed fifty times each; the first opening is no reopening.
    expect(written).toBe(3 * EVIDENCE_LINES);
    const byHand = done(incident, { kind: "close", reason: "other" }, AT + 200_000);
    expect(lines(byHand, { ...AGAIN, severity: "P4", detectedAt: AT + 200_000 })).toEqual([
      "reopened it was closed by li: other",
    ]);
  });

  test("an end of what is closed changes nothing", () => {
    expect(life.apply(verdict({ ...AGAIN, kind: "end" }), closed)).toBeUndefined();
  });
});
