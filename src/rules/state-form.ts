import type { Rule, Subject } from "./rule.ts";

/**
 * What the states of a rule are made of: the key under which events find them, and the kind of memory in
 * them. A state of another form would never hear of its end, or would compare what is not alike.
 */
export function stateForm(
  { incident, subject, parts }: Pick<Rule, "incident" | "subject" | "parts">,
  operator: string,
): string {
  const heard = parts
    // Whether an episode can also be cleared makes no difference to what is remembered.
    .filter(({ role }) => role !== "until")
    .map(({ role, value }) => (value ? `${role}=${value.text}` : role));
  return [incident, keyOf(subject), operator, ...heard].join("|");
}

function keyOf(subject: Subject): string {
  if (typeof subject !== "object") return subject;
  return `${subject.everywhere ? "everywhere" : "estate"} ${subject.value.text}`;
}
