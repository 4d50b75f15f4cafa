import type { z } from "zod";
import type { FieldFault } from "../errors.ts";
import { keysAt } from "./fields.ts";
import { suggest } from "./suggestion.ts";

/** Fields whose value is never shown, even where only a file's name is expected; nor is an address with a user in it. */
const SECRET = /(?:^|\.)(?:key|secret|password|passwordFile|keyFile|token)$/i;
const LONGEST_VALUE = 60;

/** Turns one issue of the schema into faults that name the path, the value and the reason. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown): readonly FieldFault[] {
  const path = issue.path.map(String).join(".");
  if (issue.code !== "unrecognized_keys") {
    return [{ field: path, reason: reasonOf(issue, value) + shown(path, value) }];
  }
  const known = keysAt(issue.path);
  return issue.keys.map((key) => {
    const near = suggest(key, known);
    return {
      field: path === "" ? key : `${path}.${key}`,
      reason: `is not a known name; ${near ? `did you mean ${near}?` : `known are ${known.join(", ")}`}`,
    };
  });
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return "is missing";
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_small") {
    return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
  }
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  return issue.message;
}

const KINDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a whole number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "a section with names and values",
};

function shown(path: string, value: unknown): string {
  if (value === undefined || value === "" || typeof value === "object") return "";
  const text = JSON.stringify(value) ?? "";
  if (SECRET.test(path) || (path.endsWith(".url") && text.includes("@"))) return " (the value is not shown)";
  return ` (it is ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text})`;
}
