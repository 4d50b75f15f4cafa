import { fixtureBytes, type Fixture } from "./fixture.ts";
import { compilePattern } from "./pattern.ts";
import type { ProfileSpec } from "./spec.ts";

/** The body that a profile reads from a fixture's bytes; undefined when no parser of it takes them. */
export function parseFixture({ prefix, messages }: ProfileSpec, fixture: Fixture): unknown {
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
    return parsed.fault === undefined ? parsed.body : undefined;
  }
  return undefined;
}
