import { explainIncident } from "../../src/app/explain-incident.ts";
import type { Explanation } from "../../src/domain/explanation.ts";
import type { JournalEntry } from "../../src/domain/journal.ts";
import type { Scope } from "../../src/ports.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { openPast } from "../../src/store/past.ts";
import { estate } from "../contracts/store/samples.ts";
import { NOON, openStage, said, type Stage } from "../hub/react-stage.ts";
import { rulesFrom, ruleText } from "../rules/build.ts";
import { temporaryStores } from "../store/temporary.ts";

const temporary = temporaryStores();

/** A hub that had these rules in force and heard this, up to `quiet` seconds after the last of it. */
export async function lived(
  from: string | readonly Rule[],
  heard: readonly JournalEntry[],
  quiet = 0,
): Promise<Hub> {
  const path = temporary.path();
  const rules = typeof from === "string" ? rulesFrom(from) : from;
  const stage = await openStage({ path, rules });
  await stage.store.putEstate(estate("e2"));
  await stage.store.putRulesInForce(versionsOf(rules));
  for (const entry of heard) {
    stage.append(entry);
    await stage.settle();
  }
  stage.clock.at += (quiet + 2) * 1_000;
  await stage.settle();
  return { path, stage, rules };
}

export interface Hub {
  readonly path: string;
  readonly stage: Stage;
  readonly rules: readonly Rule[];
}

export function versionsOf(rules: readonly Rule[], firstAt = NOON - 1) {
  return rules.map(({ id, version, file, definition }) => ({
    id,
    version,
    file,
    definition,
    firstAt,
  }));
}

export async function explained({ path, stage }: Hub, { index = 0, scope = undefined as Scope } = {}) {
  const { items } = await stage.store.incidents({ scope: undefined, limit: 10 });
  const id = items.toReversed()[index]?.id ?? "";
  const past = openPast(path, "UTC");
  try {
    return explainIncident(past, id, scope);
  } finally {
    past.close();
    stage.store.close();
  }
}

/** Each step in short: seconds after noon, kind or role, what the history says of it. */
export function told({ steps }: Explanation): string[] {
  return steps.map(({ at, kind, role, made }) =>
    [`${(at - NOON) / 1_000}s`, role ?? kind, ...made].join(" "),
  );
}

export function english({ steps }: Explanation): string[] {
  return steps.map(({ text }) => text.en);
}

/** Three refusals within two minutes. */
export const REFUSED = ruleText({
  incident: "access.denied_repeat",
  when: "{ counts: { of: \"event.code == 'access.denied'\", atLeast: 3, within: 2m } }",
  key: "[estate, device]",
});
/** A refusal at a door. */
export const refused = (seconds: number, device = "door") => said(seconds, device, "access.denied", "pulse");
