import { expect, test } from "vitest";
import { rulesFrom, ruleText } from "./build.ts";

const DENIED = "event.code == 'access.denied'";
const counts = (more: string): string => `{ counts: { of: ${DENIED}, atLeast: 3, within: 2m${more} } }`;
const formOf = (lines: Readonly<Record<string, string>> = {}): string | undefined =>
  rulesFrom(ruleText({ when: counts(", distinct: event.attributes.cardHash"), ...lines }))[0]?.stateForm;

test.each([
  ["its texts", { title: "{ zh: 乙, en: B }", severity: "P4" }],
  ["a number", { when: counts(", distinct: event.attributes.cardHash").replace("3", "5") }],
  ["how its condition is laid out", { when: counts(", distinct: (event.attributes.cardHash)") }],
  ["how it clears", { clears: "{ when: event.code == 'access.granted', after: 2h }" }],
])("a rule whose %s changed goes on", (_what, lines) => {
  expect(formOf()).toBeDefined();
  expect(formOf(lines)).toBe(formOf());
});

test.each([
  ["incident", { incident: "access.denied_repeat" }],
  ["key", { key: "[estate, device]" }],
  ["value of the key", { key: "[estate, { value: event.attributes.cardHash }]" }],
  ["operator", { when: `{ occurs: ${DENIED} }` }],
  ["counted value", { when: counts(", distinct: event.device") }],
  ["count, of events now,", { when: counts("") }],
])("a rule whose %s changed begins anew", (_what, lines) => {
  expect(formOf(lines)).toBeDefined();
  expect(formOf(lines)).not.toBe(formOf());
});
