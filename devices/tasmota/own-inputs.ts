import {
  body,
  constant,
  dryContact,
  each,
  edge,
  exists,
  field,
  firstOf,
  key,
  oneOf,
  pseudonym,
  siteCode,
  type Redaction,
  type Rule,
} from "../../src/device-kit/index.ts";

/** What an input does is reported in full (`"ON"`), or as an action when it is detached from its relay. */
const switches = each(
  field("Switches"),
  dryContact({
    of: firstOf(field("Action"), body()),
    point: key(),
    property: constant("state"),
    on: ["ON"],
    off: ["OFF"],
    whenOn: { code: "device_input.on", phase: "state" },
    whenOff: { code: "device_input.off", phase: "state" },
  }),
);

const buttons = each(
  field("Buttons"),
  edge({
    when: [oneOf(field("Action"), "SINGLE", "DOUBLE", "TRIPLE", "QUAD", "PENTA", "HOLD")],
    code: { configured: "buttonCode", otherwise: "info.button" },
    phase: "pulse",
    point: key(),
    attributes: { action: field("Action") },
  }),
);

const READERS = ["RC522", "PN532", "RDM6300", "Wiegand"];

/** A card or tag at a reader; who may enter is decided elsewhere. */
const cards = READERS.map((reader) =>
  edge({
    when: [exists(field(`${reader}.UID`))],
    code: "access.card_presented",
    phase: "pulse",
    point: constant(reader),
    attributes: { cardHash: pseudonym(field(`${reader}.UID`)) },
  }),
);

/** Personal data of cards: their number, and what is written on them. */
export const cardRedactions: readonly Redaction[] = [
  ...READERS.map((reader) => ({
    path: `${reader}.UID`,
    how: "hashed" as const,
    what: "number of a card or tag, or code typed at a keypad",
  })),
  { path: "RC522.Data", how: "dropped", what: "contents of a card" },
  { path: "PN532.DATA", how: "dropped", what: "contents of a card" },
];

/** A code of 433 MHz; which remote or contact sends it, only the site knows. */
const radio = edge({
  when: [exists(field("RfReceived.Data"))],
  code: siteCode(field("RfReceived.Data"), {}, "device_input.code"),
  phase: "pulse",
  attributes: { rfCode: field("RfReceived.Data"), protocol: field("RfReceived.Protocol") },
});

/** What is wired to the Tasmota device itself. */
export const ownInputs: readonly Rule[] = [switches, buttons, ...cards, radio];
