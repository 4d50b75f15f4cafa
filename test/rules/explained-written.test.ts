import { describe, expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { rulesFrom, ruleText } from "./build.ts";

describe("explainedBy, as it is written", () => {
  const faults = (explainedBy: string, lines: Readonly<Record<string, string>> = {}) =>
    readRules(
      "test.yaml",
      ruleText({ explainedBy, key: "[estate, device]", ...lines }),
      createConditionCompiler(),
    ).faults.map(({ field, reason }) => `${field}: ${reason}`);

  test.each([
    [
      "{ incident: device.offlin, of: gateway }",
      {},
      /^explainedBy\.incident: 'device\.offlin' is not a code of the taxonomy\.$/,
    ],
    ["{ incident: device.offline, of: place }", {}, /^explainedBy\.of: It must be gateway\.$/],
    ["{ incident: device.offline }", {}, /^explainedBy\.of: It is missing\.$/],
    [
      "{ incident: device.offline, of: gateway, for: 5m }",
      {},
      /^explainedBy\.for: There is no such field\.$/,
    ],
    [
      "{ incident: device.offline, of: gateway }",
      { key: "[estate, place]" },
      /^explainedBy: Its key must be \[estate, device\]/,
    ],
  ])("%s with %j is refused", (written, lines, expected) => {
    expect(faults(written, lines)).toEqual([expect.stringMatching(expected)]);
  });

  test("it makes another version, and is kept where it is sound", () => {
    expect(faults("{ incident: device.offline, of: gateway }")).toEqual([]);
    const [plain] = rulesFrom(ruleText({ key: "[estate, device]" }));
    const [explained] = rulesFrom(
      ruleText({ key: "[estate, device]", explainedBy: "{ incident: device.offline, of: gateway }" }),
    );
    expect(explained?.version).not.toBe(plain?.version);
  });
});
