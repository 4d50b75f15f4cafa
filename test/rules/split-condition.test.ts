import { evaluate } from "@marcbachmann/cel-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createScene } from "../../src/rules/scene.ts";
import { eventAt, GATE } from "./build.ts";

const CODES = ["fire.smoke", "fire.gas", "life.sos"];
const PHASES = ["raise", "clear", "pulse"] as const;
const compiler = createConditionCompiler();

const texts = (from: readonly string[]) =>
  fc.subarray([...from], { minLength: 1 }).map((some) => `[${some.map((text) => `'${text}'`).join(", ")}]`);
const one = (from: readonly string[]) => fc.constantFrom(...from).map((text) => `'${text}'`);
const comparison = fc.oneof(
  one(CODES).map((code) => `event.code == ${code}`),
  one(CODES).map((code) => `${code} == event.code`),
  one(CODES).map((code) => `event.code != ${code}`),
  texts(CODES).map((codes) => `event.code in ${codes}`),
  one(PHASES).map((phase) => `event.phase == ${phase}`),
  one(PHASES).map((phase) => `event.phase != ${phase}`),
  texts(PHASES).map((phases) => `event.phase in ${phases}`),
  one(["a", "b"]).map((point) => `event.point == ${point}`),
  one(["", "unit-", "care-"]).map((beginning) => `device.placeId.startsWith(${beginning})`),
  texts(["gate", "panel"]).map((kinds) => `device.kind in ${kinds}`),
  // Not for a comparison of texts: CEL has to do it.
  fc.constant("size(event.point) == 1"),
);
const condition = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    comparison,
    fc.tuple(tie("any"), tie("any")).map(([left, right]) => `(${left}) && (${right})`),
    fc.tuple(tie("any"), tie("any")).map(([left, right]) => `(${left}) || (${right})`),
    tie("any").map((part) => `!(${part})`),
  ),
})).any;

test("what is compared without CEL comes out as CEL has it", () => {
  const scene = createScene();
  const found = { true: 0, false: 0 };
  fc.assert(
    fc.property(
      condition,
      fc.constantFrom(...CODES),
      fc.constantFrom(...PHASES),
      fc.constantFrom("a", "b"),
      (text, code, phase, point) => {
        const compiled = compiler.compile(`event.code in ['fire.smoke', 'fire.gas', 'life.sos'] && ${text}`);
        // Codes that exclude each other leave none, and such a condition is refused.
        fc.pre(!("refused" in compiled));
        scene.set(eventAt(0, code, phase, { point }), GATE);
        const expected = evaluate(text, { event: { code, phase, point }, device: { ...GATE } }) === true;
        found[`${expected}`]++;
        expect(compiled.holds(scene)).toBe(expected);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(Math.min(found.true, found.false)).toBeGreaterThan(100);
});

test.each([
  ["event.attributes.score > 0.5 && event.code == 'fire.smoke' && event.phase == 'raise'", "raise"],
  ["event.code == 'fire.smoke' && (event.phase == 'raise' && event.attributes.score > 0.5)", "raise"],
])("%s fails only where it has to be asked", (text, phase) => {
  const compiled = compiler.compile(text);
  if ("refused" in compiled) throw new Error(compiled.refused);
  const scene = createScene();
  scene.set(eventAt(0, "fire.smoke", phase as "raise"), GATE);
  expect(() => compiled.holds(scene)).toThrow("score");
  scene.set(eventAt(0, "fire.smoke", "clear"), GATE);
  expect(compiled.holds(scene)).toBe(false);
  scene.set(eventAt(0, "fire.smoke", "raise", { attributes: { score: 0.6 } }), GATE);
  expect(compiled.holds(scene)).toBe(true);
});
