import type { NoChange } from "../domain/period-change.ts";
import type { CaseUnit } from "../domain/recorded-case.ts";
import type { NoComparison } from "./before-after.ts";
import { EN } from "./texts-en.ts";
import { ZH } from "./texts-zh.ts";

/** All words of a bulletin in one language. */
export interface Texts {
  readonly lang: "zh-CN" | "en";
  readonly estateTitle: string;
  readonly districtTitle: string;
  readonly unit: Readonly<Record<CaseUnit, string>>;
  readonly weekdays: readonly string[];
  readonly head: {
    readonly period: string;
    readonly asOf: string;
    readonly madeAt: string;
    readonly definition: string;
    readonly households: string;
    readonly installedOn: string;
    readonly page: (page: number, pages: number) => string;
    readonly noData: string;
    readonly simulated: string;
    readonly mixed: string;
    /** On every page: what the numbers do not say. */
    readonly notSaid: string;
  };
  readonly column: {
    readonly span: string;
    readonly count: string;
    readonly householdYears: string;
    readonly rate: string;
    readonly interval: string;
    readonly change: string;
    readonly counts: string;
    readonly rawPercent: string;
    readonly ratePercent: string;
    readonly type: string;
    readonly estate: string;
    readonly month: string;
    readonly lastYear: string;
    readonly before: string;
    readonly after: string;
    readonly ratio: string;
    readonly p: string;
    readonly q: string;
    readonly verdict: string;
    readonly caveats: string;
    readonly code: string;
    readonly weight: string;
    readonly sentence: string;
  };
  readonly row: {
    readonly month: string;
    readonly monthBefore: string;
    readonly lastYear: string;
    readonly year: string;
    readonly yearBefore: string;
    readonly yearOnYear: string;
    readonly monthOnMonth: string;
    readonly janFeb: string;
  };
  readonly section: {
    readonly figures: string;
    readonly changes: string;
    readonly rates: string;
    readonly lastYear: string;
    readonly hours: string;
    readonly types: string;
    readonly comparison: string;
    readonly estates: string;
    readonly caveats: string;
    readonly limits: string;
  };
  readonly chart: {
    readonly rateAxis: string;
    readonly countAxis: string;
    readonly band: string;
    readonly rateLine: string;
    readonly installed: string;
    readonly thisYear: string;
    readonly yearBefore: string;
    readonly ratioAxis: string;
    readonly fewer: string;
    readonly more: string;
    readonly rateText: string;
    readonly lastYearText: string;
    readonly forestText: string;
    readonly hoursText: string;
    readonly hoursTotal: string;
    readonly hour: string;
  };
  /** Above the table of changes. */
  readonly changeCaption: string;
  readonly untimed: (count: number) => string;
  readonly notShown: (count: number) => string;
  readonly many: (compared: number) => string;
  readonly noCases: string;
  readonly noChange: Readonly<Record<NoChange, string>>;
  readonly noComparison: Readonly<Record<NoComparison, string>>;
  readonly verdict: Readonly<Record<string, string>>;
  readonly provisional: string;
  readonly severity: Readonly<Record<"info" | "warning" | "blocking", string>>;
  /** Sentences about what no number in the bulletin says. */
  readonly limits: readonly string[];
}

/** The words of a language. */
export const textsOf = (lang: "zh" | "en"): Texts => (lang === "zh" ? ZH : EN);
