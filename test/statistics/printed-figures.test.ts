import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { sharedFolder } from "../shared.ts";
import { EFFECT_METHODS } from "./oracle-effects.ts";
import type { Answer, Input } from "./oracle-method.ts";
import { POOLING_METHODS } from "./oracle-pooling.ts";

const ORACLES = sharedFolder("ORACLES", "oracles/statistics");
const METHODS = { ...EFFECT_METHODS, ...POOLING_METHODS };

interface Case {
  readonly id: string;
  readonly method: string;
  readonly input: Input;
  readonly published?: Answer;
}

/** Where a printed figure stands in the answer, when it does not stand under its own name. */
const PLACES: Readonly<Record<string, string>> = {
  fixed: "fixed.est",
  dlEst: "dl.est",
  dlSe: "dl.se",
  dlCi: "dl.ci95",
  tau2: "tau2DL",
  khSe: "dlKnappHartung.se",
  khCi: "dlKnappHartung.ci95",
  remlTau2: "reml.tau2",
  remlEst: "reml.est",
  ci95: "ci95Poisson",
  seRounded: "seTotal",
};

/** Figures of a package's misplaced parenthesis, and a squared error. */
const NOT_ANSWERED = new Set(["packageSeEffectivenessPct", "packageTestStatistic", "seTotalSquared"]);

const found = (answer: unknown, place: string): unknown =>
  place.split(".").reduce((at: unknown, name) => (at as Answer | undefined)?.[name], answer);

/** A unit of the last printed digit: sources round, and some cut. */
const unitOf = (printed: number): number => {
  const decimals = String(printed).split(".")[1]?.length ?? 0;
  return 10 ** -decimals;
};

/** Where the answer is more than a unit off what is printed, or off that moved by `shift` units. */
const differences = (got: unknown, printed: unknown, shift: number): readonly string[] => {
  if (Array.isArray(printed)) {
    return printed.flatMap((one, i) => differences((got as readonly unknown[])[i], one, shift));
  }
  const unit = unitOf(Number(printed));
  const near = Math.abs(Number(got) - Number(printed) - shift * unit) <= unit;
  return near ? [] : [`${String(got)}, printed ${String(printed)}`];
};

const read = (file: string): unknown => JSON.parse(readFileSync(resolve(ORACLES.path, file), "utf8"));

const printedCases = (): readonly Case[] => {
  if (ORACLES.missing) return [];
  const { cases } = read("index.json") as { readonly cases: readonly { file: string; method: string }[] };
  return cases
    .filter(({ method }) => method in METHODS)
    .map(({ file }) => read(file) as Case)
    .filter(({ published }) => published !== undefined);
};

// the p printed with a relative effect is Wald's, which nothing here rests on
const figures = printedCases().flatMap((one) =>
  Object.entries(one.published ?? {})
    .filter(([name]) => !NOT_ANSWERED.has(name) && !(one.method === "relative_effect_size" && name === "p"))
    .map(([name, printed]) => ({ one, id: one.id, name, printed })),
);

const faults = (one: Case, name: string, printed: unknown, shift = 0): readonly string[] => {
  const answer = METHODS[one.method]?.answer(one.input);
  return differences(found(answer, PLACES[name] ?? name) ?? found(answer, name), printed, shift);
};

describe.skipIf(ORACLES.missing)("figures printed in the sources, to their last digit", () => {
  test("there are some, of pooling, control, displacement and empirical Bayes", () => {
    expect(figures.length).toBeGreaterThanOrEqual(35);
    expect(new Set(figures.map(({ one }) => one.method)).size).toBeGreaterThanOrEqual(6);
  });

  test.each(figures)("$id: $name", ({ one, name, printed }) => {
    expect(faults(one, name, printed)).toEqual([]);
  });

  test.each(figures)("control: $id: $name, three units off, is noticed", ({ one, name, printed }) => {
    expect(faults(one, name, printed, 3).length).toBeGreaterThan(0);
  });
});
