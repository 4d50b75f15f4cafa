import { expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";

const compiler = createConditionCompiler();
const CODE = "event.code == 'access.denied'";
const MATCHES =
  "matches may take for ever on some texts; use contains, startsWith, endsWith or compare with a list.";
const NESTED =
  "A loop within a loop (all, exists, exists_one, map, filter, bind) may take for ever; one is allowed.";

function refusalOf(text: string): string | undefined {
  const compiled = compiler.compile(`${CODE} && ${text}`);
  return "refused" in compiled ? compiled.refused : undefined;
}

// V8 needs twenty seconds for this pattern and a text of 28 letters: nothing would be judged meanwhile.
test.each([
  "event.attributes.note.matches('(a+)+$')",
  "!event.attributes.note.matches(event.attributes.pattern)",
  "['a'].exists(text, text.matches('a'))",
  "(event.attributes.note.matches('a') ? true : false)",
])("a regular expression is refused: %s", (text) => {
  expect(refusalOf(text)).toBe(MATCHES);
});

test.each([
  "[1, 2].all(x, [3, 4].exists(y, x == y))",
  "[1, 2].map(x, [3, 4].filter(y, y > x)).size() > 1",
  "[1, 2].map(x, x > 1, [x].map(y, y)).size() > 1",
  "cel.bind(a, event.attributes.note + event.attributes.note, cel.bind(b, a + a, b == 'x'))",
  "cel.bind(a, cel.bind(b, event.point + event.point, b + b), a == 'x')",
  "event.flags.exists_one(flag, {'a': [1].map(x, x)}.size() > 1)",
])("a loop within a loop is refused: %s", (text) => {
  expect(refusalOf(text)).toBe(NESTED);
});

test.each([
  "event.flags.exists(flag, flag.startsWith('re'))",
  "event.flags.filter(flag, flag != 'late').map(flag, flag.size()).size() > 1",
  "event.flags.all(flag, flag != 'late') && ['a', 'b'].exists(text, text == event.point)",
  "has(event.attributes.note) && event.attributes.note.contains('matches')",
  "event.point == 'x.matches(y)'",
])("what takes no longer than it is long is allowed: %s", (text) => {
  expect(refusalOf(text)).toBeUndefined();
});

test("a value is held to the same", () => {
  expect(compiler.compileValue("event.point.matches('a')")).toEqual({ refused: MATCHES });
  expect(compiler.compileValue("[1].map(x, [2].map(y, y)).size()")).toEqual({ refused: NESTED });
  expect(compiler.compileValue("event.attributes.cardHash")).not.toHaveProperty("refused");
});
