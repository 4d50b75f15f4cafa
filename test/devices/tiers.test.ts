/** A tier is a claim about tests; this is what backs it. */
import { expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import type { Tier } from "../../src/ports.ts";
import { endToEnd } from "../e2e/sequence-scripts.ts";
import { capturesOf } from "./shared-index.ts";
import { ownFixtures, SHARED } from "./support.ts";

/** The hub's own format: its documentation and ours are the same. */
const OWN_FORMAT = "native";

function earned(id: string): Tier {
  const captured = id === OWN_FORMAT || capturesOf(id).length > 0;
  if (!captured) return "bronze";
  return endToEnd().has(id) ? "gold" : "silver";
}

test.skipIf(SHARED.missing).each(profiles.map(({ id, tier }) => [id, tier] as const))(
  "%s has earned %s",
  (id, tier) => {
    expect(ownFixtures(id).length).toBeGreaterThan(1);
    expect(tier).toBe(earned(id));
  },
);
