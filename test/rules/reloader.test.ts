import { describe, expect, test } from "vitest";
import type { RuleVersion } from "../../src/ports.ts";
import { recallRules } from "../../src/rules/recall-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { rulesFrom } from "./build.ts";
import { BAD, FOLDER, NOTHING, rule, stageOf } from "./reload-stage.ts";

describe("a sound folder", () => {
  test("that is as it was changes nothing", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    expect(await stage.reload()).toEqual({ rules: 1, ...NOTHING });
    stage.files["a.yaml"] = `# a comment\n${rule("one")}`;
    expect(await stage.reload()).toEqual({ rules: 1, ...NOTHING });
    expect(stage.installed).toEqual([]);
  });

  test("is in force as it is: added, changed and removed are told", async () => {
    const stage = stageOf({ "a.yaml": rule("one") + rule("two"), "b.yaml": rule("three") });
    stage.files = { "a.yaml": rule("one", { severity: "P4" }) + rule("four"), "b.yaml": rule("three") };
    expect(await stage.reload()).toEqual({
      ...NOTHING,
      rules: 3,
      added: ["four"],
      changed: ["one"],
      removed: ["two"],
    });
    expect(stage.inForce()).toEqual(["four P5 a.yaml", "one P4 a.yaml", "three P5 b.yaml"]);
    expect(stage.installed).toEqual(["four P5 a.yaml, one P4 a.yaml, three P5 b.yaml"]);
  });

  test("an emptied file and a deleted one take their rules with them", async () => {
    const stage = stageOf({ "a.yaml": rule("one"), "b.yaml": rule("two"), "c.yaml": rule("three") });
    stage.files = { "a.yaml": "", "c.yaml": rule("three") };
    expect(await stage.reload()).toMatchObject({ removed: ["one", "two"], kept: [] });
    expect(stage.inForce()).toEqual(["three P5 c.yaml"]);
  });
});

describe("a fault", () => {
  test("in a rule keeps its version before; the sound ones of its file change", async () => {
    const stage = stageOf({ "a.yaml": rule("one") + rule("two") });
    stage.files["a.yaml"] = rule("one", BAD) + rule("two", { severity: "P4" });
    expect(await stage.reload()).toMatchObject({
      rules: 2,
      changed: ["two"],
      kept: ["one"],
      faults: [{ file: "a.yaml", line: 4, rule: "one", field: "severity" }],
    });
    expect(stage.inForce()).toEqual(["one P5 a.yaml", "two P4 a.yaml"]);
    expect(stage.reloader.faults()).toHaveLength(1);
  });

  test("in the YAML keeps every rule of the file that is lost by it; other files change", async () => {
    const stage = stageOf({ "a.yaml": rule("one") + rule("two"), "b.yaml": rule("three") });
    stage.files = { "a.yaml": "- id: [", "b.yaml": rule("three", { severity: "P4" }) };
    expect(await stage.reload()).toMatchObject({ changed: ["three"], removed: [], kept: ["one", "two"] });
    expect(stage.inForce()).toEqual(["one P5 a.yaml", "three P4 b.yaml", "two P5 a.yaml"]);
  });

  test("of the whole folder keeps everything", async () => {
    const stage = stageOf({ "a.yaml": rule("one"), "b.yaml": rule("two") });
    stage.files = {};
    stage.unread = [{ file: FOLDER, line: 1, field: "", reason: "The folder cannot be read: ENOENT." }];
    expect(await stage.reload()).toMatchObject({ rules: 2, removed: [], kept: ["one", "two"] });
    expect(stage.installed).toEqual([]);
  });

  test("is told for as long as it is there, and gone with it", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    stage.files["a.yaml"] = rule("one", BAD);
    const faulty = await stage.reload();
    expect(faulty).toMatchObject({ kept: ["one"], faults: [{ rule: "one" }] });
    expect(await stage.reload()).toEqual(faulty);
    stage.files["a.yaml"] = rule("one", { severity: "P4" });
    expect(await stage.reload()).toEqual({ ...NOTHING, rules: 1, changed: ["one"] });
    expect(stage.reloader.faults()).toEqual([]);
  });

  test("is it, too, when no file is there at all, as on a disk that is not mounted", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    stage.files = {};
    const [reason] = (await stage.reload()).faults.map((fault) => fault.reason);
    expect(reason).toContain("no file of rules");
    expect(stage.inForce()).toEqual(["one P5 a.yaml"]);
    expect(stageOf({}, undefined, stage.reloader.inForce()).inForce()).toEqual(["one P5 a.yaml"]);
    // Said on purpose, it is no fault.
    stage.files = { "none.yaml": "# no rules" };
    expect(await stage.reload()).toEqual({ ...NOTHING, rules: 0, removed: ["one"] });
  });

  test("of a rule that was never in force adds nothing", async () => {
    const stage = stageOf({ "a.yaml": rule("one") });
    stage.files["b.yaml"] = rule("two", BAD);
    expect(await stage.reload()).toMatchObject({ rules: 1, added: [], kept: [], faults: [{ rule: "two" }] });
  });

  test("does not bring back a rule that was moved to a sound file", async () => {
    const stage = stageOf({ "a.yaml": rule("one") + rule("two") });
    stage.files = { "a.yaml": rule("one", BAD), "b.yaml": rule("two", { severity: "P4" }) };
    await stage.reload();
    expect(stage.inForce()).toEqual(["one P5 a.yaml", "two P4 b.yaml"]);
  });

  test("keeps a rule that is gone from its file until the file is sound", async () => {
    const stage = stageOf({ "a.yaml": rule("one") + rule("two") });
    stage.files["a.yaml"] = rule("one", BAD);
    expect(await stage.reload()).toMatchObject({ removed: [], kept: ["one", "two"] });
    stage.files["a.yaml"] = rule("one");
    expect(await stage.reload()).toMatchObject({ removed: ["two"], kept: [], faults: [] });
  });
});

describe("a start", () => {
  const kept = (id: string, file: string): RuleVersion => {
    const [{ definition, version }] = rulesFrom(rule(id)) as [Rule];
    return { id, version, firstAt: 0, definition, file };
  };

  test("with a faulty file has its rules as they were when the hub stopped", async () => {
    const before = recallRules([kept("one", "a.yaml"), kept("two", "b.yaml")]);
    const stage = stageOf({ "a.yaml": rule("one", BAD) }, undefined, before);
    expect(stage.inForce()).toEqual(["one P5 a.yaml"]);
    expect(stage.reloader.inForce()).toMatchObject([{ version: kept("one", "a.yaml").version }]);
    stage.files["a.yaml"] = rule("one");
    expect(await stage.reload()).toEqual({ ...NOTHING, rules: 1 });
  });

  test("leaves out what was no longer in force, and what nobody understands any more", () => {
    const { file: _, ...over } = kept("one", "a.yaml");
    const strange = { ...kept("two", "a.yaml"), definition: { id: "two", when: { dreams: "true" } } };
    expect(recallRules([over, strange, kept("three", "a.yaml")])).toMatchObject([{ id: "three" }]);
  });
});
