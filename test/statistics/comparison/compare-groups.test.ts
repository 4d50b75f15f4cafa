import { describe, expect, test } from "vitest";
import { COMPARISON_BLOCKS } from "../../../src/domain/comparison.ts";
import { compareGroups } from "../../../src/statistics/comparison/compare-groups.ts";
import { refusal } from "../refusal.ts";
import { answerTo, caveatOf, codesOf, CUTS, estate, question, treated, windowsAround } from "./build.ts";

const many = (n: number, before: (i: number) => number, after: (i: number) => number, name = "c") =>
  Array.from({ length: n }, (_, i) => estate(`${name}${i}`, before(i), after(i)));

describe("the published −61.11 %", () => {
  test("18 → 7 alone is a decrease without control, with its counts and interval", () => {
    const answer = answerTo();
    expect(answer).toMatchObject({
      before: { count: 18, households: 1_000, months: 12 },
      after: { count: 7 },
      verdict: "decrease_uncontrolled",
      decidedBy: "effect",
      minDetectable: 7,
      design: { smsLevel: 2, adoption: "single", nTreated: 1, nControl: 0 },
    });
    // 365 days before, 366 after
    expect(answer.effect.rateRatio).toBeCloseTo((7 / 18) * (365 / 366), 12);
    expect(answer.effect.exact?.ci.lo).toBeCloseTo(0.137, 3);
    expect(answer.effect.exact?.ci.hi).toBeCloseTo(0.973, 3);
  });

  test("it becomes inconclusive as soon as a control went 20 → 19", () => {
    const answer = answerTo({ control: [estate("c", 20, 19)] });
    expect(answer.verdict).toBe("inconclusive");
    expect(answer.decidedBy).toBe("controlled");
    expect(answer.controlled?.rirr).toBeCloseTo(7 / 18 / (19 / 20), 10);
    expect(answer.controlled?.pDecision).toBeCloseTo(0.164, 3);
    expect(answer.controlled).toMatchObject({ before: 20, after: 19 });
    expect(answer.design.smsLevel).toBe(3);
  });

  test("it becomes inconclusive when the 18 came in bursts", () => {
    const bursts = [6, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 0];
    const answer = answerTo({ treated: [treated("t", bursts, [0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0])] });
    expect(answer.effect.exact?.pCentral).toBeLessThan(0.05);
    expect(answer.effect.quasi?.phi).toBeGreaterThan(3);
    expect(answer.effect.pDecision).toBe(answer.effect.quasi?.p);
    expect(answer.verdict).toBe("inconclusive");
    expect(codesOf(answer)).toContain("OVERDISPERSED");
  });

  test("published without counts, it is shown what it may have meant", () => {
    const caveat = caveatOf(answerTo({ declared: { publishedPercent: 61.11 } }), "RAW_PERCENT_ONLY");
    expect(caveat?.evidence).toEqual({ publishedPercent: 61.11, pairCount: 16, smallest: "18 → 7" });
  });
});

describe("engines", () => {
  test("every block is filled or null with a reason, never both", () => {
    const questions = [
      answerTo(),
      answerTo({
        control: many(
          12,
          (i) => 10 + i,
          (i) => 11 + (i % 5),
        ),
      }),
      answerTo({ records: null }),
      answerTo({ treated: [treated("t", 0, 0)], control: [estate("c", 0, 0)] }),
      answerTo({
        treated: [treated("t", 9, 9), treated("u", 9, 9, "2023-06-01")],
        control: [estate("c", 9, 9)],
      }),
    ];
    for (const answer of questions) {
      for (const block of COMPARISON_BLOCKS) {
        expect(answer[block] === null, block).toBe(answer.reasons[block] !== undefined);
      }
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    }
  });

  test("a strong decrease against an unchanged control is told as one, an increase too", () => {
    const control = [estate("c", 80, 82)];
    expect(answerTo({ treated: [treated("t", 80, 30)], control }).verdict).toBe("decrease_vs_control");
    expect(answerTo({ treated: [treated("t", 30, 80)], control }).verdict).toBe("increase_vs_control");
    expect(answerTo({ treated: [treated("t", 30, 80)] }).verdict).toBe("increase_uncontrolled");
    expect(answerTo({ treated: [treated("t", 0, 20)] })).toMatchObject({
      verdict: "increase_uncontrolled",
      effect: { rateRatio: null },
    });
    expect(answerTo({ treated: [treated("t", 0, 0)] }).verdict).toBe("not_estimable");
    expect(answerTo({ treated: [treated("t", 5, 5)], control: [estate("c", 0, 0)] }).verdict).toBe(
      "not_estimable",
    );
  });

  test("prevented counts are in cases of the window after, above 0 is good", () => {
    const { controlled } = answerTo({ treated: [treated("t", 80, 30)], control: [estate("c", 80, 80)] });
    // the control's rate stayed, the treated estate's fell by 50 cases a year
    expect(controlled?.preventedCounts.est).toBeCloseTo(50 * (366 / 365), 0);
    expect(controlled?.preventedCounts.ci.lo).toBeLessThan(controlled?.preventedCounts.est ?? 0);
    expect(controlled?.preventedCounts.ci.hi).toBeGreaterThan(controlled?.preventedCounts.est ?? 0);
  });

  test("estates picked for a bad year: empirical Bayes takes the fall-back to the mean for what it is", () => {
    // 30 estates around 10 cases a year; the treated one had 22 and fell back to 11
    const control = many(
      30,
      (i) => 4 + ((i * 7) % 13),
      (i) => 4 + ((i * 5) % 13),
    );
    const chosen = { treated: [treated("t", 22, 10)], control, selectionReason: "high_incidents" } as const;
    const answer = answerTo(chosen);
    expect(answer.eb?.nReference).toBe(30);
    expect(answer.eb?.theta).toBeGreaterThan(answer.controlled?.rirr ?? 1);
    expect(answer.decidedBy).toBe("eb");
    expect(codesOf(answer)).not.toContain("RTM_RISK");
    const without = answerTo({ ...chosen, control: control.slice(0, 5) });
    expect(without.reasons.eb).toBe("FEWER_THAN_10_REFERENCE_ESTATES");
    expect(caveatOf(without, "RTM_RISK")?.severity).toBe("blocking");
    expect(without.provisional).toBe(true);
  });

  test("many estates of one date: sums decide, each estate has its p and q", () => {
    const estates = Array.from({ length: 8 }, (_, i) => treated(`t${i}`, 10 + i, i === 0 ? 12 : 5));
    const answer = answerTo({
      treated: estates,
      control: many(
        8,
        (i) => 12 + i,
        (i) => 12 + i,
      ),
    });
    expect(answer.before.count).toBe(8 * 10 + 28);
    expect(answer.pooled?.estates).toHaveLength(8);
    expect(answer.pooled?.mhIrr).toBeLessThan(0.6);
    expect(answer.pooled?.estates.every(({ p, q }) => p !== null && q !== null && q >= p)).toBe(true);
    expect(answer.eventStudy?.kind).toBe("panel");
    expect(answer.eventStudy?.overall.ratio).toBeCloseTo(answer.controlled?.rirr ?? 0, 2);
    expect(answer.verdict).toBe("decrease_vs_control");
    expect(codesOf(answer)).toContain("MULTIPLE_COMPARISONS");
  });

  test("several dates: each date against the controls' same months, never one common step", () => {
    const estates = [treated("t1", 40, 18, "2023-01-01"), treated("t2", 44, 20, "2024-01-01")];
    const control = [{ ...estate("c", 0, 0), counts: CUTS.slice(1).map(() => 4) }];
    const answer = answerTo({ treated: estates, control });
    expect(answer.design.adoption).toBe("staggered");
    expect(answer.windows).toBeNull();
    expect(answer.reasons.controlled).toBe("SEVERAL_DATES");
    expect(
      answer.eventStudy?.cohorts.map(({ installedOn, before, after, controlBefore }) => [
        installedOn,
        before,
        after,
        controlBefore,
      ]),
    ).toEqual([
      ["2023-01-01", 40, 18, 48],
      ["2024-01-01", 44, 20, 48],
    ]);
    expect(answer.eventStudy?.overall.ratio).toBeCloseTo(0.45, 1);
    expect(answer).toMatchObject({ verdict: "decrease_vs_control", decidedBy: "eventStudy" });
    // two cohorts that share their control know less than the same with a control each
    const [one] = answer.eventStudy?.cohorts ?? [];
    expect(Math.log((one?.ci.hi ?? 0) / (one?.ci.lo ?? 1))).toBeGreaterThan(
      2 * 1.95 * Math.sqrt(1 / 40 + 1 / 18 + 1 / 48 + 1 / 48),
    );
  });

  test("a buffer in which cases went up is displacement", () => {
    const answer = answerTo({
      treated: [treated("t", 80, 40)],
      control: [estate("c", 80, 80)],
      buffer: [estate("b", 40, 60)],
      bufferControl: [estate("bc", 40, 40)],
    });
    expect(answer.displacement).toMatchObject({ wdqValid: true, before: 40, after: 60 });
    expect(answer.displacement?.wdq).toBeCloseTo(-0.5, 10);
    expect(answer.displacement?.tne).toBeCloseTo(40 - 20, 10);
    expect(answer.displacement?.preventedCounts?.est).toBeCloseTo(20, 0);
    expect(codesOf(answer)).not.toContain("DISPLACEMENT_NOT_CHECKED");
  });

  test("years of months: the series is judged as well", () => {
    const counts = CUTS.slice(1).map((_, i) => (i < 48 ? 6 : 3) + (i % 3) - 1);
    const answer = answerTo({ treated: [{ ...treated("t", 0, 0), counts }] });
    expect(answer.its).toMatchObject({ monthsBefore: 48, monthsAfter: 24 });
    expect(answer.its?.step.ratio).toBeCloseTo(0.5, 1);
    expect(answer.its?.withoutTrend.ratio).toBeCloseTo(0.5, 1);
  });

  test("a given φ widens as much as it says", () => {
    const one = answerTo({ phi: 1 }).effect;
    const four = answerTo({ phi: 4 }).effect;
    const width = (effect: typeof one) => Math.log((effect.quasi?.ci.hi ?? 0) / (effect.quasi?.ci.lo ?? 1));
    expect(width(four) / width(one)).toBeCloseTo(2, 10);
    expect(four.quasi?.df).toBeNull();
  });

  test("the same seed gives the same answer", () => {
    const staggered = {
      treated: [treated("t1", 30, 18, "2023-01-01"), treated("t2", 34, 20), treated("t3", 34, 20)],
      control: many(
        6,
        () => 30,
        () => 30,
      ).map((one) => Object.assign({}, one, { counts: CUTS.slice(1).map((_, i) => 2 + (i % 2)) })),
    };
    expect(answerTo(staggered)).toEqual(answerTo(staggered));
  });
});

describe("refusals", () => {
  test("names what is wrong", () => {
    const error = refusal(() =>
      compareGroups(
        question({ level: 2, phi: 0.5, control: [estate("t", 1, 1)], treated: [treated("t", 1, 1)] }),
      ),
    );
    expect(error.code).toBe("VALIDATION");
    expect(error.faults.map(({ field }) => field)).toEqual(["level", "phi", "control"]);
    const [one] = question().treated;
    const short = refusal(() =>
      compareGroups(question({ control: [{ ...estate("c", 1, 1), counts: [1] }] })),
    );
    expect(short.faults[0]?.field).toBe("control[0].counts");
    expect(one).toBeDefined();
  });

  test("no households, no days after, a window over the installation", () => {
    const empty = refusal(() => answerTo({ treated: [{ ...treated("t", 1, 1), households: 0 }] }));
    expect(empty.code).toBe("NO_EXPOSURE");
    const early = refusal(() => answerTo({ today: "2024-02-01" }));
    expect([early.code, early.faults[0]?.field]).toEqual(["NO_EXPOSURE", "windows.after.from"]);
    const windows = { ...windowsAround("2024-01-01"), after: { from: "2023-12-01", to: "2024-12-01" } };
    const overlap = refusal(() => answerTo({ treated: [{ ...treated("t", 1, 1), windows }] }));
    expect([overlap.code, overlap.status]).toEqual(["WINDOW_OVERLAPS_INSTALL", 422]);
  });
});
