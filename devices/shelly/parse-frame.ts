import {
  parseJson,
  textOf,
  type Parsed,
  type Parser,
  isFields,
  type Fields,
} from "../../src/device-kit/index.ts";

/** `smoke:0` → `smoke`: the kind of component, which rules can ask for. */
const kindOf = (component: string): string => component.split(":", 1)[0] ?? "";

const withKind = (component: string, status: unknown): Fields => ({ kind: kindOf(component), status });

/** Reads JSON that must be one object. */
function readObject(payload: Uint8Array): Parsed & { readonly values?: Fields } {
  const parsed = parseJson(textOf(payload));
  if (parsed.fault !== undefined) return parsed;
  const { body } = parsed;
  return isFields(body) ? { body, values: body } : { fault: "schema", detail: "an object was expected" };
}

/**
 * A notification: `{ ts, components: { "smoke:0": { kind, status } }, events: [{ component, event, … }] }`.
 * Components are keys of the vendor's `params`, beside its time and its events.
 */
export const notification: Parser = {
  format: "json notification",
  parse(payload) {
    const read = readObject(payload);
    if (read.fault !== undefined) return read;
    const { params, method } = read.values ?? {};
    if (typeof method !== "string" || !method.startsWith("Notify") || !isFields(params)) {
      return { fault: "schema", detail: "no notification: method or params is missing" };
    }
    const { ts, events, ...components } = params;
    return {
      body: {
        ts,
        components: Object.fromEntries(
          Object.entries(components).map(([name, status]) => [name, withKind(name, status)]),
        ),
        events: Array.isArray(events) ? events : [],
      },
    };
  },
};

/** The status of the one component that the topic names, in the same shape. */
export const componentStatus: Parser = {
  format: "json status of a component",
  parse(payload, _input, { component = "" }) {
    const read = readObject(payload);
    if (read.fault !== undefined) return read;
    return { body: { components: { [component]: withKind(component, read.values) } } };
  },
};
