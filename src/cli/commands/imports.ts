import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { type Command, Option } from "commander";
import type { z } from "zod";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { ApiProblem } from "../api-problem.ts";
import { CALLS, type importAnswer } from "../calls.ts";
import { CliFailure, CliUsage } from "../failure.ts";
import { reportLines } from "../import-report.ts";
import { clean } from "../table.ts";
import { examples, optionsOf, printer, sessionOf } from "../session.ts";

interface ImportOptions {
  readonly encoding?: string;
  readonly simulated?: boolean;
  readonly skipRefused?: boolean;
  readonly dryRun?: boolean;
}

interface CaseOptions extends ImportOptions {
  readonly unit?: string;
  readonly estate?: string;
  readonly source?: string;
  readonly mapping?: string;
}

const MOST_BYTES = 64 << 20;

/** import cases, import registry. */
export function addImportCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const group = program.command("import").description("Read files into the hub: all of a file or nothing");

  withCommonOptions(group.command("cases"))
    .description("Recorded police calls or cases, CSV with a header line")
    .argument("<file>")
    .addOption(
      new Option("--unit <unit>", "what the rows are, where no column says it").choices(["call", "case"]),
    )
    .option("--mapping <file>", "YAML: what the file's types mean; see docs/case-types.example.yaml")
    .option("--estate <id>", "estate of all rows, where no column says it")
    .option("--source <name>", "source system of all rows, where no column says it")
    .addHelpText(
      "after",
      examples(
        "import cases cases-2024.csv --unit case --dry-run",
        "import cases calls.csv --unit call --estate taoxi-3 --mapping case-types.yaml",
      ),
    )
    .action(async (file: string, options: CaseOptions, command: Command) => {
      const { client } = sessionOf(command, actions, output);
      const bytes = await read(file);
      const query = {
        ...common(options),
        unit: options.unit,
        estateId: options.estate,
        source: options.source,
      };
      const input =
        options.mapping === undefined
          ? { query, file: { bytes, type: "text/csv" } }
          : {
              query: { ...query, encoding: undefined },
              body: {
                csv: textOf(bytes, options.encoding, file),
                mapping: textOf(await read(options.mapping), "utf-8", options.mapping),
              },
            };
      await report(client.call(CALLS.importCases, input), options, command, output);
    });

  withCommonOptions(group.command("registry"))
    .description("Estates, places, gateways and devices: YAML with a section for each, or CSV with one kind")
    .argument("<file>", "ends in .yaml, .yml or .csv")
    .addOption(
      new Option("--kind <kind>", "what the rows of a CSV file are").choices([
        "estate",
        "place",
        "gateway",
        "device",
      ]),
    )
    .addHelpText(
      "after",
      examples("import registry estates.csv --kind estate", "import registry sub-district.yaml --dry-run"),
    )
    .action(async (file: string, options: ImportOptions & { kind?: string }, command: Command) => {
      const yaml = [".yaml", ".yml"].includes(extname(file).toLowerCase());
      if (!yaml && options.kind === undefined) {
        throw new CliUsage("A CSV file needs --kind estate, place, gateway or device.");
      }
      const { client } = sessionOf(command, actions, output);
      const format = yaml ? "yaml" : "csv";
      const query = { ...common(options), format, kind: yaml ? undefined : options.kind };
      const type = yaml ? "application/yaml" : "text/csv";
      const call = client.call(CALLS.importRegistry, { query, file: { bytes: await read(file), type } });
      await report(call, options, command, output);
    });
}

function withCommonOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--encoding <name>", "found out from the bytes when absent").choices(["utf-8", "gb18030"]),
    )
    .option("--skip-refused", "store the good rows although others are refused")
    .option("--dry-run", "read and check, store nothing")
    .option("--simulated", "mark every record as simulated");
}

function common({ encoding, simulated, skipRefused, dryRun }: ImportOptions) {
  return { encoding, simulated, skipRefused, dryRun };
}

async function report(
  call: Promise<z.output<typeof importAnswer>>,
  { dryRun = false, skipRefused = false }: ImportOptions,
  command: Command,
  output: CliOutput,
): Promise<void> {
  const show = printer(optionsOf<GlobalOptions>(command), output);
  let outcome: z.output<typeof importAnswer>;
  try {
    outcome = await call;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.report === undefined) throw error;
    // The problem lists the refused rows as its faults: `line 7, 发生时间`.
    const refused = error.faults.map(({ field, reason }) => {
      const [, line = "0", name = field] = /^line (\d+), (.*)$/s.exec(field) ?? [];
      return { line: Number(line), field: name, reason };
    });
    outcome = { ...error.report, refused };
  }
  show(outcome, () => reportLines(outcome, dryRun));
  if (outcome.refused.length > 0 && !(skipRefused && outcome.stored)) {
    throw new CliFailure(
      dryRun ? "the file has faults" : "nothing was stored; correct the file, or use --skip-refused",
    );
  }
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    if (size === 0) throw new Error("it is empty");
    return await readFile(file);
  } catch (error) {
    throw new CliFailure(`${clean(file)} cannot be read: ${(error as Error).message}`);
  }
}

/** The text of a file, for a request that carries two; the hub reads the encoding of single files itself. */
function textOf(bytes: Uint8Array, encoding: string | undefined, file: string): string {
  for (const name of encoding === undefined ? ["utf-8", "gb18030"] : [encoding]) {
    try {
      return new TextDecoder(name, { fatal: true }).decode(bytes);
    } catch {
      // Not this one.
    }
  }
  throw new CliFailure(`${clean(file)} is not ${encoding ?? "UTF-8 or GB18030"}`);
}
