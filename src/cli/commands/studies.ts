import { type Command, InvalidArgumentError } from "commander";
import type { StudySize } from "../../domain/study.ts";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { examples, optionsOf, printer, wholeNumber } from "../session.ts";
import { table } from "../table.ts";

interface PlanOptions {
  readonly households: number;
  readonly rate: number;
  readonly reduction: number;
  readonly phi: number;
  readonly power: number;
}

/** claim-check, plan: what a percentage leaves open, and what can be seen at all. They need no hub. */
export function addStudyCommands(program: Command, actions: CliActions, output: CliOutput): void {
  program
    .command("claim-check")
    .description("Which counts a printed decrease may come from, and what they would prove")
    .argument("<percent>", "as it was printed, for example -61.11 or 61.11 %", printedPercent)
    .option("--max-before <count>", "greatest count before thought possible", wholeNumber(1, 10_000), 300)
    .addHelpText("after", examples("claim-check -61.11", "claim-check 26 --max-before 60"))
    .action(async (printed: Printed, { maxBefore }: { maxBefore: number }, command: Command) => {
      const check = await actions.claimCheck({ ...printed, maxBefore });
      printer(optionsOf<GlobalOptions>(command), output)(check, () => [
        `${check.pairCount} pairs of counts with at most ${maxBefore} before would be printed so${check.pairCount === 0 ? "." : "; the smallest:"}`,
        ...(check.pairCount === 0
          ? []
          : table(
              check.smallestPairs.map(({ before, after, pCentral, ci }) => ({
                before,
                after,
                p: pCentral.toPrecision(2),
                "rate ratio": `${ci.lo.toFixed(3)} to ${ci.hi?.toFixed(3) ?? "no limit"}`,
              })),
              ["before", "after", "p", "rate ratio"],
            )),
        "p and the 95 % interval hold at equal exposure, without a control, and if the cases did not come in bursts.",
      ]);
    });

  program
    .command("plan")
    .description("How many months, or how many estates, until a reduction can be seen")
    .requiredOption("--households <number>", "of one estate", wholeNumber(1, 1_000_000))
    .requiredOption("--rate <rate>", "cases per 1,000 household-years before", numberIn(0.001, 10_000))
    .option("--reduction <percent>", "the true reduction that shall be seen", numberIn(1, 99), 30)
    .option(
      "--phi <phi>",
      "variance by mean of the counts; above 1 when cases come in bursts",
      numberIn(1, 20),
      1,
    )
    .option("--power <share>", "the chance to see it", numberIn(0.5, 0.99), 0.8)
    .addHelpText(
      "after",
      examples("plan --households 1200 --rate 15", "plan --households 1200 --rate 15 --phi 1.8"),
    )
    .action(async ({ reduction, ...asked }: PlanOptions, command: Command) => {
      const { households, rate, phi, power } = asked;
      const plan = await actions.planStudy({ households, rate, phi, power, reductionPercent: reduction });
      printer(optionsOf<GlobalOptions>(command), output)(plan, () => [
        `A true reduction of ${reduction} % is seen with a chance of ${percent(power)}`,
        plan.oneEstate
          ? `- at one estate, after ${plan.oneEstate.months} months before and as many after: ${told(plan.oneEstate)}`
          : "- at one estate: not within ten years on either side.",
        plan.oneYear
          ? `- with twelve months before and after, at ${plan.oneYear.estates} such estates: ${told(plan.oneYear)}`
          : "- with twelve months before and after: not even at 10,000 such estates.",
        `One estate and twelve months: ${told(plan.usual)}`,
      ]);
    });
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const told = ({ expectedBefore, expectedAfter, power }: StudySize): string =>
  `about ${expectedBefore.toFixed(0)} cases before and ${expectedAfter.toFixed(0)} after, chance ${percent(power)}.`;

interface Printed {
  readonly percentDecrease: number;
  readonly decimals: number;
}

/** Reads `-61.11 %`: a decrease, with or without its sign. */
function printedPercent(text: string): Printed {
  const match = /^[-−]?(\d{1,3}(?:\.(\d{1,6}))?)\s*%?$/u.exec(text.trim());
  if (!match) throw new InvalidArgumentError("It must be a decrease in percent, such as -61.11.");
  return { percentDecrease: Number(match[1]), decimals: match[2]?.length ?? 0 };
}

function numberIn(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(?:\.\d+)?$/u.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}
