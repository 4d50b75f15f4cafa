import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { garwoodLimits, midPLimits } from "../../src/statistics/count-interval.ts";
import { minDetectableAfter } from "../../src/statistics/min-detectable.ts";
import { rateRatio, ratioTest, type Observed } from "../../src/statistics/rate-ratio.ts";
import { householdYears, rateInterval, rateOf } from "../../src/statistics/rates.ts";
import { sharedFolder } from "../shared.ts";

const ORACLES = sharedFolder("ORACLES", "oracles/statistics");

/** Answers by field, in the shape of a case's `expected`. */
type Answer = Readonly<Record<string, unknown>>;
type Input = Readonly<Record<string, unknown>>;

interface Case {
  readonly id: string;
  readonly method: string;
  readonly input: Input;
  readonly expected: Answer;
  readonly published?: Answer;
  readonly tolerance: { readonly rel: number; readonly abs: number };
}

interface Method {
  readonly answer: (input: Input) => Answer;
  /** Fields of `expected` that belong to methods this folder does not have. */
  readonly elsewhere: readonly string[];
}

const pair = (limits: { readonly lo: number; readonly hi: number }): readonly number[] => [
  limits.lo,
  limits.hi,
];
const bounds = (limits: { readonly lo: number; readonly hi: number | null }): Answer => ({
  lower: limits.lo,
  upper: limits.hi,
});

const METHODS: Readonly<Record<string, Method>> = {
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
    elsewhere: ["pMinlike", "waldLogCi95", "pEtest"],
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
      const adjusted = householdYears(households, days * coverageFraction);
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

/** Methods of the index that come with the rest of the statistics; any other one fails. */
const LATER = new Set([
  "benjamini_hochberg",
  "claim_check",
  "did_poisson_panel",
  "did_staggered",
  "ears",
  "eb_prior_moments",
  "empirical_bayes_before_after",
  "empirical_bayes_estimate",
  "farrington",
  "gamma_poisson_predictive",
  "its_segmented_regression",
  "knox",
  "kulldorff_scan",
  "meta_analysis",
  "meta_analysis_irr",
  "naus_scan",
  "poisson_cusum",
  "poisson_etest",
  "poisson_ewma",
  "rate_ratio_overdispersed",
  "relative_effect_size",
  "rirr_exposure",
  "rirr_overdispersed",
  "wdq_tne",
  "weighted_displacement_difference",
  "weighted_displacement_difference_harm",
  "yoy_mom",
]);

/** Every place where `got` differs from `want`, as text; a field only one of them has differs. */
const differences = (
  got: unknown,
  want: unknown,
  tolerance: Case["tolerance"],
  path: string,
): readonly string[] => {
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

const checked = (one: Case, method: Method): Answer =>
  Object.fromEntries(Object.entries(one.expected).filter(([field]) => !method.elsewhere.includes(field)));

const faultsOf = (one: Case): readonly string[] => {
  const method = METHODS[one.method];
  if (method === undefined) return [`unknown method ${one.method}`];
  return differences(method.answer(one.input), checked(one, method), one.tolerance, one.id);
};

/** All copies of a value in which exactly one number, null or text is falsified. */
const falsified = (value: unknown): readonly unknown[] => {
  if (typeof value === "number") return [value * 1.00001 + 0.00001];
  if (value === null) return [1];
  if (typeof value === "string") return [`${value}!`];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => falsified(item).map((wrong) => value.with(i, wrong)));
  }
  return Object.entries(value as object).flatMap(([key, item]) =>
    falsified(item).map((wrong) => Object.assign({}, value, { [key]: wrong })),
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
    expect(covered.length).toBeGreaterThanOrEqual(21);
    const unknown = index.cases.filter(({ method }) => !(method in METHODS) && !LATER.has(method));
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
    const wrong = method === undefined ? [] : falsified(checked(one, method));
    expect(wrong.length).toBeGreaterThan(0);
    for (const expected of wrong) {
      expect(faultsOf({ ...one, expected: expected as Answer })).toHaveLength(1);
    }
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
});
