import { type Command, Option } from "commander";
import { DETECTORS } from "../../domain/surveillance.ts";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { examples, list, sessionOf, tableOr, wholeNumber } from "../session.ts";

interface Options {
  readonly estate?: string;
  readonly detector?: readonly string[];
  readonly status?: string;
  readonly limit: number;
}

/** anomalies, clusters. */
export function addAnomalyCommands(program: Command, actions: CliActions, output: CliOutput): void {
  program
    .command("anomalies")
    .description("More or fewer incidents than expected, latest first")
    .option("--estate <id>", "only those of one estate")
    .addOption(new Option("--detector <names...>", "only what these found").choices(DETECTORS))
    .addOption(new Option("--status <status>", "of the incident").choices(["open", "acknowledged", "closed"]))
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 50)
    .addHelpText(
      "after",
      `${examples("anomalies", "anomalies --estate taoxi-3 --status open", "anomalies --detector a2 a4")}
a1 hour of the week, a2 drift of weekly counts, a3 day of a young estate, a4 week against its season,
a5 cluster of estates, a6 near repeats. docs/operate.md says how to read them.
`,
    )
    .action(async ({ estate: estateId, detector, status, limit }: Options, command: Command) => {
      const session = sessionOf(command, actions, output);
      const query = { estateId, detector: detector?.join(","), status };
      const items = await list(session, CALLS.listAnomalies, query, limit);
      session.show(items, () =>
        tableOr(
          items,
          [
            "detector",
            "estateId",
            "severity",
            "subject",
            "type",
            "at",
            "evidence.expected",
            "evidence.observed",
            "evidence.p",
            "evidence.q",
            "status",
          ],
          "Nothing unusual was found.",
        ),
      );
    });

  program
    .command("clusters")
    .description("Estates whose incidents lie closer together than chance would have it, latest first")
    .addOption(new Option("--kind <kind>").choices(["scan", "knox"]))
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 50)
    .addHelpText("after", examples("clusters", "clusters --kind scan"))
    .action(async ({ kind, limit }: { kind?: string; limit: number }, command: Command) => {
      const session = sessionOf(command, actions, output);
      const items = await list(session, CALLS.listClusters, { kind }, limit);
      session.show(items, () =>
        tableOr(
          items,
          ["kind", "category", "at", "until", "estateIds", "expected", "observed", "p", "q"],
          "No cluster was found.",
        ),
      );
    });
}
