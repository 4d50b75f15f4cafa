import { type Command, Option } from "commander";
import { CLOSE_REASONS } from "../../domain/incident.ts";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { fields, table } from "../table.ts";
import { examples, list, sessionOf, tableOr, wholeNumber } from "../session.ts";

/** incidents list, show, ack, verify, close. */
export function addIncidentCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const incidents = program.command("incidents").description("Incidents: what the rules found");

  incidents
    .command("list")
    .description("Incidents, newest first")
    .option("--estate <id>", "only those of one estate")
    .addOption(new Option("--status <status>").choices(["open", "acknowledged", "closed"]))
    .addOption(new Option("--severity <severity>").choices(["P1", "P2", "P3", "P4", "P5"]))
    .option("--type <code>", "only one type, for example intrusion.burglary")
    .addOption(
      new Option("--min-verification <level>", "only those as sure as this, or surer").choices([
        "1",
        "2",
        "3",
        "4",
      ]),
    )
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 50)
    .addHelpText(
      "after",
      examples("incidents list --status open", "incidents list --estate taoxi-3 --severity P1"),
    )
    .action(
      async (
        {
          estate: estateId,
          status,
          severity,
          type,
          minVerification,
          limit,
        }: {
          estate?: string;
          status?: string;
          severity?: string;
          type?: string;
          minVerification?: string;
          limit: number;
        },
        command: Command,
      ) => {
        const session = sessionOf(command, actions, output);
        const query = { estateId, status, severity, type, minVerification };
        const items = await list(session, CALLS.listIncidents, query, limit);
        session.show(items, () =>
          tableOr(
            items,
            [
              "id",
              "severity",
              "status",
              "verification",
              "type",
              "estateId",
              "placeId",
              "openedAt",
              "eventCount",
              "simulated",
            ],
            "There are no such incidents.",
          ),
        );
      },
    );

  incidents
    .command("show")
    .description("One incident with its history")
    .argument("<id>")
    .addHelpText("after", examples("incidents show 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4"))
    .action(async (incidentId: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.showIncident, { params: { incidentId } });
      show(answer, () => [
        ...fields(answer.incident),
        "",
        ...table(answer.history, ["at", "kind", "by", "note", "eventId"]),
      ]);
    });

  incidents
    .command("ack")
    .description("Say that somebody looks after it")
    .argument("<id>")
    .option("--note <text>", "stays in the history")
    .addHelpText("after", examples('incidents ack 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4 --note "on my way"'))
    .action(async (incidentId: string, { note }: { note?: string }, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const body = note === undefined ? {} : { note };
      const answer = await client.call(CALLS.acknowledgeIncident, { params: { incidentId }, body });
      show(answer, () => [`${incidentId} is acknowledged.`]);
    });

  incidents
    .command("verify")
    .description("Say that a person saw it, on video or on site")
    .argument("<id>")
    .addOption(
      new Option("--level <level>", "3: a person saw it; 4: a person saw that somebody is in danger")
        .choices(["3", "4"])
        .makeOptionMandatory(),
    )
    .option("--note <text>", "stays in the history")
    .addHelpText("after", examples("incidents verify 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4 --level 3"))
    .action(
      async (incidentId: string, { level, note }: { level: string; note?: string }, command: Command) => {
        const { client, show } = sessionOf(command, actions, output);
        const body = { verification: Number(level), note };
        const answer = await client.call(CALLS.verifyIncident, { params: { incidentId }, body });
        show(answer, () => [`${incidentId} is verified at level ${level}.`]);
      },
    );

  incidents
    .command("close")
    .description("Close it; a reason is mandatory")
    .argument("<id>")
    .addOption(new Option("--reason <reason>").choices(CLOSE_REASONS).makeOptionMandatory())
    .option("--note <text>", "stays in the history")
    .addHelpText("after", examples("incidents close 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4 --reason false_alarm"))
    .action(async (incidentId: string, { reason, note }: CloseOptions, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const body = { reason, note };
      const answer = await client.call(CALLS.closeIncident, { params: { incidentId }, body });
      show(answer, () => [`${incidentId} is closed: ${reason}.`]);
    });
}

interface CloseOptions {
  readonly reason: string;
  readonly note?: string;
}
