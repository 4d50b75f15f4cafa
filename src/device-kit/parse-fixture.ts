import { fixtureBytes, type Fixture } from "./fixture.ts";
import { compilePattern } from "./pattern.ts";
import type { ProfileSpec, ReadMessage } from "./spec.ts";

/** A fixture as its profile's parser sees it. */
export interface ParsedFixture {
  readonly message: ReadMessage;
  readonly body: unknown;
}

/** The message that reads a fixture, with the body; undefined when no parser of the profile takes its bytes. */
export function parseFixture({ prefix, messages }: ProfileSpec, fixture: Fixture): ParsedFixture | undefined {
  const { topic, taught = {}, options = {}, contentType } = fixture;
  const rest = prefix === "" ? topic : topic.slice(prefix.length + 1);
  const segments = rest === "" && prefix !== "" ? [] : rest.split("/");
  for (const message of messages) {
    const captures = compilePattern(message.path)(segments);
    if (!captures) continue;
    if (!("parse" in message)) return undefined;
    const payload = fixtureBytes(fixture);
    const parsed = message.parse.parse(
      payload,
      {
        transport: fixture.transport ?? "mqtt",
        path: topic,
        payload,
        retained: fixture.retained ?? false,
        receivedAt: 0,
        configOf: () => fixture.config ?? {},
        pseudonym: () => "",
        zone: "UTC",
        options,
        recall: (key) => (Object.hasOwn(taught, key) ? taught[key] : undefined),
        ...(contentType !== undefined && { contentType }),
      },
      captures,
    );
    return parsed.fault === undefined ? { message, body: parsed.body } : undefined;
  }
  return undefined;
}
