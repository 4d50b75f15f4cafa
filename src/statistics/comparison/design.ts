import type { ComparisonInput } from "../../domain/comparison-input.ts";
import type { ComparisonDesign } from "../../domain/comparison.ts";

/** That treated and control moved alike before is doubtful below this p. */
const PARALLEL = 0.05;
/** Units on each side from which several of them say more than one. */
const SEVERAL = 5;

/** What an evaluation should tell beside the size of the effect (EMMIE: Johnson et al. 2015). */
const MECHANISM_NOTE = {
  zh: "本结果只说明数量是否变化、变化多少，不说明原因。请另外核实：系统通过什么起作用（威慑、及时处置、减少机会）；哪些类型和时段下降；设备是否一直在线；花费多少。",
  en: "The figures say whether and by how much counts changed, not why. Look elsewhere for how it works (deterrence, quicker response, fewer opportunities), which kinds and hours fell, whether the devices were up, and what it cost.",
} as const;

/** The strength of the design on the Maryland scale, with what it rests on. Source: Sherman et al. 1998. */
export const designOf = (
  input: ComparisonInput,
  adoption: ComparisonDesign["adoption"],
  parallelP: number | null,
): ComparisonDesign => ({
  smsLevel: levelOf(input, parallelP),
  selectionReason: input.selectionReason,
  nTreated: input.treated.length,
  nControl: input.control.length,
  adoption,
  mechanismNote: MECHANISM_NOTE,
});

const levelOf = (
  { treated, control, selectionReason }: ComparisonInput,
  parallelP: number | null,
): ComparisonDesign["smsLevel"] => {
  if (control.length === 0) return 2;
  if (Math.min(treated.length, control.length) < SEVERAL) return 3;
  if (selectionReason === "by_lot") return 5;
  return parallelP !== null && parallelP >= PARALLEL ? 4 : 3;
};
