/** Messages below other prefixes, and the site's last word: `ignore`. */
import { describe, expect, test } from "vitest";
import {
  captured,
  constant,
  edge,
  field,
  first,
  siteCode,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import { BASE, define, run } from "./kit-support.ts";
import { eventsOf, inputOf } from "./support.ts";

const pulse = edge({ code: "life.sos", phase: "pulse" });
const inside: ReadMessage = { ...BASE, path: "{device}/state", rules: [pulse] };
const beyond: ReadMessage = { ...BASE, path: "{device...}", beyondPrefix: true, rules: [pulse] };
const bytes = Buffer.from('{"a":1}');

describe("a message beyond the prefix", () => {
  const profile = define(inside, beyond);

  test("makes the profile one that reads learned paths, and claims none by itself", () => {
    expect(profile.readsLearnedPaths).toBe(true);
    expect(define(inside).readsLearnedPaths).toBe(false);
    expect(profile.matches("site/lamp", "mqtt")).toBe(false);
    expect(profile.matches("t/lamp/state", "mqtt")).toBe(true);
    expect(profile.matches("t/lamp", "mqtt")).toBe(false);
  });

  test("reads the whole path, and nothing below the prefix", () => {
    expect(eventsOf(profile.decode(inputOf("site/lamp", bytes)))[0]?.device).toBe("site/lamp");
    expect(eventsOf(profile.decode(inputOf("t/lamp/state", bytes)))[0]?.device).toBe("lamp");
    expect(profile.decode(inputOf("t/lamp", bytes))).toMatchObject({ reason: "no_profile" });
    expect(define(inside).decode(inputOf("site/lamp", bytes))).toMatchObject({ reason: "no_profile" });
  });
});

describe("a word that the site ignores", () => {
  const word = edge({ code: siteCode(field("w"), { A: "fire.smoke" }), phase: "pulse" });
  const any = edge({ code: "info.button", phase: "pulse", attributes: { by: constant("rest") } });
  const message = { device: captured("device"), rules: [first(word, any)] };
  const options = { codes: { A: "ignore" } };

  test("ends a `first`: what follows is for words without a meaning", () => {
    expect(run(message, { w: "A" }, { options })).toMatchObject({ outcome: "ignored", reason: "telemetry" });
    expect(eventsOf(run(message, { w: "B" }, { options }))).toMatchObject([{ code: "info.button" }]);
  });

  test("makes no dead letter where an unknown word does", () => {
    const otherwise = { undecodable: "unknown_code", detail: "no such word" } as const;
    const strict = { rules: [word], otherwise };
    expect(run(strict, { w: "A" }, { options })).toMatchObject({ outcome: "ignored", reason: "no_code" });
    expect(run(strict, { w: "B" }, { options })).toMatchObject({
      outcome: "undecodable",
      reason: "unknown_code",
    });
  });
});
