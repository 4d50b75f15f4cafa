import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { CliFailure, CliUsage } from "../failure.ts";
import { examples, list, type Session, sessionOf, tableOr, wholeNumber } from "../session.ts";

/** dead-letters list, replay. */
export function addDeadLetterCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const letters = program.command("dead-letters").description("Messages that could not be decoded");

  letters
    .command("list")
    .description("Dead letters with the reason, newest first")
    .option("--estate <id>", "only those of one estate")
    .option("--pending", "only those not replayed yet")
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 50)
    .addHelpText("after", examples("dead-letters list --pending"))
    .action(
      async (
        { estate: estateId, pending, limit }: { estate?: string; pending?: boolean; limit: number },
        command: Command,
      ) => {
        const session = sessionOf(command, actions, output);
        const query = { estateId, ...(pending === true && { pendingOnly: true }) };
        const items = await list(session, CALLS.listDeadLetters, query, limit);
        session.show(items, () =>
          tableOr(
            items,
            ["id", "receivedAt", "estateId", "gatewayId", "path", "reason", "count", "replayOutcome"],
            "There are no dead letters.",
          ),
        );
      },
    );

  letters
    .command("replay")
    .description("Decode them again, after the profile was put right")
    .argument("[id]", "one letter")
    .option("--all", "every letter that was not replayed yet")
    .option("--estate <id>", "with --all: only those of one estate")
    .addHelpText(
      "after",
      examples(
        "dead-letters replay 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4",
        "dead-letters replay --all --estate taoxi-3",
      ),
    )
    .action(
      async (
        id: string | undefined,
        { all, estate }: { all?: boolean; estate?: string },
        command: Command,
      ) => {
        if ((id === undefined) === (all !== true)) {
          throw new CliUsage("Name one dead letter, or say --all.");
        }
        const session = sessionOf(command, actions, output);
        await (id === undefined ? replayAll(session, estate) : replayOne(session, id));
      },
    );
}

async function replayOne({ client, show }: Session, deadLetterId: string): Promise<void> {
  const answer = await client.call(CALLS.replayDeadLetter, { params: { deadLetterId } });
  const { outcome, events, reason } = answer;
  show(answer, () => [`${deadLetterId}: ${outcome}${reason ? ` (${reason})` : ""}, ${events} events.`]);
  if (outcome === "dead") throw new CliFailure("it still cannot be decoded");
}

async function replayAll({ client, show }: Session, estateId: string | undefined): Promise<void> {
  const total = { replayed: 0, events: 0, stillDead: 0, failed: [] as { id: string; reason: string }[] };
  let after: string | undefined;
  do {
    const page = await client.call(CALLS.replayDeadLetters, { query: { estateId, limit: 100, after } });
    total.replayed += page.replayed;
    total.events += page.events;
    total.stillDead += page.outcomes["dead"] ?? 0;
    total.failed.push(...page.failed);
    after = page.next;
  } while (after !== undefined);
  show(total, () => [
    `${total.replayed} replayed, ${total.events} events, ${total.stillDead} still cannot be decoded, ${total.failed.length} failed.`,
  ]);
  if (total.stillDead + total.failed.length > 0) throw new CliFailure("not all could be decoded");
}
