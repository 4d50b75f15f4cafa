/** Which value templates are read, and what they give; the rest is said to be not certain. */
import { describe, expect, test } from "vitest";
import { readTemplate, render } from "../../devices/home-assistant/value-template.ts";

describe("value templates", () => {
  const of = (source: string, text: string): unknown => {
    const template = readTemplate(source);
    if (!template) return "unreadable";
    let json: unknown;
    try {
      json = JSON.parse(text) as unknown;
    } catch {
      json = undefined;
    }
    const rendered = render(template, text, json);
    return typeof rendered === "string" ? rendered : rendered.text;
  };

  test.each([
    ["{{ value_json.a.b }}", '{"a":{"b":true}}', "True"],
    ["{{value_json['a']['b c']}}", '{"a":{"b c":"x"}}', "x"],
    ['{{ value_json["a"][0] }}', '{"a":[7]}', "7"],
    ["{{ value_json.get('a') }}", '{"a":false}', "False"],
    ["{{- value_json.a -}}", '{"a":1.5}', "1.5"],
    ["{{ value_json.a | default('OFF') }}", "{}", "OFF"],
    ["{{ value_json.a | default(false) | lower }}", "{}", "false"],
    ["{{ value_json.a | is_defined }}", "{}", "absent"],
    ["{{ value_json.a|upper }}", '{"a":"on"}', "ON"],
    ["{{ value_json.a }}", '{"a":null}', "absent"],
    ["{{ value_json.a }}", '{"a":[1]}', "absent"],
    ["{{ value_json.a }}", "ON", "broken"],
    ["{{ value | lower }}", "ON", "on"],
    ["{{ value }}", "ON", "ON"],
  ])("%s of %s is %s", (source, text, expected) => expect(of(source, text)).toBe(expected));

  test.each([
    "{{ 'ON' if value_json.a else 'OFF' }}",
    "{% if value_json.a %}ON{% endif %}",
    "{{ value_json.a }}{{ value_json.b }}",
    "{{ value_json.items }}",
    "{{ value_json.a.split(',')[0] }}",
    "{{ value_json.a | int }}",
    "{{ value_json.a | lower | default('x') }}",
    "{{ value_json }}",
    "{{ value.a }}",
    "{{ value_json2.a }}",
    "ON",
    "",
    `{{ value_json.${"a".repeat(400)} }}`,
  ])("not certain: %s", (source) => expect(of(source, '{"a":1}')).toBe("unreadable"));

  test("reading a template takes no time that grows out of hand", () => {
    const source = `{{ value_json${" | default('".repeat(25)} }}`;
    const started = performance.now();
    for (let at = 0; at < 200; at++) readTemplate(source);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
