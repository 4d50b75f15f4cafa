import { type Command, Option } from "commander";
import { CLOSE_REASONS } from "../../domain/incident.ts";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { fields, table } from "../table.ts";
import { examples, list, sessionOf, tableOr, wholeNumber } from "../session.ts";

/** incidents list, show, ack, close. */
export function addIncidentCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const incidents = program.command("incidents").description("Incidents: what the rules found");

  incidents
    .command("list")
    .description("Incidents, newest first")
    .option("--estate <id>", "only those of one estate")
    .addOption(new Option("--status <status>").choices(["open", "acknowledged", "closed"]))
    .addOption(new Option("--severity <severity>").choices(["P1", "P2", "P3", "P4", "P5"]))
    .option("--type <code>", "only one type, for example intrusion.burglary")
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 50)
    .addHelpText(
      "after",
      examples("incidents list --status open", "incidents list --estate taoxi-3 --severity P1"),
    )
    .action(
      async (
        {
          estate: estateId,
          limit,
          ...filters
        }: { estate?: string; status?: string; severity?: string; type?: string; limit: number },
        command: Command,
      ) => {
        const session = sessionOf(command, actions, output);
        const items = await list(session, CALLS.listIncidents, { estateId, ...filters }, limit);
        session.show(items, () =>
          tableOr(
            items,
            [
              "id",
              "severity",
              "status",
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
    .command("close")
    .description("Close it; a reason is mandatory")
    .argument("<id>")
    .addOption(new Option("--reason <reason>").choices(CLOSE_REASONS).makeOptionMandatory())
    .option("--note <text>", "stays in the history")
    .addHelpText("after", examples("incidents close 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4 --reason false_alarm"))
    .action(async (incidentId: string, body: { reason: string; note?: string }, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.closeIncident, { params: { incidentId }, body });
      show(answer, () => [`${incidentId} is closed: ${body.reason}.`]);
    });
}
