import { stringify } from "yaml";
import type { z } from "zod";
import type { CALLS } from "./calls.ts";
import { clean } from "./table.ts";

type Answer = z.output<typeof CALLS.explainIncident.answer>;

const BASES = {
  replayed: "Trying the rules again on the stored events gives this incident's history.",
  partly: "Trying the rules again on the stored events gives a part of this incident's history only.",
  history: "Trying the rules again gives nothing of it: what follows is only what its history has.",
} as const;

/** An explanation as lines for people, with times of the estate. */
export function explanationLines({ incident, zone, rules, basis, steps, gaps }: Answer): readonly string[] {
  return [
    `${incident.id}  ${incident.severity}  ${incident.type}  ${incident.status}  estate ${incident.estateId}`,
    `times in ${zone}`,
    ...rules.flatMap(({ id, version, definition }) => [
      "",
      `rule ${id}, version ${version}:`,
      ...stringify(definition)
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    ]),
    "",
    ...steps.flatMap(({ at, condition, text }) => [
      `${localTime(at, zone)}  ${text.en}`,
      ...(condition === undefined ? [] : [`${" ".repeat(21)}condition: ${condition}`]),
    ]),
    "",
    BASES[basis],
    ...gaps.map(({ en }) => `note: ${en}`),
  ].map(clean);
}

function localTime(at: string, zone: string): string {
  // Swedish writes 2026-03-02 22:01:05.
  return new Date(at).toLocaleString("sv-SE", { timeZone: zone });
}
