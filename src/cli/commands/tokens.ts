import { type Command, Option } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { examples, list, sessionOf, tableOr } from "../session.ts";

/** token add, list, revoke. */
export function addTokenCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const token = program.command("token").description("API tokens: who may ask and act");

  token
    .command("add")
    .description("Create a token; prints its secret, once")
    .argument("<name>", "the person or program that will use it; stands in every incident's history")
    .addOption(
      new Option(
        "--role <role>",
        "admin: everything · officer: acts in its estates · viewer: reads · public: rates without small counts",
      )
        .choices(["admin", "officer", "viewer"])
        .makeOptionMandatory(),
    )
    .option("--estate <id...>", "estates it is limited to; an officer needs at least one")
    .addHelpText(
      "after",
      examples(
        'token add "片警 王" --role officer --estate taoxi-3 taoxi-4',
        "token add wallboard --role viewer",
      ),
    )
    .action(async (name: string, options: { role: string; estate?: string[] }, command: Command) => {
      const { client, show, remark } = sessionOf(command, actions, output);
      const body = { name, role: options.role, estateIds: options.estate ?? [] };
      const answer = await client.call(CALLS.createToken, { body });
      show(answer, () => [answer.secret]);
      remark("The token is not shown again.");
    });

  token
    .command("list")
    .description("Tokens, without their secrets")
    .addHelpText("after", examples("token list"))
    .action(async (_options, command: Command) => {
      const session = sessionOf(command, actions, output);
      const items = await list(session, CALLS.listTokens, {}, Infinity);
      session.show(items, () =>
        tableOr(items, ["id", "name", "role", "estateIds", "createdAt", "revokedAt"], "There are no tokens."),
      );
    });

  token
    .command("revoke")
    .description("Revoke a token at once")
    .argument("<id>", "from `zhian token list`")
    .addHelpText("after", examples("token revoke 5f0c5f0e-8d0c-4d7e-9f7e-0d6d1f1c2b3a"))
    .action(async (tokenId: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      await client.call(CALLS.revokeToken, { params: { tokenId } });
      show({ revoked: tokenId }, () => [`${tokenId} is revoked.`]);
    });
}
