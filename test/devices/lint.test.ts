import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import {
  captured,
  constant,
  defineProfile,
  edge,
  equals,
  field,
  flag,
  json,
  lintProfile,
  localTime,
  noTime,
  pseudonym,
  type Fixture,
  type LintSubject,
  type ReadMessage,
  type Rule,
} from "../../src/device-kit/index.ts";
import { ownFixtures } from "./support.ts";

describe("every profile is fit to be shipped", () => {
  test.each(profiles.map((profile) => [profile.id, profile] as const))("%s", (id, profile) => {
    const readme = readFileSync(new URL(`../../devices/${id}/README.md`, import.meta.url), "utf8");
    const fixtures = ownFixtures(id).map(([, fixture]) => fixture);
    expect(lintProfile({ profile, fixtures, readme })).toEqual([]);
  });

  test("ids are unique", () => {
    expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length);
  });
});

/* Each rule has a control: a planted fault it must find, in a profile that is sound otherwise. */

const smoke = flag({
  of: field("smoke"),
  property: constant("smoke"),
  on: [true],
  off: [false],
  whenOn: { code: "fire.smoke", phase: "raise" },
  whenOff: { code: "fire.smoke", phase: "clear" },
});
const MESSAGE: ReadMessage = {
  path: "{device}",
  parse: json,
  device: captured("device"),
  time: noTime,
  redact: [],
  rules: [smoke],
  otherwise: "telemetry",
};
const FIXTURES: readonly Fixture[] = [
  { topic: "t/d", payload: { smoke: true }, expect: { events: [{ code: "fire.smoke" }] } },
  { topic: "t/d", payload: { smoke: null }, expect: { ignored: "telemetry" } },
];
const README = "# T\n\n## 中文\n\n`fire.smoke` 烟感\n\n## English\n\n`fire.smoke`\n";

/** Faults of a sound profile with one thing changed. The changes stand for data no compiler has seen. */
function lint(change: object, beside: Partial<LintSubject> = {}): readonly string[] {
  const message = { ...MESSAGE, ...change };
  const spec = {
    id: "t",
    title: { zh: "测试", en: "Test" },
    vendor: "test",
    transports: ["mqtt"] as const,
    prefix: "t",
    kind: "sensor" as const,
    tier: "bronze" as const,
    messages: [MESSAGE],
  };
  // Compiled from the sound message, linted with the changed one: a compiler would refuse some of them.
  const profile = { ...defineProfile(spec), spec: { ...spec, messages: [message] } };
  return lintProfile({ profile, fixtures: FIXTURES, readme: README, ...beside }).map(({ rule }) => rule);
}
const rules = (...added: (Rule | object)[]) => ({ rules: [smoke, ...added] });
const sos = { rule: "event", code: "fire.smoke", phase: "raise", report: "edge" };

test("the sound profile has no fault", () => expect(lint({})).toEqual([]));

describe("controls", () => {
  test.each([
    ["malformed", { time: localTime(field("t"), "dd.MM.", "utc") }, {}],
    ["unknown_code", rules(edge({ code: "fire.dragon", phase: "raise" })), {}],
    ["unknown_code", rules(edge({ code: "sos.panic", phase: "pulse" })), {}],
    [
      "unknown_code",
      rules({ ...sos, code: { of: field("a"), entries: { 1: "fire.smoke", 2: "fire.dragon" } } }),
      {},
    ],
    ["unknown_code", rules({ ...sos, code: { of: field("a"), entries: {}, otherwise: "fire.dragon" } }), {}],
    ["unknown_code", rules({ rule: "each", of: field("l"), rules: [{ ...sos, code: "fire.dragon" }] }), {}],
    ["phase_unfit", rules({ ...sos, phase: "heartbeat" }), {}],
    ["clear_without_raise", rules({ ...sos, code: "fire.gas", phase: "clear" }), {}],
    ["time_undeclared", { time: undefined }, {}],
    ["time_undeclared", { time: { ...localTime(field("t"), "yyyyMMddHHmm", "utc"), zone: undefined } }, {}],
    ["time_undeclared", { time: { unit: "first", of: [{ unit: "iso", of: field("t") }] } }, {}],
    ["time_undeclared", rules({ ...sos, keyTime: { of: field("t") } }), {}],
    ["polarity_undeclared", rules({ ...smoke, off: [] }), {}],
    ["polarity_undeclared", rules({ ...smoke, off: [false, true] }), {}],
    [
      "polarity_undeclared",
      rules(edge({ code: "fire.smoke", phase: "raise", when: [equals(field("smoke"), true)] })),
      {},
    ],
    ["personal_data", { redact: undefined }, {}],
    ["personal_data", { attributes: { who: field("userName") } }, {}],
    ["personal_data", rules(edge({ code: "fire.smoke", phase: "raise", key: [field("cardNo")] })), {}],
    [
      "personal_data",
      { redact: [{ path: "a.who.*", how: "hashed", what: "" }], attributes: { x: field("a.who") } },
      {},
    ],
    [
      "personal_data",
      { redact: [{ path: "a.who.*", how: "hashed", what: "" }], attributes: { x: field("a.who.0") } },
      {},
    ],
    [
      "personal_data",
      { redact: [{ path: "a.who", how: "hashed", what: "" }], attributes: { x: field("a.who") } },
      {},
    ],
    [
      "personal_data",
      {},
      {
        fixtures: [
          ...FIXTURES,
          { topic: "t/d", payload: { l: [{ plate: "x" }] }, expect: { ignored: "telemetry" } },
        ],
      },
    ],
    ["fixtures", {}, { fixtures: FIXTURES.slice(1) }],
    ["fixtures", {}, { fixtures: [FIXTURES[0], FIXTURES[0]] }],
    ["readme", {}, { readme: README.replace("## 中文", "## 说明") }],
    ["readme", {}, { readme: "## 中文\n\n`fire.smoke`\n\n## English\n" }],
    ["readme", {}, { readme: README.replaceAll("fire.smoke", "smoke") }],
  ] as [string, object, Partial<LintSubject>][])("%s is found (%#)", (rule, change, beside) => {
    expect(lint(change, beside)).toContain(rule);
  });
});

test("personal data that is hashed or declared is no fault", () => {
  const redact = [
    { path: "userName", how: "hashed", what: "user" },
    { path: "l.*.plate", how: "dropped", what: "plate" },
    { path: "name", how: "harmless", what: "the model's name" },
  ];
  const attributes = { who: pseudonym(field("userName")), model: field("name") };
  const fixtures: Fixture[] = [
    ...FIXTURES,
    { topic: "t/d", payload: { l: [{ plate: "x" }], userName: "y" }, expect: { ignored: "telemetry" } },
  ];
  expect(lint({ redact, attributes }, { fixtures })).toEqual([]);
});
