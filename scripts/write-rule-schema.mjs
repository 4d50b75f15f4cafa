/** Writes docs/rule.schema.json from what the hub accepts as a rule. */
import { writeFileSync } from "node:fs";
import { ruleFileSchema } from "../src/rules/rule-file-schema.ts";

const text = `${JSON.stringify(ruleFileSchema(), null, 2)}\n`;
writeFileSync(new URL("../docs/rule.schema.json", import.meta.url), text);
