import { boundedText, isPersonalKey, LIMITS } from "../../src/device-kit/index.ts";

type Attributes = Readonly<Record<string, string | number | boolean>>;
type Pseudonym = (personal: string) => string;

/** Reads a flat object of attributes; a text says what is wrong with it. */
export type AttributeReader = (value: unknown, pseudonym: Pseudonym) => Attributes | string;

const MOST = 64;
const KEY_LENGTH = 64;
const KEYS_AT_HAND = 1_000;
const PRINTABLE = /^[\u0020-\u007e]*$/;

type Treatment = "kept" | "hashed" | "refused";

/**
 * Makes a reader of attributes. Those whose name says that they are personal data come out as
 * `<name>Hash`; what was decided for a name is remembered, as a gateway sends the same few for years.
 */
export function createAttributeReader(): AttributeReader {
  const decided = new Map<string, Treatment>();

  function treatmentOf(name: string): Treatment {
    let treatment = decided.get(name);
    if (treatment === undefined) {
      if (decided.size >= KEYS_AT_HAND) decided.clear();
      treatment = decide(name);
      decided.set(name, treatment);
    }
    return treatment;
  }

  return (value, pseudonym) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return "attributes must be a flat object";
    const given = value as Record<string, unknown>;
    const names = Object.keys(given);
    if (names.length > MOST) return `attributes has ${names.length} members; at most ${MOST}`;
    const read: Record<string, string | number | boolean> = {};
    for (const name of names) {
      const treatment = treatmentOf(name);
      if (treatment === "refused")
        return `attributes has a name that is empty, longer than ${KEY_LENGTH} or not printable`;
      const member = given[name];
      if (typeof member === "string" || typeof member === "number") {
        if (!isStorable(member)) return faulty(name);
        if (treatment === "kept") read[name] = typeof member === "string" ? clean(member) : member;
        else if (member !== "") read[`${name}Hash`] = pseudonym(String(member));
      } else if (typeof member === "boolean") {
        read[name] = member;
      } else {
        return faulty(name);
      }
    }
    return read;
  };
}

function isStorable(member: string | number): boolean {
  return typeof member === "string" || Number.isFinite(member);
}

function faulty(name: string): string {
  return `attributes.${name} must be a text, a finite number or a truth value`;
}

function clean(text: string): string {
  return text.length <= LIMITS.text && PRINTABLE.test(text) ? text : boundedText(text);
}

function decide(name: string): Treatment {
  if (name === "" || name === "__proto__" || name.length > KEY_LENGTH || boundedText(name) !== name)
    return "refused";
  return isPersonalKey(name) ? "hashed" : "kept";
}
