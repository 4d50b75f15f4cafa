import { z } from "zod";
import { ruleSchema } from "./schema.ts";

/**
 * The JSON Schema of a rules file, with which editors help while one writes. It knows the form of a rule;
 * what conditions mean, and fields that depend on each other, only the hub checks.
 */
export function ruleFileSchema() {
  return z.toJSONSchema(z.array(ruleSchema), {
    io: "input",
    // The version that editors for YAML know best.
    target: "draft-7",
    override({ zodSchema, jsonSchema }) {
      // A list that may also be written as its only item: zod cannot see what is done before it reads.
      if (zodSchema._zod.def.type !== "pipe" || jsonSchema.type !== "array") return;
      const { description, ...list } = jsonSchema;
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
      Object.assign(jsonSchema, { description, anyOf: [list.items, list] });
    },
  });
}
