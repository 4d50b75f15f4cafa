import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CLOSE_REASONS,
  type Incident,
  type IncidentCommand,
  type Verification,
} from "../../src/domain/incident.ts";
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

interface Drawn extends Pick<Verdict, "kind" | "severity" | "key" | "late" | "test" | "verification"> {
  readonly rule: string;
  readonly age: number;
  readonly confirms: boolean;
  readonly reopenWithin: number | undefined;
}

function verdictOf({ rule, age, confirms, reopenWithin, ...drawn }: Drawn): Verdict {
  return {
    ...drawn,
    rule: { id: rule, version: "v" },
    type: "fire.smoke",
    estateId: "e1",
    deviceId: "d1",
    at: -age,
    detectedAt: 0,
    episode: "",
    simulated: false,
    ...(confirms && drawn.kind === "evidence" && { confirms }),
    ...(reopenWithin !== undefined && { reopenWithin }),
  };
}

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant("verdict" as const),
    pause: fc.integer({ min: -5, max: 20 }),
    timer: fc.boolean(),
    verdict: fc
      .record({
        kind: fc.constantFrom<Verdict["kind"]>("open", "evidence", "end"),
        rule: fc.constantFrom("one", "two"),
        severity: fc.constantFrom<Verdict["severity"]>("P1", "P3", "P4", "P5", "P5", "P5", "P5", "P5"),
        key: fc.constantFrom(...KEYS),
        age: fc.integer({ min: 0, max: 500 }),
        late: fc.boolean(),
        test: fc.boolean(),
        verification: fc.constantFrom<Verification>(0, 0, 1, 2),
        confirms: fc.constantFrom(false, false, true),
        reopenWithin: fc.constantFrom(undefined, 10, 1_000, 1_000),
      })
      .map(verdictOf),
  }),
  fc.record({
    kind: fc.constant("command" as const),
    pause: fc.integer({ min: -5, max: 20 }),
    which: fc.nat(8),
    command: fc.oneof(
      fc.record({ kind: fc.constant("acknowledge" as const) }),
      fc.record({
        kind: fc.constant("verify" as const),
        verification: fc.constantFrom<3 | 4>(3, 4),
      }),
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
              knownOf(incidents, step.verdict),
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

/** As the hub looks it up. */
function knownOf(
  incidents: ReadonlyMap<string, Incident>,
  { key, reopenWithin }: Verdict,
): Incident | undefined {
  const all = [...incidents.values()].filter((one) => one.key === key);
  const unclosed = all.findLast(({ status }) => status !== "closed");
  if (unclosed || reopenWithin === undefined) return unclosed;
  return all.toSorted((a, b) => (a.closedAt ?? 0) - (b.closedAt ?? 0)).at(-1);
}

/** What no change may do to an incident. */
function checkStep(before: Incident, after: Incident): void {
  const reopened = before.status === "closed";
  if (reopened) {
    expect(after).toMatchObject({ status: "open", test: before.test });
    expect(after).not.toHaveProperty("closeReason");
    expect(["confirmed", "other"]).toContain(before.closeReason);
  }
  expect(after).toMatchObject({ key: before.key, openedAt: before.openedAt });
  expect(after.severity <= before.severity).toBe(true);
  for (const grows of ["updatedAt", "eventCount", "episodeCount"] as const)
    expect(after[grows]).toBeGreaterThanOrEqual(before[grows]);
  for (const goes of ["late", "test", "simulated"] as const) expect(after[goes] && !before[goes]).toBe(false);
  if (after.test === before.test) expect(after.verification).toBeGreaterThanOrEqual(before.verification);
  else expect(after.verification >= before.verification || before.verification <= 2).toBe(true);
  const resumed = before.endedAt !== undefined && after.endedAt === undefined;
  expect(after.episodeCount).toBe(before.episodeCount + Number(resumed || reopened));
  if (resumed && !reopened) expect(after.status).toBe(before.status);
}

/** What the lines of a history say, each where it may stand. */
function walked(kinds: readonly IncidentTransition["kind"][]) {
  let goesOn = true;
  let status: Incident["status"] = "open";
  let episodes = 1;
  for (const kind of kinds) {
    expect(status === "closed").toBe(kind === "reopened");
    if (kind === "ended") expect(goesOn).toBe(true);
    if (kind === "resumed") expect(goesOn).toBe(false);
    if (kind === "acknowledged") expect(status).toBe("open");
    if (kind === "ended") goesOn = false;
    if (kind === "acknowledged") status = "acknowledged";
    if (kind === "closed") status = "closed";
    if (kind === "reopened") status = "open";
    if (kind !== "resumed" && kind !== "reopened") continue;
    goesOn = true;
    episodes++;
  }
  return { goesOn, status, episodes };
}

/** Checks a life cycle with acts of all kinds; returns how often something was reopened. */
function check(life: IncidentLifeCycle): number {
  let reopened = 0;
  fc.assert(
    fc.property(fc.array(act, { maxLength: EVIDENCE_LINES, size: "max" }), (acts) => {
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
        reopened += kinds.filter((kind) => kind === "reopened").length;
        expect(kinds[0]).toBe("opened");
        expect(kinds.lastIndexOf("opened")).toBe(0);
        expect(walked(kinds)).toEqual({
          goesOn: incident.endedAt === undefined,
          status: incident.status,
          episodes: incident.episodeCount,
        });
        const times = lines.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.at(-1)).toBeLessThanOrEqual(incident.updatedAt);
      }
      expect(play(life, acts)).toEqual({ incidents, history, refused: expect.any(Number) });
    }),
    { numRuns: 300 },
  );
  return reopened;
}

test("any sequence of verdicts and commands keeps the invariants, and is repeatable", () => {
  expect(check(createIncidentLifeCycle())).toBeGreaterThan(10);
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

test("positive control: a life cycle that reopens what was judged is found out", () => {
  const sound = createIncidentLifeCycle();
  const deaf: IncidentLifeCycle = {
    ...sound,
    apply: (verdict, known) =>
      sound.apply(verdict, known?.status === "closed" ? { ...known, closeReason: "other" } : known),
  };
  expect(() => check(deaf)).toThrow(/Property failed/);
});
