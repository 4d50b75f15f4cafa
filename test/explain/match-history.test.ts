import { expect, test } from "vitest";
import type { IncidentTransition } from "../../src/domain/incident.ts";
import { MINUTE } from "../../src/domain/time.ts";
import { matchHistory } from "../../src/explain/match-history.ts";
import type { RuleStep, Verdict } from "../../src/ports.ts";

function step(at: number, kind: Verdict["kind"], more: Partial<Verdict> = {}): RuleStep {
  const rule = { id: "smoke", version: "1" };
  const verdict: Verdict = {
    kind,
    rule,
    type: "fire.smoke",
    severity: "P1",
    estateId: "e1",
    key: "k",
    deviceId: "d1",
    at,
    detectedAt: at,
    episode: "begun",
    late: false,
    test: false,
    simulated: false,
    ...more,
  };
  return { rule, key: "k", at, standing: {}, verdicts: [verdict] };
}

function line(
  kind: IncidentTransition["kind"],
  at: number,
  eventId?: string,
  by = "rule:smoke",
): IncidentTransition {
  return { incidentId: "i", kind, at, by, ...(eventId !== undefined && { eventId }) };
}

const kindsOf = (steps: readonly RuleStep[], history: readonly IncidentTransition[]) => {
  const { linesOf, left } = matchHistory(steps, history);
  return [
    ...steps.map((one) => (linesOf.get(one) ?? []).map(({ kind }) => kind)),
    left.map(({ kind }) => kind),
  ];
};

test("a line belongs to the verdict of its event; a timer's opening to the event that began it", () => {
  const steps = [step(5, "open"), step(9, "evidence", { eventId: "b" }), step(12, "end")];
  const history = [line("opened", 5, "begun"), line("evidence", 9, "b"), line("ended", 12)];
  expect(kindsOf(steps, history)).toEqual([["opened"], ["evidence"], ["ended"], []]);
});

test("what follows from the same verdict goes with it", () => {
  const steps = [step(5, "evidence", { eventId: "b" }), step(9, "end", { eventId: "c" })];
  const history = [
    line("resumed", 5, "b"),
    line("escalated", 5, "b"),
    line("verified", 5, "b"),
    line("ended", 9, "c"),
    line("closed", 9),
  ];
  expect(kindsOf(steps, history)).toEqual([["resumed", "escalated", "verified"], ["ended", "closed"], []]);
});

test("another event, rule or kind is another line, and is left", () => {
  const history = [line("opened", 5, "other"), line("opened", 5, "begun", "rule:heat"), line("ended", 5)];
  expect(kindsOf([step(5, "open")], history)).toEqual([[], ["opened", "opened", "ended"]]);
});

test("a line may be later than its verdict because of a person, never earlier", () => {
  expect(kindsOf([step(5, "end")], [line("ended", 5 + MINUTE)])).toEqual([["ended"], []]);
  expect(kindsOf([step(5, "end")], [line("ended", 6 + MINUTE)])).toEqual([[], ["ended"]]);
  expect(kindsOf([step(5, "end")], [line("ended", 4)])).toEqual([[], ["ended"]]);
});

test("what people did is nobody's step", () => {
  expect(kindsOf([step(5, "end")], [line("closed", 5, undefined, "wang")])).toEqual([[], []]);
});

test("no line is given twice", () => {
  const twice = [step(5, "open"), step(5, "open")];
  expect(kindsOf(twice, [line("opened", 5, "begun")])).toEqual([["opened"], [], []]);
});
