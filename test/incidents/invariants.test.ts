import fc from "fast-check";
import { expect, test } from "vitest";
import { CLOSE_REASONS, type Incident, type IncidentCommand } from "../../src/domain/incident.ts";
import type { IncidentTransition } from "../../src/domain/incident.ts";
import { ZhianError } from "../../src/errors.ts";
import { createIncidentLifeCycle, EVIDENCE_LINES } from "../../src/incidents/life-cycle.ts";
import type { IncidentLifeCycle, Verdict } from "../../src/ports.ts";

const KEYS = ["e1|fire.smoke|place:a", "e1|fire.smoke|place:b"] as const;

type Act =
  | { readonly kind: "verdict"; readonly pause: number; readonly timer: boolean; readonly verdict: Verdict }
  | {
      readonly kind: "command";
      readonly pause: number;
      readonly which: number;
      readonly command: IncidentCommand;
    };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant("verdict" as const),
    pause: fc.integer({ min: -5, max: 20 }),
    timer: fc.boolean(),
    verdict: fc
      .record({
        kind: fc.constantFrom<Verdict["kind"]>("open", "evidence", "end"),
        rule: fc.constantFrom("one", "two"),
        severity: fc.constantFrom<Verdict["severity"]>("P1", "P3", "P4", "P5"),
        key: fc.constantFrom(...KEYS),
        age: fc.integer({ min: 0, max: 500 }),
        late: fc.boolean(),
        test: fc.boolean(),
      })
      .map(({ kind, rule, severity, key, age, late, test: drill }) => ({
        kind,
        rule: { id: rule, version: "v" },
        type: "fire.smoke",
        severity,
        estateId: "e1",
        key,
        deviceId: "d1",
        at: -age,
        detectedAt: 0,
        episode: "",
        late,
        test: drill,
        simulated: false,
      })),
  }),
  fc.record({
    kind: fc.constant("command" as const),
    pause: fc.integer({ min: -5, max: 20 }),
    which: fc.nat(20),
    command: fc.oneof(
      fc.record({ kind: fc.constant("acknowledge" as const) }),
      fc.record({ kind: fc.constant("close" as const), reason: fc.constantFrom(...CLOSE_REASONS) }),
    ),
  }),
);

/** Plays acts as the store does and returns all incidents with their histories. */
function play(life: IncidentLifeCycle, acts: readonly Act[]) {
  const incidents = new Map<string, Incident>();
  const history = new Map<string, IncidentTransition[]>();
  let now = 1_000_000;
  let refused = 0;
  for (const [index, step] of acts.entries()) {
    now += step.pause;
    try {
      const change =
        step.kind === "command"
          ? commandOn(life, [...incidents.values()][step.which], step.command, now)
          : life.apply(
              {
                ...step.verdict,
                at: now + step.verdict.at,
                detectedAt: now,
                episode: `ev-${index}`,
                ...(!step.timer && { eventId: `ev-${index}` }),
              },
              unclosedOf(incidents, step.verdict.key),
            );
      if (!change) continue;
      const before = incidents.get(change.incident.id);
      if (before) checkStep(before, change.incident);
      else expect(change.transitions[0]?.kind).toBe("opened");
      incidents.set(change.incident.id, change.incident);
      history.set(change.incident.id, [...(history.get(change.incident.id) ?? []), ...change.transitions]);
    } catch (error) {
      if (!(error instanceof ZhianError) || error.code !== "CONFLICT") throw error;
      refused++;
    }
    for (const key of KEYS) {
      const unclosed = [...incidents.values()].filter((one) => one.key === key && one.status !== "closed");
      expect(unclosed.length).toBeLessThanOrEqual(1);
    }
  }
  return { incidents: [...incidents.values()], history, refused };
}

function commandOn(
  life: IncidentLifeCycle,
  incident: Incident | undefined,
  command: IncidentCommand,
  now: number,
) {
  return incident && life.command(incident, command, "li", now);
}

function unclosedOf(incidents: ReadonlyMap<string, Incident>, key: string): Incident | undefined {
  return [...incidents.values()].findLast((one) => one.key === key && one.status !== "closed");
}

/** What no change may do to an incident. */
function checkStep(before: Incident, after: Incident): void {
  expect(before.status).not.toBe("closed");
  expect(after).toMatchObject({ key: before.key, openedAt: before.openedAt });
  expect(after.severity <= before.severity).toBe(true);
  for (const grows of ["updatedAt", "eventCount", "episodeCount"] as const)
    expect(after[grows]).toBeGreaterThanOrEqual(before[grows]);
  for (const goes of ["late", "test", "simulated"] as const) expect(after[goes] && !before[goes]).toBe(false);
  const resumed = before.endedAt !== undefined && after.endedAt === undefined;
  expect(after.episodeCount).toBe(before.episodeCount + Number(resumed));
  if (resumed) expect(after.status).toBe(before.status);
}

function check(life: IncidentLifeCycle): void {
  fc.assert(
    fc.property(fc.array(act, { maxLength: EVIDENCE_LINES }), (acts) => {
      const { incidents, history } = play(life, acts);
      for (const incident of incidents) {
        const closed = incident.status === "closed";
        expect(incident.closeReason !== undefined).toBe(closed);
        expect(incident.closedAt !== undefined).toBe(closed);
        expect(incident.closedBy !== undefined).toBe(closed);
        expect(incident.acknowledgedBy !== undefined).toBe(incident.acknowledgedAt !== undefined);
        expect(incident.endedAt ?? incident.openedAt).toBeGreaterThanOrEqual(incident.openedAt);

        const lines = history.get(incident.id) ?? [];
        const kinds = lines.map(({ kind }) => kind);
        expect(kinds[0]).toBe("opened");
        for (const once of ["opened", "acknowledged", "closed"])
          expect(kinds.filter((kind) => kind === once).length).toBeLessThanOrEqual(1);
        const turns = kinds.filter((kind) => kind === "ended" || kind === "resumed");
        expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? "ended" : "resumed")));
        expect(incident.episodeCount).toBe(1 + kinds.filter((kind) => kind === "resumed").length);
        expect(incident.endedAt !== undefined).toBe(turns.at(-1) === "ended");
        expect(kinds.includes("closed")).toBe(closed);
        expect(kinds.indexOf("closed")).toBe(closed ? kinds.length - 1 : -1);
        const times = lines.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.at(-1)).toBeLessThanOrEqual(incident.updatedAt);
      }
      expect(play(life, acts)).toEqual({ incidents, history, refused: expect.any(Number) });
    }),
    { numRuns: 500 },
  );
}

test("any sequence of verdicts and commands keeps the invariants, and is repeatable", () => {
  expect(() => check(createIncidentLifeCycle())).not.toThrow();
});

test("positive control: a life cycle that forgets the reason is found out", () => {
  const sound = createIncidentLifeCycle();
  const forgetful: IncidentLifeCycle = {
    ...sound,
    command: (...args) => {
      const change = sound.command(...args);
      const { closeReason: _, ...incident } = change.incident;
      return { ...change, incident };
    },
  };
  expect(() => check(forgetful)).toThrow(/Property failed/);
});

test("positive control: a life cycle in which an ended incident makes room is found out", () => {
  const sound = createIncidentLifeCycle();
  const flooding: IncidentLifeCycle = {
    ...sound,
    apply: (verdict, known) => sound.apply(verdict, known?.endedAt === undefined ? known : undefined),
  };
  expect(() => check(flooding)).toThrow(/Property failed/);
});
