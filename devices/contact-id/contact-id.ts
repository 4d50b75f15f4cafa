import { CONTACT_ID } from "./events.ts";

/** 1: new event or opening · 3: restore or closing · 6: still present, told before. */
export type ContactIdQualifier = 1 | 3 | 6;

/** What a Contact ID report says. `level`: the panel repeats what it has told before. */
export interface ContactIdReport {
  readonly code: string;
  readonly phase: "raise" | "clear" | "pulse";
  readonly report: "edge" | "level";
}

/**
 * What a qualifier and a 3-digit event code mean; undefined for what has no code here. The restore of a
 * moment is nothing, and so is a moment or an arming that is "still present".
 */
export function contactIdReport(qualifier: number, event: string): ContactIdReport | undefined {
  const meaning = Object.hasOwn(CONTACT_ID, event) ? CONTACT_ID[event] : undefined;
  if (meaning === undefined) return undefined;
  switch (qualifier) {
    case 1:
      return { code: meaning.code, phase: meaning.onNew, report: "edge" };
    case 3:
      return (
        meaning.onRestore && {
          code: meaning.restoreCode ?? meaning.code,
          phase: meaning.onRestore,
          report: "edge",
        }
      );
    case 6:
      return meaning.onNew === "raise" ? { code: meaning.code, phase: "raise", report: "level" } : undefined;
    default:
      return undefined;
  }
}

/** Tables over qualifier and event written as four digits (`3401`), for the rules of a profile. */
export interface ContactIdTables {
  readonly codes: Readonly<Record<string, string>>;
  readonly phases: Readonly<Record<string, ContactIdReport["phase"]>>;
  /** The event without its qualifier: beginning and end of a condition have it in common. */
  readonly events: Readonly<Record<string, string>>;
}

/** The four-digit tables of all events that mean something with one of these qualifiers. */
export function contactIdTables(...qualifiers: readonly ContactIdQualifier[]): ContactIdTables {
  const rows = qualifiers.flatMap((qualifier) =>
    Object.keys(CONTACT_ID).flatMap((event) => {
      const report = contactIdReport(qualifier, event);
      return report ? [{ digits: `${qualifier}${event}`, event, ...report }] : [];
    }),
  );
  return {
    codes: Object.fromEntries(rows.map(({ digits, code }) => [digits, code])),
    phases: Object.fromEntries(rows.map(({ digits, phase }) => [digits, phase])),
    events: Object.fromEntries(rows.map(({ digits, event }) => [digits, event])),
  };
}
