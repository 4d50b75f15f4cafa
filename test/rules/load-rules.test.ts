import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { compileFiles, loadRules } from "../../src/rules/load-rules.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { describeFault } from "../../src/rules/rule.ts";
import { ruleText } from "./build.ts";
import { OPERATORS } from "../../src/rules/operators.ts";

const OPERATOR_NAMES = OPERATORS.map(({ name }) => name).join(", ");

const compiler = createConditionCompiler();
const read = (text: string) => readRules("test.yaml", text, compiler);
const faultsOf = (lines: Readonly<Record<string, string>>): string[] =>
  read(ruleText(lines)).faults.map(describeFault);
const ids = (text: string): string[] => read(text).rules.map(({ id }) => id);
const good = (id: string): string => ruleText({ id });

describe("a fault names file, line, rule, field and a sentence", () => {
  test.each<[string, Record<string, string>, string]>([
    ["unknown field", { colour: "red" }, "test.yaml:8: a-rule · colour: There is no such field."],
    ["missing text", { title: "{ zh: 甲 }" }, "test.yaml:2: a-rule · title.en: It is missing."],
    [
      "unknown severity",
      { severity: "P9" },
      "test.yaml:4: a-rule · severity: It must be one of P1, P2, P3, P4, P5.",
    ],
    [
      "unknown incident code",
      { incident: "fire.smok" },
      "test.yaml:3: a-rule · incident: 'fire.smok' is not a code of the taxonomy.",
    ],
    [
      "no time-out",
      { clears: "{ when: event.code == 'fire.smoke' }" },
      "test.yaml:6: a-rule · clears.after: It is missing.",
    ],
    [
      "a duration without unit",
      { clears: "{ after: 60 }" },
      "test.yaml:6: a-rule · clears.after: It is not a duration such as 90s, 5m, 12h or 2d.",
    ],
    [
      "a duration of nothing",
      { clears: "{ after: 0s }" },
      "test.yaml:6: a-rule · clears.after: '0s' is not a duration such as 90s, 5m, 12h or 2d.",
    ],
    [
      "a strange key",
      { key: "[place]" },
      "test.yaml:7: a-rule · key: It must be [estate, place], [estate, device], [estate, device, point], [estate, { value: … }] or [everywhere, { value: … }].",
    ],
    [
      "a kind nobody has",
      { devices: "{ kind: [gate, door] }" },
      "test.yaml:8: a-rule · devices.kind.1: It must be one of gate, camera, sensor, panel, gateway, other.",
    ],
    [
      "an id with blanks",
      { id: "A Rule" },
      "test.yaml:1: A Rule · id: It must be lower-case letters and digits, joined by single hyphens.",
    ],
    [
      "CEL syntax",
      { when: "{ occurs: event.code == }" },
      "test.yaml:5: a-rule · when.occurs: The condition cannot be read at character 14: Unexpected token: EOF.",
    ],
    [
      "unknown variable",
      { when: "{ occurs: evnt.code == 'fire.smoke' }" },
      "test.yaml:5: a-rule · when.occurs: The condition cannot be read at character 1: Unknown variable: evnt.",
    ],
    [
      "unknown field of a variable",
      { when: "{ occurs: event.colour == 'red' }" },
      "test.yaml:5: a-rule · when.occurs: The condition cannot be read at character 7: No such key: colour.",
    ],
    [
      "unknown code in a condition",
      { when: `{ occurs: "event.code in ['fire.smoke'] || event.code == 'fire.smok'" }` },
      "test.yaml:5: a-rule · when.occurs: The taxonomy has no code 'fire.smok'.",
    ],
    [
      "not a condition",
      { when: "{ occurs: event.code }" },
      "test.yaml:5: a-rule · when.occurs: A condition must be true or false, this one is a string.",
    ],
    [
      "any code",
      { when: "{ occurs: event.phase == 'raise' || event.code == 'fire.smoke' }" },
      "test.yaml:5: a-rule · when.occurs: The condition must say for which codes it is: event.code == '…' or event.code in ['…'].",
    ],
    [
      "two operators at once",
      {
        when: "{ occurs: event.code == 'fire.smoke', holds: { from: event.code == 'fire.smoke', until: event.code == 'fire.heat', for: 5s } }",
      },
      `test.yaml:5: a-rule · when: It must have exactly one operator: ${OPERATOR_NAMES}.`,
    ],
    [
      "no operator",
      { when: "{}" },
      `test.yaml:5: a-rule · when: It must have exactly one operator: ${OPERATOR_NAMES}.`,
    ],
    [
      "a schedule without use",
      { schedule: "{ estateHours: night, threshold: 1m, otherwise: 3m }" },
      "test.yaml:8: a-rule · schedule: It has no effect without for: $threshold.",
    ],
    [
      "$threshold without a schedule",
      {
        when: "{ holds: { from: event.code == 'fire.smoke', until: event.code == 'fire.heat', for: $threshold } }",
      },
      "test.yaml:5: a-rule · when.holds.for: $threshold needs a schedule.",
    ],
    [
      "holds with its own clear",
      {
        when: "{ holds: { from: event.code == 'fire.smoke', until: event.code == 'fire.heat', for: 5s } }",
        clears: "{ after: 1h, when: event.code == 'fire.heat' }",
      },
      "test.yaml:6: a-rule · clears.when: A rule with holds ends by itself.",
    ],
    [
      "hours that are none",
      {
        schedule: "{ estateHours: late, threshold: 1m, otherwise: 3m }",
        when: "{ holds: { from: event.code == 'fire.smoke', until: event.code == 'fire.heat', for: $threshold } }",
      },
      "test.yaml:8: a-rule · schedule.estateHours: 'late' is not night or a span such as 22:00-06:00.",
    ],
    [
      "confirmedBy without a time",
      { confirmedBy: "{ condition: event.code == 'fire.heat' }" },
      "test.yaml:8: a-rule · confirmedBy.within: It is missing.",
    ],
    [
      "confirmedBy without a condition",
      { confirmedBy: "{ within: 5m }" },
      "test.yaml:8: a-rule · confirmedBy.condition: It is missing.",
    ],
    [
      "confirmedBy for too short",
      { confirmedBy: "{ condition: event.code == 'fire.heat', within: 59s }" },
      "test.yaml:8: a-rule · confirmedBy.within: It must be from 1m to 60m.",
    ],
    [
      "confirmedBy for too long",
      { confirmedBy: "{ condition: event.code == 'fire.heat', within: 61m }" },
      "test.yaml:8: a-rule · confirmedBy.within: It must be from 1m to 60m.",
    ],
    [
      "confirmedBy anything",
      { confirmedBy: "{ condition: event.phase == 'raise', within: 5m }" },
      "test.yaml:8: a-rule · confirmedBy.condition: The condition must say for which codes it is: event.code == '…' or event.code in ['…'].",
    ],
    [
      "confirmedBy across estates",
      {
        when: "{ counts: { of: event.code == 'access.denied', atLeast: 3, within: 2m } }",
        key: "[everywhere, { value: event.attributes.cardHash }]",
        confirmedBy: "{ condition: event.code == 'intrusion.motion', within: 5m }",
      },
      "test.yaml:8: a-rule · confirmedBy: Devices of different estates do not confirm each other: the key begins with estate.",
    ],
    [
      "reopenWithin that is no duration",
      { reopenWithin: "soon" },
      "test.yaml:8: a-rule · reopenWithin: 'soon' is not a duration such as 90s, 5m, 12h or 2d.",
    ],
    [
      "a field twice",
      { severity: "P5\n  severity: P4" },
      "test.yaml:5: The YAML is wrong: Map keys must be unique.",
    ],
  ])("%s", (_name, lines, fault) => {
    const { rules } = read(ruleText(lines));
    expect(rules).toEqual([]);
    expect(faultsOf(lines)).toEqual([fault]);
  });

  test.each(["P1", "P2", "P3"])(
    "a rule of severity %s without texts is refused, each missing text named",
    (severity) => {
      expect(faultsOf({ severity })).toEqual(
        ["cause", "consequence", "response", "respondWithin"].map(
          (field) => `test.yaml:1: a-rule · ${field}: A rule of severity ${severity} must have it.`,
        ),
      );
    },
  );

  test("all faults of a rule are told at once", () => {
    expect(
      faultsOf({ severity: "P1", key: "[]", when: "{ occurs: nothing }", clears: "{ after: soon }" }),
    ).toHaveLength(7);
  });
});

describe("one bad rule never stops the others", () => {
  test("when the rule is wrong", () => {
    expect(ids(good("one") + ruleText({ id: "two", severity: "P9" }) + good("three"))).toEqual([
      "one",
      "three",
    ]);
  });

  test.each([
    ["an open quote", `title: "{ zh`],
    ["wrong indentation", "title:\n x: 1\n  - y"],
    ["a field twice", "id: two"],
    ["a tab", "\ttitle: x"],
  ])("when the YAML is wrong: %s", (_name, line) => {
    const text = `# head\n${good("one")}- id: two\n  ${line}\n\n${good("three")}`;
    const { rules, faults } = read(text);
    expect(rules.map(({ id, line: at }) => [id, at])).toEqual([
      ["one", 2],
      ["three", 11 + line.split("\n").length],
    ]);
    expect(faults).not.toEqual([]);
    for (const fault of faults) expect(fault).toMatchObject({ file: "test.yaml", field: "" });
    for (const fault of faults) expect(fault.line).toBeGreaterThanOrEqual(9);
    for (const fault of faults) expect(fault.line).toBeLessThanOrEqual(14);
  });

  test("an alias bomb is refused", () => {
    const bomb = ["&a [x, x, x, x, x, x, x, x, x]"];
    for (const [to, from] of ["ba", "cb", "dc", "ed", "fe"])
      bomb.push(`&${to} [${Array.from({ length: 9 }, () => `*${from}`).join(", ")}]`);
    const { rules, faults } = read(`- id: bomb\n  title: [${bomb.join(", ")}]\n${good("one")}`);
    expect(rules.map(({ id }) => id)).toEqual(["one"]);
    expect(faults).toMatchObject([{ line: 1, rule: "bomb" }]);
  });

  test.each([
    ["text", "just words", "The file must be a list of rules."],
    ["a map", "id: x", "The file must be a list of rules."],
    ["words in a list", "- x", "A rule must be a group of fields."],
  ])("a file of %s is a fault", (_name, text, reason) => {
    expect(read(text).faults.map((fault) => fault.reason)).toContain(reason);
  });

  test("an empty file and one of comments only are no fault", () => {
    expect(read("")).toMatchObject({ rules: [], faults: [] });
    expect(read("# nothing yet\n")).toMatchObject({ rules: [], faults: [] });
  });
});

test("the mark that Windows editors put before a text is none of it, also where the text has a mistake", () => {
  const told = (text: string) => {
    const { rules, faults } = read(text);
    return { rules: rules.map(({ id, version, line }) => ({ id, version, line })), faults };
  };
  const torn = `${good("a")}- id: "b\n`;
  expect(told(torn)).toMatchObject({ rules: [{ id: "a", line: 1 }], faults: [{ line: 9 }] });
  expect(told(`\uFEFF${torn}`)).toEqual(told(torn));
  expect(told(`\uFEFF${good("a")}`)).toEqual(told(good("a")));
});

describe("version", () => {
  const version = (text: string): string | undefined => read(text).rules[0]?.version;
  const base = version(good("one"));

  test("is twelve hexadecimal digits, the same through comments, order, layout and spelling", () => {
    expect(base).toMatch(/^[0-9a-f]{12}$/);
    const same = `
# a comment
- key:
    - estate
    - place
  clears: { after: 60m }   # one hour
  when:
    occurs: >-
      event.code=='fire.smoke'
      &&   event.phase == "raise"
  severity: P5
  incident: fire.smoke
  title:
    en: A
    zh: 甲
  id: one
`;
    expect(version(same)).toBe(base);
  });

  test.each<[string, Record<string, string>]>([
    ["a text", { title: "{ zh: 乙, en: A }" }],
    ["the severity", { severity: "P4" }],
    ["a condition", { when: "{ occurs: event.code == 'fire.smoke' }" }],
    ["the time-out", { clears: "{ after: 2h }" }],
    ["the key", { key: "[estate, device]" }],
    ["the devices", { devices: "{ kind: gate }" }],
  ])("changes with %s", (_name, lines) => {
    expect(version(ruleText({ id: "one", ...lines }))).toMatch(/^[0-9a-f]{12}$/);
    expect(version(ruleText({ id: "one", ...lines }))).not.toBe(base);
  });

  test("changes with the time of holds", () => {
    const held = (time: string): string | undefined =>
      version(
        ruleText({
          when: `{ holds: { from: event.code == 'fire.smoke', until: event.code == 'fire.heat', for: ${time} } }`,
        }),
      );
    expect(held("60s")).toBe(held("1m"));
    expect(held("60s")).not.toBe(held("61s"));
  });
});

describe("a folder", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "zhian-rules-"));
    await writeFile(join(dir, "b.yaml"), good("two") + good("one"));
    await writeFile(join(dir, "a.yml"), `# first\n${good("one")}`);
    await writeFile(join(dir, "c.yaml"), "- id: [");
    await writeFile(join(dir, "big.yaml"), "#".repeat(2 ** 20 + 1));
    await writeFile(join(dir, "notes.txt"), "- nothing");
    await writeFile(join(dir, ".hidden.yaml"), "- nothing");
  });
  afterAll(() => rm(dir, { recursive: true }));

  test("is read in order of names; the second rule of an id is a fault that names the first", async () => {
    const { rules, faults } = await loadRules(dir);
    expect(rules.map(({ id, file, line }) => `${file}:${line} ${id}`)).toEqual([
      "a.yml:2 one",
      "b.yaml:1 two",
    ]);
    expect(faults.map(({ file, line, reason }) => `${file}:${line} ${reason}`)).toEqual([
      "b.yaml:8 The id is taken by a.yml:2; that rule is used, this one is not.",
      "big.yaml:1 The file has 1048577 bytes; 1048576 are allowed.",
      expect.stringMatching(/^c.yaml:1 The YAML is wrong: /),
    ]);
  });

  test("of a file that is no rules at all the first 100 faults are told, and how many more there are", () => {
    const junk = { name: "junk.yaml", text: "- 1\n".repeat(131_072) };
    const sound = { name: "sound.yaml", text: good("one") };
    const { rules, faults } = compileFiles({ files: [junk, sound], faults: [] });
    expect(rules.map(({ id }) => id)).toEqual(["one"]);
    expect(faults).toHaveLength(101);
    expect(faults[99]).toMatchObject({ line: 100, reason: "A rule must be a group of fields." });
    expect(faults[100]).toEqual({
      file: "junk.yaml",
      line: 101,
      field: "",
      reason: "There are 130972 faults more from here on.",
    });
  }, 60_000);

  test("that does not exist is a fault, not an exception", async () => {
    const { rules, faults } = await loadRules(join(dir, "missing"));
    expect(rules).toEqual([]);
    expect(faults).toMatchObject([{ reason: expect.stringMatching(/^The folder cannot be read: ENOENT/) }]);
  });
});
