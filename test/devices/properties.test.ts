/** Whatever arrives, decoding returns a sound outcome. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { fixtureBytes, LIMITS, phaseFits, type Fixture } from "../../src/device-kit/index.ts";
import type { Decoded, DecodedEvent } from "../../src/domain/event.ts";
import { canonicalCode } from "../../src/domain/taxonomy.ts";
import { capturesOf } from "./shared-index.ts";
import { inputOf, ownFixtures, type Circumstances } from "./support.ts";

const UNPRINTABLE = /[\p{Cc}\p{Cs}\ufffd]/u;

/** What is wrong with an outcome as such, whatever the message was; empty when it is sound. */
function unsound(decoded: Decoded): readonly string[] {
  if (decoded.outcome === "ignored") return [];
  if (decoded.outcome === "undecodable") {
    return decoded.reason === "profile_fault" || decoded.detail === ""
      ? [`dead: ${JSON.stringify(decoded)}`]
      : [];
  }
  const { length } = decoded.events;
  const faults = length > 0 && length <= LIMITS.events ? [] : [`${length} events`];
  return [...faults, ...decoded.events.flatMap(unsoundEvent)];
}

function unsoundEvent(event: DecodedEvent): readonly string[] {
  const names = [event.device, event.point ?? "-"];
  const times = [event.deviceAt, event.gatewayAt, event.keyAt];
  const values = [event.value ?? 0, ...Object.values(event.attributes ?? {})];
  const checks: readonly (readonly [boolean, string])[] = [
    [canonicalCode(event.code) === event.code, `code ${event.code}`],
    [phaseFits(event.code, event.phase), `phase ${event.phase} of ${event.code}`],
    [names.every((name) => name !== "" && !UNPRINTABLE.test(name)), `names ${JSON.stringify(names)}`],
    [times.every((at) => at === undefined || Number.isSafeInteger(at)), `times ${times.join(" ")}`],
    [values.every((value) => typeof value !== "number" || Number.isFinite(value)), "numbers"],
    [values.every((value) => ["string", "number", "boolean"].includes(typeof value)), "values"],
  ];
  return checks.filter(([sound]) => !sound).map(([, fault]) => fault);
}

test("the check finds what is unsound", () => {
  const event: DecodedEvent = { device: "d", code: "life.sos", phase: "pulse", report: "edge" };
  const bad: readonly Decoded[] = [
    { outcome: "undecodable", reason: "profile_fault", detail: "x" },
    { outcome: "events", events: [] },
    ...[
      { ...event, device: "a\u0000" },
      { ...event, device: "" },
      { ...event, code: "sos.panic" },
      { ...event, phase: "heartbeat" as const },
      { ...event, deviceAt: Number.NaN },
      { ...event, attributes: { a: Infinity } },
    ].map((broken) => ({ outcome: "events" as const, events: [event, broken] })),
  ];
  expect(bad.map((decoded) => unsound(decoded).length > 0)).toEqual(bad.map(() => true));
  expect(unsound({ outcome: "events", events: [event] })).toEqual([]);
});

interface Sample {
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly circumstances: Circumstances;
}

/** A fixture as a sample, under the circumstances it names. */
function sampleOf(fixture: Fixture): Sample {
  return { topic: fixture.topic, bytes: fixtureBytes(fixture), circumstances: fixture };
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
  const samples: Sample[] = [
    ...ownFixtures(id).map(([, fixture]) => sampleOf(fixture)),
    ...capturesOf(id).map(({ path, bytes }) => ({ topic: path, bytes, circumstances: {} })),
  ];
  const sample = fc.constantFrom(...samples);
  const circumstance = fc.constantFrom<Circumstances>(
    {},
    { retained: true },
    {
      config: {
        contact: "normally-open",
        buttonCode: "life.sos",
        inputCode: "fire.alarm",
        zone: "Asia/Urumqi",
        points: { 1: { contact: "normally-closed" } },
        codes: { alarm: "fire.alarm", "1": "ignore" },
      },
      options: { codes: { event: "order.fight" }, fields: { code: "a.b", device: "x" }, timeUnit: "iso" },
    },
  );

  const faults = (topic: string, bytes: Uint8Array, circumstances: Circumstances = {}) =>
    unsound(profile.decode(inputOf(topic, bytes, circumstances)));
  /** The first message found that decodes to something unsound; null when none was. */
  const counterexample = (arbitrary: fc.Arbitrary<readonly [string, Uint8Array, Circumstances]>): unknown => {
    const property = fc.property(arbitrary, ([topic, bytes, c]) => faults(topic, bytes, c).length === 0);
    const { counterexample: found, errorInstance } = fc.check(property, { numRuns: 1_500 });
    return errorInstance ?? found;
  };

  test("samples are sound as they are", () => {
    expect(samples.flatMap(({ topic, bytes, circumstances: c }) => faults(topic, bytes, c))).toEqual([]);
  });

  test("mangled bytes", () => {
    const found = counterexample(
      sample.chain(({ topic, bytes, circumstances }) =>
        fc.tuple(fc.constant(topic), mangled(bytes), fc.oneof(fc.constant(circumstances), circumstance)),
      ),
    );
    expect(found).toBeNull();
  });

  test("altered values", () => {
    const found = counterexample(
      sample.chain(({ topic, bytes, circumstances }) =>
        fc.tuple(fc.constant(topic), altered(bytes), fc.oneof(fc.constant(circumstances), circumstance)),
      ),
    );
    expect(found).toBeNull();
  });

  test("any bytes, on any path", () => {
    const path = fc.oneof(
      sample.map(({ topic }) => topic),
      fc.array(fc.string(), { maxLength: 6 }).map((parts) => [profile.prefix, ...parts].join("/")),
      fc.string(),
    );
    expect(counterexample(fc.tuple(path, fc.uint8Array({ maxLength: 400 }), circumstance))).toBeNull();
  });
});
