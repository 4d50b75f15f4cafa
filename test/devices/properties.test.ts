/** Whatever arrives, decoding returns a sound outcome. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { fixtureBytes, LIMITS, phaseFits } from "../../src/device-kit/index.ts";
import type { Decoded } from "../../src/domain/event.ts";
import { canonicalCode } from "../../src/domain/taxonomy.ts";
import { inputOf, ownFixtures, sharedBytes, sharedFixtures } from "./support.ts";

const FAMILIES: Readonly<Record<string, string>> = { zigbee2mqtt: "z2m_", frigate: "frigate_" };

const UNPRINTABLE = /[\p{Cc}\p{Cs}\ufffd]/u;

function expectSound(decoded: Decoded): void {
  if (decoded.outcome === "undecodable") {
    expect(decoded.reason).not.toBe("profile_fault");
    expect(decoded.detail).not.toBe("");
    return;
  }
  if (decoded.outcome === "ignored") return;
  expect(decoded.events.length).toBeGreaterThan(0);
  expect(decoded.events.length).toBeLessThanOrEqual(LIMITS.events);
  for (const event of decoded.events) {
    expect(canonicalCode(event.code)).toBe(event.code);
    expect(phaseFits(event.code, event.phase)).toBe(true);
    for (const name of [event.device, event.point ?? "-"]) {
      expect(name).not.toBe("");
      expect(name).not.toMatch(UNPRINTABLE);
    }
    for (const at of [event.deviceAt, event.gatewayAt, event.keyAt])
      expect(at === undefined || Number.isSafeInteger(at)).toBe(true);
    for (const value of Object.values(event.attributes ?? {})) {
      expect(typeof value === "boolean" || typeof value === "string" || Number.isFinite(value)).toBe(true);
    }
  }
}

interface Sample {
  readonly topic: string;
  readonly bytes: Uint8Array;
}

/** Bytes of a sample with some replaced, removed or doubled. */
const mangled = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.tuple(fc.nat(), fc.constantFrom("set", "cut", "double", "end"), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((changes) => {
      let now = [...bytes];
      for (const [where, what, byte] of changes) {
        const at = where % (now.length + 1);
        if (what === "set") now[at] = byte;
        else if (what === "cut") now.splice(at, (byte % 8) + 1);
        else if (what === "double") now.splice(at, 0, ...now.slice(at, at + 16));
        else now = now.slice(0, at);
      }
      return Uint8Array.from(now);
    });

/** JSON of a sample in which one value somewhere is another. */
const altered = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const source = Buffer.from(bytes).toString();
  const values: { path: string[] }[] = [];
  const walk = (value: unknown, path: string[]): void => {
    values.push({ path });
    if (typeof value === "object" && value !== null)
      for (const [name, member] of Object.entries(value)) walk(member, [...path, name]);
  };
  try {
    walk(JSON.parse(source), []);
  } catch {
    return mangled(bytes);
  }
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(
      null,
      "",
      [],
      {},
      -0,
      1e308,
      -1,
      true,
      "\u0000",
      "__proto__",
      "constructor",
      [["x"]],
      "9".repeat(600),
    ),
    fc.record({ __proto__: fc.string(), length: fc.integer(), toString: fc.string() }),
  );
  return fc.tuple(fc.nat(), odd).map(([pick, value]) => {
    const { path } = values[pick % values.length] ?? { path: [] };
    const put = (here: unknown, [step, ...rest]: string[]): unknown => {
      if (step === undefined) return value;
      if (Array.isArray(here))
        return here.map((member, at) => (String(at) === step ? put(member, rest) : (member as unknown)));
      const members = here as Record<string, unknown>;
      return { ...members, [step]: put(members[step], rest) };
    };
    return Buffer.from(JSON.stringify(put(JSON.parse(source), path)) ?? "");
  });
};

describe.each(profiles.map((profile) => [profile.id, profile] as const))("%s", (id, profile) => {
  const family = FAMILIES[id];
  const shared =
    family === undefined
      ? []
      : sharedFixtures(family).map(({ file, topic }) => ({
          topic: topic.replace(/^zigbee\//, "zigbee2mqtt/"),
          bytes: sharedBytes(file),
        }));
  const own = ownFixtures(id).map(([, fixture]) => ({ topic: fixture.topic, bytes: fixtureBytes(fixture) }));
  const samples: Sample[] = [...own, ...shared];
  const sample = fc.constantFrom(...samples);
  const config = fc.constantFrom({}, {
    contact: "normally-open",
    buttonCode: "life.sos",
    zone: "Asia/Urumqi",
  } as const);

  test("samples are sound as they are", () => {
    for (const { topic, bytes } of samples) expectSound(profile.decode(inputOf(topic, bytes)));
  });

  test("mangled bytes", () => {
    const arbitrary = sample.chain(({ topic, bytes }) =>
      fc.tuple(fc.constant(topic), mangled(bytes), config),
    );
    fc.assert(
      fc.property(arbitrary, ([topic, bytes, c]) =>
        expectSound(profile.decode(inputOf(topic, bytes, { config: c }))),
      ),
      { numRuns: 1_500 },
    );
  });

  test("altered values", () => {
    const arbitrary = sample.chain(({ topic, bytes }) =>
      fc.tuple(fc.constant(topic), altered(bytes), config),
    );
    fc.assert(
      fc.property(arbitrary, ([topic, bytes, c]) =>
        expectSound(profile.decode(inputOf(topic, bytes, { config: c }))),
      ),
      { numRuns: 1_500 },
    );
  });

  test("any bytes, on any path", () => {
    const path = fc.oneof(
      sample.map(({ topic }) => topic),
      fc.array(fc.string(), { maxLength: 6 }).map((parts) => [profile.prefix, ...parts].join("/")),
      fc.string(),
    );
    fc.assert(
      fc.property(path, fc.uint8Array({ maxLength: 400 }), fc.boolean(), (topic, bytes, retained) =>
        expectSound(profile.decode(inputOf(topic, bytes, { retained }))),
      ),
      { numRuns: 1_500 },
    );
  });
});
