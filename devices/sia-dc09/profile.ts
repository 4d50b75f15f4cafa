import {
  body,
  codeTable,
  defineProfile,
  each,
  edge,
  equals,
  exists,
  field,
  first,
  firstTime,
  ignored,
  key,
  level,
  localTime,
  lookup,
  oneOf,
  outer,
  phaseTable,
  pseudonym,
  siteCode,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import { contactIdTables } from "../contact-id/contact-id.ts";
import { dc09Frame } from "./parse-frame.ts";
import { ALSO_RESTORED, SIA_CODES, SIA_PHASES, SIA_POSITIONS, SIA_UNTYPED } from "./sia-codes.ts";

const CHANGES = contactIdTables(1, 3);
const STANDING = contactIdTables(6);

const utc = (path: string) => localTime(field(path), "HH:mm:ss,MM-dd-yyyy", "utc");

/** Of every event, whatever its format. */
const common = {
  point: field("point"),
  key: [outer(field("key")), key()],
  keyTime: localTime(outer(field("sent")), "HH:mm:ss,MM-dd-yyyy", "utc"),
};
const attributes = {
  area: field("area"),
  peripheral: field("peripheral"),
  panelTime: field("panelTime"),
  personHash: pseudonym(field("person")),
};

const letters = field("letters");
const sia = { ...common, attributes: { reported: letters, ...attributes } };
const digits = field("digits");
const contactId = {
  ...common,
  attributes: { reported: digits, ...attributes },
};

const message = {
  parse: dc09Frame,
  device: field("device"),
  // A panel that was cut off tells when it happened beside when it was sent.
  time: firstTime(utc("occurred"), utc("sent")),
  flags: { replayed: [equals(field("block"), "old")] },
  // Texts and extended data, which may name people, are left behind by the parser.
  redact: [
    { path: "sia.*.user", how: "hashed", what: "number of the panel's user; hashed with the account" },
    { path: "contactId.*.user", how: "hashed", what: "number of the panel's user; hashed with the account" },
  ],
  rules: [
    ignored("heartbeat", oneOf(field("token"), "NULL", "OH")),
    each(
      field("sia"),
      first(
        edge({
          ...sia,
          when: [oneOf(letters, ...Object.keys(SIA_UNTYPED))],
          code: { configured: "inputCode", otherwise: "device_input.on" },
          phase: phaseTable(letters, SIA_UNTYPED),
        }),
        edge({
          ...sia,
          when: [exists(lookup(letters, SIA_POSITIONS))],
          code: codeTable(letters, SIA_POSITIONS),
          phase: "state",
        }),
        // What the installation alone knows a code for is taken for something that happens once.
        edge({ ...sia, code: siteCode(letters, SIA_CODES), phase: phaseTable(letters, SIA_PHASES, "pulse") }),
      ),
      each(
        field("also"),
        level({
          when: [exists(body())],
          code: codeTable(body(), ALSO_RESTORED),
          phase: "clear",
          point: outer(field("point")),
          property: body(),
          attributes: { reported: outer(letters) },
        }),
      ),
    ),
    each(
      field("contactId"),
      edge({
        ...contactId,
        code: siteCode(digits, CHANGES.codes),
        phase: phaseTable(digits, CHANGES.phases, "pulse"),
        property: lookup(digits, CHANGES.events),
      }),
      // "Still present" repeats what was told before.
      level({
        ...contactId,
        code: codeTable(digits, STANDING.codes),
        phase: phaseTable(digits, STANDING.phases),
        property: lookup(digits, STANDING.events),
      }),
    ),
  ],
  otherwise: "no_code",
} as const satisfies Omit<ReadMessage, "path">;

/**
 * SIA DC-09: alarm panels that report over TCP or UDP with SIA (DC-03) or Contact ID (DC-05) content.
 * Messages come from the hub's own receiver, which has checked and decrypted them.
 */
export const siaDc09 = defineProfile({
  id: "sia-dc09",
  title: { zh: "SIA DC-09 报警主机", en: "SIA DC-09 alarm panels" },
  vendor: "SIA",
  transports: ["tcp"],
  prefix: "sia",
  kind: "panel",
  tier: "gold",
  messages: [
    { path: "", ...message },
    { path: "{account...}", ...message },
  ],
});
