/**
 * What a profile declares to be personal never comes out of it: in the profile's own fixtures each declared
 * field is given a mark, and the mark must not be in what the message becomes.
 */
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import {
  fixtureBytes,
  profileRedactions,
  type DataProfile,
  type Fixture,
} from "../../src/device-kit/index.ts";
import { parseFixture } from "../../src/device-kit/parse-fixture.ts";
import { fixtureInput, inputOf, ownFixtures } from "./support.ts";

const MARK = "Zq7Personal9";
/** A mark for a number, which must stay one to be read. */
const DIGITS = "83619472058";

interface Marked {
  readonly fixture: Fixture;
  readonly mark: string;
  /** The fixture as it was. */
  readonly plain: Fixture;
}

/** The texts and numbers that stand at a declared path of a body. */
function valuesAt(body: unknown, [step, ...rest]: readonly string[]): readonly string[] {
  if (step === undefined) return leaves(body);
  if (typeof body !== "object" || body === null) return [];
  const members = body as Readonly<Record<string, unknown>>;
  const names = step === "*" ? Object.keys(members) : Object.hasOwn(members, step) ? [step] : [];
  return names.flatMap((name) => valuesAt(members[name], rest));
}

function leaves(value: unknown): readonly string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

/** A fixture in which a value is a mark; undefined where the value does not stand in it as it was read. */
function marked(plain: Fixture, value: string): Marked | undefined {
  const source = Buffer.from(fixtureBytes(plain)).toString();
  const quoted = JSON.stringify(value).slice(1, -1);
  const written = source.includes(quoted) ? quoted : value;
  if (written === "" || !source.includes(written)) return undefined;
  const mark = /^\d{3,11}$/.test(written) ? DIGITS.slice(0, written.length) : MARK;
  return { plain, mark, fixture: { ...plain, payload: source.replaceAll(written, mark) } };
}

/** Fixtures of a profile with the mark in a declared field, one for each place where it stands. */
function markedFixtures(profile: DataProfile, path: string): readonly Marked[] {
  return ownFixtures(profile.id).flatMap(([, fixture]) => {
    const parsed = parseFixture(profile.spec, fixture);
    // What one message calls personal may be the name of a trigger in another.
    const isPersonal = parsed?.message.redact.some((one) => one.path === path && one.how !== "harmless");
    if (!parsed || !isPersonal) return [];
    return valuesAt(parsed.body, path.split(".")).flatMap((value) => marked(fixture, value) ?? []);
  });
}

/** The native format has its own tests: there the name of an attribute decides. */
const declared = profiles
  .filter((profile) => "spec" in profile)
  .flatMap((profile) => {
    const paths = profileRedactions(profile).filter(({ how }) => how !== "harmless");
    return [...new Set(paths.map(({ path }) => path))].map((path) => ({ id: profile.id, path, profile }));
  });

describe("declared personal data", () => {
  test.each(declared)("$id: $path", ({ path, profile }) => {
    const planted = markedFixtures(profile, path);
    expect(planted.length, "a fixture that carries it").toBeGreaterThan(0);
    let readAsBefore = 0;
    for (const { plain, fixture, mark } of planted) {
      const decoded = profile.decode(fixtureInput(profile, fixture));
      expect(JSON.stringify(decoded)).not.toContain(mark);
      if (decoded.outcome === profile.decode(fixtureInput(profile, plain)).outcome) readAsBefore++;
    }
    expect(readAsBefore, "the mark is in a message that is still read").toBeGreaterThan(0);
  });

  test("control: a mark in a field that is no secret does come out", () => {
    const plain = profiles.find(({ id }) => id === "zigbee2mqtt");
    const decoded = plain?.decode(inputOf("zigbee2mqtt/x", Buffer.from(JSON.stringify({ action: MARK }))));
    expect(JSON.stringify(decoded)).toContain(MARK);
  });
});
