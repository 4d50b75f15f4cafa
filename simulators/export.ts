/** Prints the simulated world as the files that the hub imports. */
import { parseArgs } from "node:util";
import { readWorldArguments, runProgram, WORLD_OPTIONS } from "./arguments.ts";
import { recordCases } from "./recorded-cases.ts";
import { registryYaml } from "./registry.ts";
import { createWorld } from "./world.ts";

const USAGE = `Usage: node simulators/export.ts registry|cases [--seed <n>] [--today <YYYY-MM-DD>]
  registry   estates, places, gateways and devices, YAML
  cases      recorded police calls and cases, CSV
`;

await runProgram("export", () => {
  const { values, positionals } = parseArgs({ options: WORLD_OPTIONS, allowPositionals: true });
  if (values.help) return void process.stdout.write(USAGE);
  const world = createWorld(readWorldArguments(values, Date.now()));
  const [what, ...more] = positionals;
  if (more.length > 0 || (what !== "registry" && what !== "cases")) {
    throw new RangeError("say registry or cases; --help tells more");
  }
  process.stdout.write(what === "registry" ? registryYaml(world) : recordCases(world).csv);
});
