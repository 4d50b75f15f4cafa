/** What a profile author may import. */
export type { ProfileInput } from "../ports.ts";
export type { Ask, Decoded, DecodedEvent, EventFlag, Json, Lesson, Phase } from "../domain/event.ts";
export { canonicalCode } from "../domain/taxonomy.ts";
export { defineProfile, type DataProfile } from "./define-profile.ts";
export type { HandWrittenProfile } from "./hand-written.ts";
export type { MessageSpec, ReadMessage, Redaction } from "./spec.ts";
export {
  json,
  jsonFault,
  jsonOrWord,
  parseJson,
  text,
  textOf,
  withPictures,
  xml,
  xmlOrJson,
  type Parsed,
  type Parser,
} from "./parsers.ts";
export type { Captures } from "./pattern.ts";
export {
  body,
  captured,
  constant,
  field,
  firstOf,
  key,
  learned,
  lookup,
  optionField,
  outer,
  pseudonym,
  type Source,
} from "./sources.ts";
export { bit, equals, exists, not, oneOf, within, type Guard } from "./guards.ts";
export {
  epochMilliseconds,
  epochSeconds,
  firstTime,
  isoTime,
  localTime,
  noTime,
  optionTime,
  type TimeSpec,
} from "./times.ts";
export {
  codeTable,
  contact,
  dryContact,
  each,
  eachDevice,
  edge,
  first,
  flag,
  ignored,
  level,
  phaseTable,
  siteCode,
  type Rule,
} from "./rules.ts";
export { isPlausible, readIso } from "./iso-time.ts";
export { createZoneOffsets } from "./zone-offsets.ts";
export { LIMITS } from "./limits.ts";
export { boundedText, cleanName } from "./names.ts";
export { isPersonalKey } from "./personal.ts";
export { defaultPhase, phaseFits } from "./phases.ts";
export { faultOf } from "./profile-fault.ts";
export { fixtureBytes, isAsExpected, type Fixture } from "./fixture.ts";
export { isFields, type Fields } from "./fields.ts";
export { readPath } from "./path.ts";
export { profileCodes, profileRedactions, usesSiteCodes } from "./walk.ts";
export { lintProfile, type LintSubject } from "./lint.ts";
