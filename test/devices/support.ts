import { readdirSync, readFileSync } from "node:fs";
import { profiles } from "../../devices/index.ts";
import { fixtureBytes, type Fixture } from "../../src/device-kit/index.ts";
import type { BindingOptions, DeviceConfig } from "../../src/domain/estate.ts";
import type { Decoded, DecodedEvent, Json } from "../../src/domain/event.ts";
import type { Transport } from "../../src/domain/journal.ts";
import { createPseudonym } from "../../src/registry/pseudonym.ts";
import type { Profile, ProfileInput } from "../../src/ports.ts";
import { sharedFolder } from "../shared.ts";

export const RECEIVED_AT = Date.UTC(2026, 2, 1, 1);
export const pseudonym = createPseudonym(Buffer.from("a key for tests only"));

export const SHARED = sharedFolder("DEVICE_FIXTURES", "device-facts/fixtures");

export interface SharedFixture {
  readonly file: string;
  readonly topic: string;
  readonly expected: { readonly code: string; readonly phase: string };
}

/** The entries of the shared index whose file begins with one of these. */
export function sharedFixtures(...families: readonly string[]): readonly SharedFixture[] {
  if (SHARED.missing) return [];
  const index = JSON.parse(readFileSync(`${SHARED.path}/index.json`, "utf8")) as readonly SharedFixture[];
  return index.filter(({ file }) => families.some((family) => file.startsWith(family)));
}

export function sharedBytes(file: string): Buffer {
  return readFileSync(`${SHARED.path}/${file}`);
}

/** Our own fixtures of a profile, by file name. */
export function ownFixtures(id: string): readonly (readonly [string, Fixture])[] {
  const dir = new URL(`../../devices/${id}/fixtures/`, import.meta.url);
  return readdirSync(dir).map((file) => [
    file,
    JSON.parse(readFileSync(new URL(file, dir), "utf8")) as Fixture,
  ]);
}

function profile(id: string): Profile {
  const found = profiles.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no profile ${id}`);
  return found;
}

export interface Circumstances {
  readonly transport?: Transport;
  readonly contentType?: string;
  readonly config?: DeviceConfig;
  readonly options?: BindingOptions;
  readonly taught?: Readonly<Record<string, Json>>;
  readonly retained?: boolean;
  readonly zone?: string;
}

export function inputOf(path: string, payload: Uint8Array, circumstances: Circumstances = {}): ProfileInput {
  const { config = {}, options = {}, taught = {}, contentType } = circumstances;
  return {
    transport: circumstances.transport ?? "mqtt",
    path,
    payload,
    retained: circumstances.retained ?? false,
    receivedAt: RECEIVED_AT,
    configOf: () => config,
    pseudonym,
    zone: circumstances.zone ?? "Asia/Shanghai",
    options,
    recall: (key) => (Object.hasOwn(taught, key) ? taught[key] : undefined),
    ...(contentType !== undefined && { contentType }),
  };
}

/** A fixture as its profile sees it. */
export function fixtureInput({ transports }: Profile, fixture: Fixture): ProfileInput {
  const [transport = "mqtt"] = transports;
  return inputOf(fixture.topic, fixtureBytes(fixture), { transport, ...fixture });
}

/** Decodes one message: a text as it stands, anything else as JSON. */
export function decode(id: string, path: string, payload: unknown, circumstances?: Circumstances): Decoded {
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return profile(id).decode(inputOf(path, bytes, circumstances));
}

export function eventsOf(decoded: Decoded): readonly DecodedEvent[] {
  if (decoded.outcome !== "events") throw new Error(`no events: ${JSON.stringify(decoded)}`);
  return decoded.events;
}
