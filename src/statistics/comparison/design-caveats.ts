import { installationGap, populationChange } from "../exposure-caveats.ts";
import { type CaveatRule, isFinding } from "./caveat-facts.ts";

const PARALLEL = 0.05;

const regressionToTheMean: CaveatRule = ({ input: { selectionReason }, eb }) => {
  if (eb) return undefined;
  if (selectionReason === "high_incidents") {
    return {
      code: "RTM_RISK",
      severity: "blocking",
      zh: "小区因案件多而被选中：即使没有任何效果，数量也会回落（向均值回归）。需要至少 10 个未安装小区作参照才能扣除。",
      en: "The estates were chosen for their many cases, which fall back without any effect (regression to the mean). It takes 10 untreated estates or more to allow for it.",
      evidence: { selectionReason },
    };
  }
  if (selectionReason !== "unknown") return undefined;
  return {
    code: "RTM_RISK",
    severity: "warning",
    zh: "未说明小区为何被选中。若因案件多而选，即使没有任何效果，数量也会回落（向均值回归）。",
    en: "Why the estates were chosen is not known. If it was for their many cases, they would fall back without any effect (regression to the mean).",
    evidence: { selectionReason },
  };
};

const noControl: CaveatRule = ({ input: { control } }) => {
  if (control.length > 0) return undefined;
  return {
    code: "NO_CONTROL",
    severity: "warning",
    zh: "没有对照小区：变化可能来自全区趋势或其他措施，不能归因于安装。",
    en: "No control estate: the change may come from a district-wide trend or other measures and cannot be credited to the installation.",
  };
};

const notParallel: CaveatRule = ({ parallelP, verdict }) => {
  if (parallelP === null || parallelP >= PARALLEL) return undefined;
  return {
    code: "CONTROL_NOT_PARALLEL",
    severity: isFinding(verdict) ? "blocking" : "warning",
    zh: `安装之前，安装小区与对照小区的走势就不同（p = ${parallelP.toFixed(3)}），对照不可比。`,
    en: `Treated and control estates moved apart before the installation already (p = ${parallelP.toFixed(3)}); the control is no good comparison.`,
    evidence: { p: parallelP },
  };
};

const detectionBias: CaveatRule = ({ input: { declared } }) => {
  if (declared.reportingChanged !== true) return undefined;
  return {
    code: "DETECTION_BIAS",
    severity: "blocking",
    zh: "报案或发现的方式随安装改变：数量变化可能只是看到得更多或更少。",
    en: "The way cases are reported or noticed changed with the installation: a change of the counts may only show that more or less is seen.",
  };
};

const coverageGap: CaveatRule = ({ after }) => installationGap(after.coverage);

const population: CaveatRule = ({ before, after }) => populationChange(before.households, after.households);

const definitionChange: CaveatRule = ({ input: { declared }, before, after }) => {
  const day = declared.definitionChangedOn;
  if (day === undefined || day <= before.from || day >= after.to) return undefined;
  return {
    code: "DEFINITION_CHANGE",
    severity: "blocking",
    zh: `案件分类自 ${day} 起改变，前后数量不是同一口径。`,
    en: `Since ${day} cases are classified in another way; the counts before and after do not mean the same.`,
    evidence: { changedOn: day },
  };
};

const calls: CaveatRule = ({ input: { unit } }) => {
  if (unit !== "call") return undefined;
  return {
    code: "CALLS_VS_CASES",
    severity: "info",
    zh: "这里数的是警情（报警），不是立案的案件；两者不可混用，也不可互相比较。",
    en: "What is counted here are calls to the police, not filed cases; the two are never mixed or compared with each other.",
  };
};

const displacement: CaveatRule = ({ input: { buffer } }) => {
  if (buffer.length > 0) return undefined;
  return {
    code: "DISPLACEMENT_NOT_CHECKED",
    severity: "info",
    zh: "没有给出周边小区：案件是否转移到旁边，未检验。",
    en: "No neighbouring estates were given: whether cases moved next door is not checked.",
  };
};

const concurrent: CaveatRule = ({ input: { declared } }) => {
  if (declared.concurrent === undefined) return undefined;
  return {
    code: "CONCURRENT_INTERVENTION",
    severity: "blocking",
    zh: `同期还有其他措施（${declared.concurrent}），变化不能只归因于安装。`,
    en: `Another measure was taken at the same time (${declared.concurrent}); the change cannot be credited to the installation alone.`,
    evidence: { measure: declared.concurrent },
  };
};

/** Said of the design and of what people declared. */
export const DESIGN_CAVEATS: readonly CaveatRule[] = [
  regressionToTheMean,
  noControl,
  notParallel,
  detectionBias,
  coverageGap,
  population,
  definitionChange,
  calls,
  displacement,
  concurrent,
];
