import { CliFailure } from "./failure.ts";
import { clean } from "./table.ts";

/** What is wrong with a rule, or with a file of rules. */
export interface ToldFault {
  readonly file: string;
  readonly line: number;
  /** Id of the rule, where it has one. */
  readonly rule?: string | undefined;
  /** Path of the field; empty: the rule or file as a whole. */
  readonly field: string;
  readonly reason: string;
}

/** One line a fault: file:line: rule · field: what is wrong. */
export function faultLines(faults: readonly ToldFault[]): string[] {
  return faults.map(({ file, line, rule, field, reason }) => {
    const where = [rule, field].filter((part) => part !== undefined && part !== "").join(" · ");
    return clean(`${file}:${line}: ${where === "" ? "" : `${where}: `}${reason}`);
  });
}

/** Ends a command that found faults. */
export function failOver(faults: readonly ToldFault[]): void {
  if (faults.length > 0)
    throw new CliFailure(`${faults.length} ${faults.length === 1 ? "fault" : "faults"} found`);
}
