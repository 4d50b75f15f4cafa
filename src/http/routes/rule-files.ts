import { z } from "zod";
import { ZhianError } from "../../errors.ts";
import type { RuleTrials } from "../../ports.ts";

const MOST_FILES = 100;
const LONGEST_FILE = 512 * 1024;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,99}\.ya?ml$/u;

const text = z.string().max(LONGEST_FILE, `must not be longer than ${LONGEST_FILE} characters`);

/** The texts of rule files, by file name. */
export const ruleFiles = z
  .record(z.string().regex(NAME, "must be the name of a .yaml file"), text)
  .refine((files) => Object.keys(files).length > 0, "must hold a file")
  .refine((files) => Object.keys(files).length <= MOST_FILES, `must not be more than ${MOST_FILES} files`)
  .meta({ description: "Texts of rule files, YAML, by file name" });

/** The same, or the text of a single file. */
export const ruleTexts = z
  .union([text, ruleFiles])
  .meta({ description: "The text of a rule file, YAML, or such texts by file name" });

/** The texts by file name. */
export function byFileName(
  texts: z.output<typeof ruleTexts> | undefined,
): Readonly<Record<string, string>> | undefined {
  return typeof texts === "string" ? { "proposed.yaml": texts } : texts;
}

/** Lets rules pass of which every one is sound; throws ZhianError VALIDATION with each fault otherwise. */
export async function refuseFaulty(
  trials: Pick<RuleTrials, "check">,
  field: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const { rules, faults } = await trials.check(files);
  if (faults.length > 0) {
    throw new ZhianError("VALIDATION", "the rules have faults", {
      faults: faults.map(({ file, line, rule, field: at, reason }) => ({
        field: [`${field}.${file}:${line}`, rule, at].filter((part) => part).join(" · "),
        reason,
      })),
    });
  }
  if (rules.length === 0) {
    throw new ZhianError("VALIDATION", "there is no rule to try", {
      faults: [{ field, reason: "holds no rule" }],
    });
  }
}
