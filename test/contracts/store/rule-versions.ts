import { describe, expect, test } from "vitest";
import type { RuleVersion } from "../../../src/ports.ts";
import { refusal, T0, type TestedStore } from "./samples.ts";

const version = (name: string, firstAt: number, id = "smoke"): RuleVersion => ({
  id,
  version: name,
  firstAt,
  definition: { id, title: { zh: "烟雾", en: "Smoke" }, when: { occurs: `from ${firstAt}` } },
});

export function ruleVersionTests(the: () => TestedStore): void {
  describe("versions of rules", () => {
    test("stand as they were first kept, latest first; those in force have their file", async () => {
      const [a, b, other] = [version("a", T0 + 1), version("b", T0), version("x", T0, "other")];
      await the().putRulesInForce([
        { ...b, file: "fire.yaml" },
        { ...other, file: "other.yaml" },
      ]);
      await the().putRulesInForce([{ ...a, file: "fire.yaml" }]);
      expect(await the().ruleVersions("smoke")).toEqual([{ ...a, file: "fire.yaml" }, b]);
      expect(await the().ruleVersion("other", "x")).toEqual(other);
      expect(await the().rulesInForce()).toEqual([{ ...a, file: "fire.yaml" }]);
    });

    test("one that comes back is in force again, first since it first was", async () => {
      await the().putRulesInForce([{ ...version("a", T0), file: "one.yaml" }]);
      await the().putRulesInForce([]);
      expect(await the().rulesInForce()).toEqual([]);
      await the().putRulesInForce([{ ...version("a", T0 + 9), file: "two.yaml" }]);
      expect(await the().rulesInForce()).toEqual([{ ...version("a", T0), file: "two.yaml" }]);
    });

    test("one that never was is not found", async () => {
      await the().putRulesInForce([{ ...version("a", T0), file: "fire.yaml" }]);
      await expect(the().ruleVersions("heat")).rejects.toMatchObject(refusal("NOT_FOUND"));
      await expect(the().ruleVersion("smoke", "b")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });
  });
}
