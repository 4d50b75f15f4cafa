import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { OPERATORS } from "../../src/rules/operators.ts";
import { ruleFileSchema } from "../../src/rules/rule-file-schema.ts";
import { ruleSchema } from "../../src/rules/schema.ts";

const HEADER = "# yaml-language-server: $schema=../docs/rule.schema.json";
const rulesDir = new URL("../../rules/", import.meta.url);
const files = readdirSync(rulesDir).filter((file) => file.endsWith(".yaml"));
const text = (file: string): string => readFileSync(new URL(file, rulesDir), "utf8");
const published = readFileSync(new URL("../../docs/rule.schema.json", import.meta.url), "utf8");

/** A schema of JSON Schema, as far as it is looked at here. */
interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node | readonly Node[];
  readonly anyOf?: readonly Node[];
}
const rule = (JSON.parse(published) as { readonly items: Node }).items;

/** Every field below a schema, by its path. */
function fieldsOf(node: Node, path = ""): readonly (readonly [string, Node])[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return [[at, field] as const].concat(fieldsOf(field, at));
  });
  const others = [node.items ?? [], node.anyOf ?? []].flat();
  return [...own, ...others.flatMap((other) => fieldsOf(other, path))];
}

test("docs/rule.schema.json is what the hub accepts today (npm run rule-schema)", () => {
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(ruleFileSchema())));
});

test("it names every field and every operator, each with a sentence", () => {
  const fields = fieldsOf(rule);
  expect(Object.keys(rule.properties ?? {})).toEqual(Object.keys(ruleSchema.shape));
  expect(Object.keys(rule.properties?.["when"]?.properties ?? {})).toEqual(OPERATORS.map(({ name }) => name));
  expect(fields.map(([path]) => path)).toEqual(expect.arrayContaining(["when.holds.for", "key.value"]));
  const silent = fields.filter(([, { description = "" }]) => !description.endsWith("."));
  expect(silent.map(([path]) => path)).toEqual([]);
});

describe("the rules files", () => {
  const schema = z.fromJSONSchema(JSON.parse(published) as Parameters<typeof z.fromJSONSchema>[0]);

  test.each(files)("%s tells editors of it, and it accepts the file", (file) => {
    expect(text(file).split("\n")[0]).toBe(HEADER);
    const read = schema.safeParse(parse(text(file)));
    expect(read.error?.issues ?? []).toEqual([]);
  });

  test.each([
    ["severity: P1", "severity: P9"],
    ["estate, place", "place, estate"],
    ["title:", "titel:"],
    [/after: \d+h/, "after: 1 hour"],
    ["incident: fire.smoke", "incident: fire.smok"],
    ["occurs:", "ocurs:"],
  ])("control: with %s turned into %s a file is refused", (from, to) => {
    const wrong = text("fire.yaml").replace(from, to);
    expect(wrong).not.toBe(text("fire.yaml"));
    expect(schema.safeParse(parse(wrong)).success).toBe(false);
  });
});
