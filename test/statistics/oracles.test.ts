import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { garwoodLimits, midPLimits } from "../../src/statistics/count-interval.ts";
import { adjustedHouseholdYears, householdYears } from "../../src/statistics/exposure.ts";
import { minDetectableAfter } from "../../src/statistics/min-detectable.ts";
import { poissonETest } from "../../src/statistics/poisson-e-test.ts";
import { rateRatio, ratioTest, type Observed } from "../../src/statistics/rate-ratio.ts";
import { rateInterval, rateOf } from "../../src/statistics/rates.ts";
import { sharedFolder } from "../shared.ts";
import { EFFECT_METHODS } from "./oracle-effects.ts";
import { type Answer, bounds, type Input, type Method, pair, type Tolerance } from "./oracle-method.ts";
import { PANEL_METHODS } from "./oracle-panels.ts";
import { POOLING_METHODS } from "./oracle-pooling.ts";
import { SURVEILLANCE_METHODS } from "./oracle-surveillance.ts";

const ORACLES = sharedFolder("ORACLES", "oracles/statistics");

interface Case {
  readonly id: string;
  readonly method: string;
  readonly input: Input;
  readonly expected: Answer;
  readonly published?: Answer;
  readonly tolerance: Tolerance;
}

const METHODS: Readonly<Record<string, Method>> = {
  ...EFFECT_METHODS,
  ...POOLING_METHODS,
  ...PANEL_METHODS,
  ...SURVEILLANCE_METHODS,
  garwood: {
    elsewhere: [],
    answer: (input) => {
      const { count } = input as { count: number };
      return {
        ci95: pair(garwoodLimits(count, 0.95)),
        ci90: pair(garwoodLimits(count, 0.9)),
        ci99: pair(garwoodLimits(count, 0.99)),
        midp95: pair(midPLimits(count, 0.95)),
        oneSidedUpper95: garwoodLimits(count, 0.9).hi,
      };
    },
  },
  rate_ratio_exact: {
    // R's poisson.test and the Wald interval stand in the cases only to show how they differ
    elsewhere: ["pMinlike", "waldLogCi95"],
    sometimes: ["pEtest"],
    answer: (input) => {
      const { after, before, conf } = input as { after: Observed; before: Observed; conf: number };
      const effect = rateRatio(after, before, conf);
      const { pLess, pGreater } = ratioTest(after, before);
      if (effect.exact === null) return { rateRatio: effect.rateRatio, status: "undefined_both_zero" };
      return {
        rateRatio: effect.rateRatio,
        percentChange: effect.percentChange,
        exactCi95: bounds(effect.exact.ci),
        pCentral: effect.exact.pCentral,
        pLess,
        pGreater,
        pMidCentral: effect.exact.pMid,
        midpCi95: bounds(effect.exact.midpCi),
        pEtest: poissonETest(after, before),
      };
    },
  },
  min_detectable: {
    elsewhere: [],
    answer: (input) => {
      const { before } = input as { before: readonly number[] };
      const after = before.map((count) => minDetectableAfter(count, 0.95));
      return {
        maxAfterSignificant: after,
        percentDecreaseNeeded: after.map((max, i) =>
          max === null ? null : 100 * (1 - max / (before[i] ?? Number.NaN)),
        ),
      };
    },
  },
  rate: {
    elsewhere: [],
    answer: (input) => {
      const { count, households, days, coverageFraction } = input as Record<string, number> & {
        count: number;
        households: number;
        days: number;
        coverageFraction: number;
      };
      const years = householdYears(households, days);
      const adjusted = adjustedHouseholdYears(years, coverageFraction);
      const ci = (exposure: number) => {
        const { lo, hi } = rateInterval(garwoodLimits(count, 0.95), exposure, 0.95);
        return [lo, hi];
      };
      return {
        householdYears: years,
        rate: rateOf(count, years),
        ci95: ci(years),
        adjustedHouseholdYears: adjusted,
        adjustedRate: rateOf(count, adjusted),
        adjustedCi95: ci(adjusted),
      };
    },
  },
};

/** Every place where `got` differs from `want`, as text; a field only one of them has differs. */
const differences = (got: unknown, want: unknown, tolerance: Tolerance, path: string): readonly string[] => {
  if (typeof want === "number" && typeof got === "number") {
    const off = Math.abs(got - want);
    return off <= tolerance.abs + tolerance.rel * Math.abs(want) ? [] : [`${path}: ${got}, expected ${want}`];
  }
  if (want !== null && got !== null && typeof want === "object" && typeof got === "object") {
    const keys = new Set([...Object.keys(want), ...Object.keys(got)]);
    return [...keys].flatMap((key) =>
      differences(
        (got as Record<string, unknown>)[key],
        (want as Record<string, unknown>)[key],
        tolerance,
        `${path}.${key}`,
      ),
    );
  }
  return got === want ? [] : [`${path}: ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`];
};

/** The answer without the fields that not every case of its method lists and this one does not. */
const answered = (answer: Answer, one: Case, method: Method): Answer =>
  Object.fromEntries(
    Object.entries(answer).filter(([field]) => field in one.expected || !method.sometimes?.includes(field)),
  );

const checked = (one: Case, method: Method): Answer =>
  Object.fromEntries(Object.entries(one.expected).filter(([field]) => !method.elsewhere.includes(field)));

const faultsOf = (one: Case): readonly string[] => {
  const method = METHODS[one.method];
  return method === undefined
    ? [`unknown method ${one.method}`]
    : faultsIn(method.answer(one.input), one, method);
};

const faultsIn = (answer: Answer, one: Case, method: Method): readonly string[] => {
  const got = answered(answer, one, method);
  const want = checked(one, method);
  return [...new Set([...Object.keys(got), ...Object.keys(want)])].flatMap((field) =>
    differences(got[field], want[field], toleranceOf(one, field), `${one.id}.${field}`),
  );
};

const toleranceOf = (one: Case, field: string): Tolerance =>
  METHODS[one.method]?.tolerances?.[field] ?? one.tolerance;

/** All copies of a value in which exactly one number, null or text is falsified by thrice its tolerance. */
const falsified = (value: unknown, tolerance: Tolerance): readonly unknown[] => {
  if (typeof value === "number") return [value + 3 * (tolerance.abs + tolerance.rel * Math.abs(value))];
  if (typeof value === "boolean") return [!value];
  if (value === null) return [1];
  if (typeof value === "string") return [`${value}!`];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => falsified(item, tolerance).map((wrong) => value.with(i, wrong)));
  }
  return Object.entries(value as object).flatMap(([key, item]) =>
    falsified(item, tolerance).map((wrong) => Object.assign({}, value, { [key]: wrong })),
  );
};

const read = (file: string): unknown => JSON.parse(readFileSync(resolve(ORACLES.path, file), "utf8"));
const index = (ORACLES.missing ? { cases: [] } : read("index.json")) as {
  readonly cases: readonly { id: string; file: string; method: string }[];
};
const covered = index.cases.filter(({ method }) => method in METHODS);

test.skipIf(ORACLES.missing)(
  "the index has the cases this folder answers for, and no method nobody knows",
  () => {
    expect(covered.length).toBeGreaterThanOrEqual(63);
    const unknown = index.cases.filter(({ method }) => !(method in METHODS));
    expect(unknown).toEqual([]);
  },
);

describe.skipIf(ORACLES.missing)("worked cases", () => {
  test.each(covered)("$id", ({ file }) => {
    const one = read(file) as Case;
    expect(faultsOf(one)).toEqual([]);
  });
});

describe.skipIf(ORACLES.missing)("a falsified case turns red", () => {
  test.each(covered)("$id", ({ file }) => {
    const one = read(file) as Case;
    const method = METHODS[one.method];
    if (method === undefined) throw new Error(`unknown method ${one.method}`);
    const want = checked(one, method);
    const wrong = Object.entries(want).flatMap(([field, value]) =>
      falsified(value, toleranceOf(one, field)).map((item) => Object.assign({}, want, { [field]: item })),
    );
    expect(wrong.length).toBeGreaterThan(0);
    const got = method.answer(one.input);
    for (const expected of wrong) expect(faultsIn(got, { ...one, expected }, method)).toHaveLength(1);
  });

  test("a missing, a surplus and an unknown entry", () => {
    const one = read("garwood-0003.json") as Case;
    const { ci95, ...rest } = one.expected;
    expect(ci95).toBeDefined();
    expect(faultsOf({ ...one, expected: rest })).toHaveLength(1);
    expect(faultsOf({ ...one, expected: { ...one.expected, ci50: [1, 2] } })).toHaveLength(1);
    expect(faultsOf({ ...one, method: "guess" })).toEqual(["unknown method guess"]);
  });
});

describe.skipIf(ORACLES.missing)("figures printed in the sources", () => {
  const printed = covered
    .map(({ file }) => read(file) as Case)
    .filter((one) => one.method === "rate_ratio_exact" && one.published !== undefined);

  test("there are some", () => expect(printed.length).toBeGreaterThanOrEqual(2));

  test.each(printed)("$id", (one) => {
    const { after, before, conf } = one.input as unknown as {
      after: Observed;
      before: Observed;
      conf: number;
    };
    const { rateRatio: rr, exact } = rateRatio(after, before, conf);
    const got = { p: exact?.pCentral, ci: [exact?.ci.lo, exact?.ci.hi], rr };
    const { pMinlike: _, ...want } = one.published ?? {};
    expect(differences(got, want, { rel: 1e-4, abs: 0 }, one.id)).toEqual([]);
  });

  test("did-callaway-santanna-mpdta", () => {
    const one = read("did-callaway-santanna-mpdta.json") as Case;
    const got = METHODS[one.method]?.answer(one.input) ?? {};
    const cells = got["attGT"] as readonly { group: number; time: number; att: number }[];
    const { att: dynamic } = got["dynamic"] as { att: readonly number[] };
    const { att: groupEffects } = got["groupEffects"] as { att: readonly number[] };
    const attGT = Object.fromEntries(cells.map(({ group, time, att }) => [`${group},${time}`, att]));
    const { overallDynamic, overallGroup } = got;
    const printedForm = { attGT, dynamic, overallDynamic, groupEffects, overallGroup };
    // four decimals are printed
    expect(differences(printedForm, one.published, { rel: 0, abs: 5.1e-5 }, one.id)).toEqual([]);
  });
});
