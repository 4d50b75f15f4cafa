import type { ComparisonAnswer } from "./comparison-answer.ts";

const VERDICTS: Readonly<Record<string, string>> = {
  not_estimable: "nothing can be said: there are no cases, or no records",
  inconclusive: "inconclusive: what was counted can be chance",
  decrease_uncontrolled: "fewer than before; without a control nobody knows whether it was the installation",
  decrease_vs_control: "fewer than before, and more so than in the control",
  increase_uncontrolled: "more than before; without a control nobody knows whether it was the installation",
  increase_vs_control: "more than before, and more so than in the control",
};

/** The comparison for people: counts first, then exposure, ratio, verdict and every caveat. */
export function comparisonReport(answer: ComparisonAnswer): readonly string[] {
  const { before, after, effect, controlled, verdict, caveats } = answer;
  const noun = answer.unit === "case" ? "cases" : "calls";
  return [
    ...(before && after ? [sideLine("Before", before, noun), sideLine("After ", after, noun)] : []),
    ...(effect ? [ratioLine("After over before", effect.rateRatio, effect)] : []),
    ...(controlled
      ? [
          `Control: ${controlled.before} ${noun} before, ${controlled.after} after (${answer.control.join(", ")})`,
          ratioLine("Against the control", controlled.rirr, controlled),
        ]
      : []),
    ...(before
      ? [detectable(before.count, answer.minDetectable)]
      : ["The counts are too small to be shown."]),
    "",
    `Verdict: ${VERDICTS[verdict] ?? verdict}${answer.provisional ? " (provisional)" : ""}`,
    ...caveats.flatMap(({ code, severity, zh, en }) => [`- ${severity} ${code}: ${en}`, `  ${zh}`]),
  ];
}

const sideLine = (title: string, side: NonNullable<ComparisonAnswer["before"]>, noun: string): string =>
  `${title}: ${side.count} ${noun} from ${side.from} to ${side.to}, ${Math.round(side.households)} households, ` +
  `${side.householdYears.toFixed(0)} household-years; ${side.rate.toFixed(2)} a year per 1,000 households ` +
  `(${limits(side.ci)})`;

const ratioLine = (
  title: string,
  ratio: number | null,
  { ciDecision, pDecision }: Pick<NonNullable<ComparisonAnswer["effect"]>, "ciDecision" | "pDecision">,
): string => {
  if (ciDecision === null || pDecision === null) return `${title}: cannot be computed`;
  const shown = ratio === null ? "without limit" : ratio.toFixed(2);
  return `${title}: ${shown} (${Math.round(ciDecision.level * 100)} % ${limits(ciDecision)}), p ${pDecision.toFixed(3)}`;
};

const limits = ({ lo, hi }: { readonly lo: number; readonly hi: number | null }): string =>
  `${lo.toFixed(2)} to ${hi === null ? "any number" : hi.toFixed(2)}`;

const detectable = (before: number, most: number | null): string =>
  most === null
    ? `From ${before} before, not even none after would be more than chance at equal exposure.`
    : `From ${before} before, at most ${most} after would be more than chance at equal exposure.`;
