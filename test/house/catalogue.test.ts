import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogue } from "../../devices/catalogue.ts";
import { profiles } from "../../devices/index.ts";

const page = readFileSync(new URL("../../docs/devices.md", import.meta.url), "utf8");

test("docs/devices.md is what the profiles say today (npm run catalogue)", () => {
  expect(page).toBe(catalogue(profiles));
});

test("control: a profile that changes makes the page stale", () => {
  const [first, ...rest] = profiles;
  if (!first) throw new Error("there are no profiles");
  const promoted = { ...first, vendor: "Somebody else" };
  expect(catalogue([promoted, ...rest])).not.toBe(page);
  expect(catalogue(rest)).not.toBe(page);
});

test("every profile has its row with tier and transports", () => {
  for (const { id, tier, transports } of profiles) {
    const row = page.split("\n").find((line) => line.includes(`(../devices/${id}/README.md)`));
    expect(row, id).toContain(`| ${transports.join(", ")} |`);
    expect(row, id).toContain(`| ${tier} |`);
  }
});
