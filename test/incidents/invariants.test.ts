import fc from "fast-check";
import { expect, test } from "vitest";
import { CLOSE_REASONS, type Incident, type IncidentCommand } from "../../src/domain/incident.ts";
import type { IncidentTransition } from "../../src/domain/incident.ts";
import { ZhianError } from "../../src/errors.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
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
              openFor(incidents, step.verdict.key),
            );
      if (!change) continue;
      incidents.set(change.incident.id, change.incident);
      history.set(change.incident.id, [...(history.get(change.incident.id) ?? []), ...change.transitions]);
    } catch (error) {
      if (!(error instanceof ZhianError) || error.code !== "CONFLICT") throw error;
      refused++;
    }
    for (const key of KEYS) {
      const goingOn = [...incidents.values()].filter((one) => one.key === key && isGoingOn(one));
      expect(goingOn.length).toBeLessThanOrEqual(1);
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

function isGoingOn({ status, endedAt }: Incident): boolean {
  return status !== "closed" && endedAt === undefined;
}

function openFor(incidents: ReadonlyMap<string, Incident>, key: string): Incident | undefined {
  return [...incidents.values()].findLast((one) => one.key === key && isGoingOn(one));
}

function check(life: IncidentLifeCycle): void {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
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
        for (const once of ["opened", "ended", "acknowledged", "closed"])
          expect(kinds.filter((kind) => kind === once).length).toBeLessThanOrEqual(1);
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
