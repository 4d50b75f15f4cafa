import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { isAsExpected } from "../../src/device-kit/index.ts";
import { fixtureInput, ownFixtures } from "./support.ts";

for (const profile of profiles) {
  describe(`${profile.id}: own fixtures`, () => {
    test.each(ownFixtures(profile.id))("%s", (_file, fixture) => {
      const input = fixtureInput(profile, fixture);
      expect(profile.matches(input.path, input.transport)).toBe(true);
      const decoded = profile.decode(input);
      expect(isAsExpected(decoded, fixture.expect), `became ${JSON.stringify(decoded)}`).toBe(true);
    });
  });
}

test("a fixture that is not met is found", () => {
  const [first] = ownFixtures("native");
  const wrong = { outcome: "ignored", reason: "telemetry" } as const;
  expect(first && isAsExpected(wrong, first[1].expect)).toBe(false);
  const event = { device: "d", code: "life.sos", phase: "pulse", report: "edge" } as const;
  const decoded = { outcome: "events", events: [event] } as const;
  expect(isAsExpected(decoded, { events: [{ code: "life.sos" }] })).toBe(true);
  expect(isAsExpected(decoded, { events: [{ code: "life.medical" }] })).toBe(false);
  expect(isAsExpected(decoded, { events: [] })).toBe(false);
  expect(isAsExpected(decoded, { events: [{ attributes: { a: 1 } }] })).toBe(false);
});
