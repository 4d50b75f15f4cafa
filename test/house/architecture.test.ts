import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

/** What each area may import besides itself. `*` is everything in src. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  errors: ["domain"],
  ports: ["domain", "errors"],
  runtime: ["domain", "errors", "ports"],
  "device-kit": ["domain", "errors", "ports"],
  devices: ["device-kit"],
  hub: ["domain", "errors", "ports"],
  report: ["domain", "errors", "ports", "runtime"],
  main: ["app", "cli", "config", "demo", "runtime"],
  app: ["*", "devices"],
  worker: ["*", "devices"],
  demo: ["*", "devices"],
  simulators: [],
};
const EVERY_OTHER_AREA = ["domain", "errors", "ports", "runtime"];

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly file: string;
}

function areaOf(file: string): string {
  const [top = "", second = ""] = relative(ROOT, file).split("/");
  return top === "src" ? second.replace(/\.ts$/, "") : top;
}

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sources(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

function edgesOf(file: string, text: string): Edge[] {
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)].map(
    (match) => match[1] ?? "",
  );
  const urls = [...text.matchAll(/new URL\(\s*["'](\.{1,2}\/[^"']+\.ts)["']/g)].map(
    (match) => match[1] ?? "",
  );
  return [...specifiers, ...urls].map((specifier) => ({
    from: areaOf(file),
    to: areaOf(resolve(dirname(file), specifier)),
    file: relative(ROOT, file),
  }));
}

function forbidden(edges: readonly Edge[]): string[] {
  return edges
    .filter(({ from, to }) => {
      const allowed = MAY_IMPORT[from] ?? EVERY_OTHER_AREA;
      return from !== to && !allowed.includes(to) && !(allowed.includes("*") && to !== "simulators");
    })
    .map(({ from, to, file }) => `${file}: ${from} must not import ${to}`);
}

const files = ["src", "devices", "simulators"].flatMap((dir) => sources(join(ROOT, dir)));
const edges = files.flatMap((file) => edgesOf(file, readFileSync(file, "utf8")));

describe("layers", () => {
  test("no area imports what it may not", () => {
    expect(forbidden(edges)).toEqual([]);
  });

  test("the check sees the project", () => {
    expect(files.length).toBeGreaterThan(60);
    expect(edges.filter(({ from, to }) => from !== to).length).toBeGreaterThan(100);
  });

  test.each([
    ["src/http/planted.ts", 'import { openStore } from "../store/store.ts";'],
    ["src/http/planted.ts", 'import type { Rule } from "../rules/rule.ts";'],
    ["src/domain/planted.ts", 'import { ZhianError } from "../errors.ts";'],
    ["devices/x/planted.ts", 'import { TAXONOMY } from "../../src/domain/taxonomy.ts";'],
    ["simulators/planted.ts", 'import { parseTopic } from "../src/domain/topic.ts";'],
    ["src/report/planted.ts", 'import { rates } from "../statistics/rates.ts";'],
    ["src/hub/planted.ts", 'export { openJournal } from "../journal/writer.ts";'],
    ["src/rules/planted.ts", 'const late = await import("../incidents/life-cycle.ts");'],
    ["simulators/planted.ts", 'new Worker(new URL("../src/worker.ts", import.meta.url));'],
  ])("control: %s with %s is refused", (file, text) => {
    expect(forbidden(edgesOf(join(ROOT, file), text))).toHaveLength(1);
  });
});

describe("size", () => {
  test("nine of ten files stay under 250 lines, none over 400", () => {
    const tables = new Set(["src/ports.ts", "src/domain/taxonomy.ts"]);
    const lengths = files
      .filter((file) => !tables.has(relative(ROOT, file)))
      .map((file) => ({ file: relative(ROOT, file), lines: readFileSync(file, "utf8").split("\n").length }));
    const long = lengths.filter(({ lines }) => lines > 250);
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
    expect(long.length, long.map(({ file }) => file).join(", ")).toBeLessThanOrEqual(lengths.length / 10);
  });
});
