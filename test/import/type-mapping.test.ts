import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TAXONOMY } from "../../src/domain/taxonomy.ts";
import { ZhianError } from "../../src/errors.ts";
import { BUILT_IN_CASE_TYPES } from "../../src/import/case-types.ts";
import { readTypeMapping } from "../../src/import/mapping-file.ts";
import { createTypeMapping, createTypeTable } from "../../src/import/type-mapping.ts";

describe("built-in names", () => {
  const mapping = readTypeMapping(undefined);

  test.each([
    ["入室盗窃", "intrusion.burglary"],
    ["盗窃电动自行车", "theft.ebike"],
    ["盗窃机动车", "theft.vehicle"],
    ["入室抢劫", "theft.home_robbery"],
    ["电信网络诈骗", "fraud.telecom"],
    ["打架斗殴", "order.fight"],
    ["噪声扰民", "order.noise"],
    ["夜间噪音扰民", "order.noise"],
    ["技术开锁入室盗窃案", "intrusion.burglary"],
    ["Burglary", "intrusion.burglary"],
    ["theft.ebike", "theft.ebike"],
    ["sos.panic", "life.sos"],
  ])("%s is %s", (name, code) => {
    expect(mapping(name)).toBe(code);
  });

  test("names that are too wide are not guessed", () => {
    for (const name of ["诈骗", "治安案件", "其他", "", "*"]) expect(mapping(name)).toBeUndefined();
  });

  test("every code is in the taxonomy and no name has two", () => {
    const names = Object.values(BUILT_IN_CASE_TYPES).flat();
    expect(Object.keys(BUILT_IN_CASE_TYPES).filter((code) => !Object.hasOwn(TAXONOMY, code))).toEqual([]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe("a mapping file", () => {
  test("goes before the built-in names: exact before pattern, longer pattern before shorter", () => {
    const mapping = readTypeMapping(
      'types:\n  入室盗窃: theft.property\n  "*盗窃": theft.ebike\n  "车*盗窃": theft.vehicle\n  咨询: ignore\n',
    );
    expect(mapping("入室盗窃")).toBe("theft.property");
    expect(mapping("大 盗窃")).toBe("theft.ebike");
    expect(mapping("车库盗窃")).toBe("theft.vehicle");
    expect(mapping("噪声扰民")).toBe("order.noise");
    expect(mapping("咨询")).toBe("ignore");
  });

  test("may do without the built-in names", () => {
    const mapping = readTypeMapping("builtIn: false\ntypes: { 甲: theft.ebike }\n");
    expect(mapping("甲")).toBe("theft.ebike");
    expect(mapping("噪声扰民")).toBeUndefined();
  });

  const faults = (text: string): readonly string[] => {
    let thrown: unknown;
    try {
      readTypeMapping(text);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof ZhianError)) throw new Error("no refusal", { cause: thrown });
    expect(thrown.code).toBe("VALIDATION");
    return thrown.faults.map(({ field, reason }) => `${field}: ${reason}`);
  };

  test("every fault is told with its line", () => {
    expect(faults("builtin: true\ntypes:\n  甲: theft.bike\n  乙: 5\n  丙:\n  丁: theft.ebike\n")).toEqual([
      "mapping line 1: builtin is not known here; known are builtIn, types",
      'mapping line 3: "theft.bike" is not a taxonomy code, and not "ignore"',
      "mapping line 4: 乙 needs a taxonomy code, or ignore",
      "mapping line 5: 丙 needs a taxonomy code, or ignore",
    ]);
  });

  test.each([
    "",
    "- a",
    "types: 5",
    "types: [",
    "a: 1\na: 2",
    "types:\n  *甲: theft.ebike\n",
    "builtIn: 5\ntypes: {}",
  ])("%j is refused", (text) => {
    expect(faults(text).length).toBeGreaterThan(0);
  });

  test("the example is valid", () => {
    const text = readFileSync(new URL("../../docs/case-types.example.yaml", import.meta.url), "utf8");
    const mapping = readTypeMapping(text);
    expect(mapping("刷单返利")).toBe("fraud.telecom");
    expect(mapping("交通事故(轻微)")).toBe("ignore");
    expect(mapping("入室盗窃")).toBe("intrusion.burglary");
  });
});

test("a * stands for any text, also for none, and nothing else is special", () => {
  const part = fc.stringMatching(/^[a-c.+()[\]\\]{0,4}$/);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 2, maxLength: 5 }),
      fc.stringMatching(/^[a-c.+()[\]\\]{0,12}$/),
      (parts, name) => {
        const mapping = createTypeMapping([createTypeTable([[parts.join("*"), "theft.ebike"]])]);
        const pattern = parts.map((text) => text.replaceAll(/[.+()[\]\\]/g, String.raw`\$&`)).join(".*");
        const expected = new RegExp(`^${pattern}$`).test(name) ? "theft.ebike" : undefined;
        expect(mapping(name)).toBe(expected);
      },
    ),
  );
});
