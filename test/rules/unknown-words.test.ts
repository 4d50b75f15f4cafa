import { expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";

const compiler = createConditionCompiler();

function refusalOf(text: string): string | undefined {
  const compiled = compiler.compile(`event.code == 'fire.smoke' && ${text}`);
  return "refused" in compiled ? compiled.refused : undefined;
}

// Each would never hold, and nobody would know why there is no alarm.
test.each([
  ["event.code != 'fire.smok'", "The taxonomy has no code 'fire.smok'."],
  ["event.phase == 'rise'", "A phase is raise, clear, pulse, state, heartbeat; there is no phase 'rise'."],
  [
    "event.phase in ['raise', 'pulse', 'clears', 'stat']",
    "A phase is raise, clear, pulse, state, heartbeat; there is no phase 'clears', 'stat'.",
  ],
  ["'egde' == event.transition", "A transition is edge, initial, repeat; there is no transition 'egde'."],
  [
    "!(device.kind != 'camra')",
    "A kind is gate, camera, sensor, panel, gateway, other; there is no kind 'camra'.",
  ],
  [
    "(local.hour > 5 ? estate.mode == 'away' : true)",
    "An estate is armed, disarmed, maintenance; there is no mode 'away'.",
  ],
])("a word that no event has is refused: %s", (text, refusal) => {
  expect(refusalOf(text)).toBe(refusal);
});

test.each([
  "event.phase in ['raise', 'clear', 'pulse', 'state', 'heartbeat']",
  "event.transition in ['edge', 'initial', 'repeat']",
  "device.kind in ['gate', 'camera', 'sensor', 'panel', 'gateway', 'other']",
  "estate.mode in ['armed', 'disarmed', 'maintenance']",
  "event.point == 'rise' && device.placeId == 'camra'",
])("every word there is, and names of people's own, are allowed: %s", (text) => {
  expect(refusalOf(text)).toBeUndefined();
});
