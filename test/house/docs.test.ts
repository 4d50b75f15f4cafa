import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const SKIP = new Set(["node_modules", ".git", "data"]);

function markdown(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    if (SKIP.has(name)) return [];
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return markdown(path);
    return path.endsWith(".md") ? [path] : [];
  });
}

/** `# Some heading` → `some-heading`, as forges make anchors. */
function anchors(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replaceAll(/\s/g, "-"),
    ),
  );
}

function brokenLinks(file: string, text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#");
      const absolute = path === "" ? file : resolve(dirname(file), decodeURI(path));
      if (!existsSync(absolute)) return true;
      return anchor !== undefined && !anchors(readFileSync(absolute, "utf8")).has(decodeURIComponent(anchor));
    });
}

function unknownScripts(text: string, scripts: ReadonlySet<string>): string[] {
  const run = [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = ""]) => name);
  const plain = [...text.matchAll(/npm (start|test)\b/g)].map(([, name = ""]) => name);
  return [...run, ...plain].filter((name) => !scripts.has(name));
}

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const scripts = new Set(Object.keys(manifest.scripts));
const files = markdown(ROOT);

describe("docs", () => {
  test("there are docs to check", () => {
    expect(files.map((file) => relative(ROOT, file))).toContain("README.md");
    expect(files.length).toBeGreaterThan(8);
  });

  test.each(files.map((file) => [relative(ROOT, file)]))("%s: links and npm scripts exist", (name) => {
    const file = join(ROOT, name);
    const text = readFileSync(file, "utf8");
    expect(brokenLinks(file, text)).toEqual([]);
    expect(unknownScripts(text, scripts)).toEqual([]);
  });

  test("control: a broken link, a broken anchor and an unknown script are found", () => {
    const file = join(ROOT, "README.md");
    expect(brokenLinks(file, "[a](docs/none.md) [b](#no-such-heading) [c](package.json)")).toEqual([
      "docs/none.md",
      "#no-such-heading",
    ]);
    expect(unknownScripts("`npm run nonsense`, npm test", scripts)).toEqual(["nonsense"]);
  });
});
