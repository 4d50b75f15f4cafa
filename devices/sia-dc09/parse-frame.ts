import { textOf, type Parsed, type Parser } from "../../src/device-kit/index.ts";
import { alsoRestored } from "./sia-codes.ts";
import { contactIdPlace, siaPlace, type Place } from "./points.ts";
import { readSiaData, type SiaEvent } from "./sia-data.ts";

/** `87CD0037"ADM-CID"9876R579L789#12345A[…`: CRC and length may be missing, they are the receiver's. */
const FRAME =
  /^(?:[0-9A-Fa-f]{8})?"(\*?)([A-Z0-9-]{1,16})"(\d{4})(?:R[0-9A-Fa-f]{0,6})?(?:L[0-9A-Fa-f]{0,6})?(?:#([0-9A-Za-z]{1,16}))?\[(.*)$/s;
/** The supervision line of an OH transmitter, which has no frame. */
const SUPERVISION = /^SR\d{4}L\d{4}\s{1,8}([0-9A-Za-z]{1,16})\s{1,8}\[ID\w{1,16}\]$/;
const DATA = /^(?:#([0-9A-Za-z]{1,16}))?\|?(.*)$/s;
const EXTENDED = /\[([A-Z])([^[\]]*)\]/g;
const STAMP = /_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4})$/;
/** Qualifier, event, partition, zone or user: `1110 00 129`. */
const CONTACT_ID = /^\s*([136])([0-9A-F]{3})\s+([0-9A-F]{1,2})\s+([0-9A-F]{1,4})(?![0-9A-Za-z])/;

/** An event of either format; `person` is its `user` on this panel, and is hashed. */
interface Member extends Place {
  readonly peripheral?: string;
  readonly panelTime?: string;
  readonly person?: string;
}
interface SiaMember extends Member {
  readonly letters: string;
  readonly also?: readonly string[];
}
interface ContactIdMember extends Member {
  /** Qualifier and event, `3401`. */
  readonly digits: string;
}

/** The body that rules read from. */
interface Body {
  readonly token: string;
  readonly device?: string;
  /** Identity of the message: its sequence number is worth something only together with a time. */
  readonly key?: string;
  /** When the message was sent, `HH:MM:SS,MM-DD-YYYY` in UTC. */
  readonly sent?: string;
  /** When it happened, where the panel says so; the same form. */
  readonly occurred?: string;
  readonly block?: "old";
  readonly sia?: readonly SiaMember[];
  readonly contactId?: readonly ContactIdMember[];
}

/** Reads one SIA DC-09 message. Checksum and length belong to the line and are checked by its receiver. */
export const dc09Frame: Parser = {
  format: "SIA DC-09",
  // Four times what a receiver must be able to take.
  maxBytes: 4 * 1024,
  parse: (payload, _input, captures) => parseFrame(textOf(payload).trim(), captures["account"]),
};

function parseFrame(frame: string, path: string | undefined): Parsed {
  const match = FRAME.exec(frame);
  if (!match) {
    const [, account] = SUPERVISION.exec(frame) ?? [];
    if (account === undefined) return { fault: "malformed", detail: "this is no frame of SIA DC-09" };
    return done({ token: "OH", ...named(path ?? account) });
  }
  const [, star, token = "", sequence = "", account, rest = ""] = match;
  if (star === "*") {
    // That somebody is there can be seen without the key.
    if (token === "NULL") return done({ token, ...named(path ?? account) });
    return { fault: "encrypted", detail: `a ${token} message, and no key for it` };
  }
  const end = rest.indexOf("]");
  if (end < 0) return { fault: "malformed", detail: "the data do not end" };
  const tail = rest.slice(end + 1);
  const [, inner, data = ""] = DATA.exec(rest.slice(0, end)) ?? [];
  const device = deviceOf(path, account, inner);
  const sent = STAMP.exec(tail)?.[1];
  const occurred = tail.includes("[") ? occurrence(tail) : undefined;
  const common: Body = {
    token,
    ...named(device),
    ...(sent !== undefined && { sent, key: `${sequence} ${sent}` }),
    ...(occurred !== undefined && { occurred }),
  };
  switch (token) {
    case "NULL":
      return done(common);
    case "SIA-DCS":
      return sia(common, data);
    case "ADM-CID":
      return contactId(common, data);
    default:
      return { fault: "schema", detail: "neither SIA-DCS, ADM-CID nor NULL" };
  }
}

function sia(common: Body, data: string): Parsed {
  const { events, old, text } = readSiaData(data);
  if (events.length === 0 && !text) return { fault: "schema", detail: "the SIA data hold no event" };
  const members = events.map((event) => siaMember(common, event));
  return done({ ...common, sia: members, ...(old && { block: "old" }) });
}

function siaMember(common: Body, event: SiaEvent): SiaMember {
  const { letters, number, area, user, peripheral, panelTime } = event;
  const also = alsoRestored(letters);
  return {
    letters,
    ...member(common, siaPlace(letters, number, area, user)),
    ...(peripheral !== undefined && { peripheral }),
    ...(panelTime !== undefined && { panelTime }),
    ...(also && { also }),
  };
}

function contactId(common: Body, data: string): Parsed {
  const [, qualifier = "", event = "", group = "", number = ""] = CONTACT_ID.exec(data) ?? [];
  if (event === "") return { fault: "schema", detail: "the data are no Contact ID event" };
  const place = contactIdPlace(event, group, number);
  return done({ ...common, contactId: [{ digits: qualifier + event, ...member(common, place) }] });
}

/** The number of a user means a person only on his own panel. */
function member({ device }: Body, place: Place): Member {
  const { user } = place;
  return user === undefined ? place : { ...place, person: `${device ?? ""}:${user}` };
}

/** A transmitter that speaks for several panels names each in the data: they are devices behind it. */
function deviceOf(
  path: string | undefined,
  account: string | undefined,
  inner: string | undefined,
): string | undefined {
  const device = path ?? account ?? inner;
  if (account === undefined || inner === undefined || account === inner) return device;
  if (bare(account) === bare(inner)) return device;
  return `${device}/${inner}`;
}

const bare = (account: string): string => account.replace(/^0+/, "").toUpperCase();

function occurrence(tail: string): string | undefined {
  for (const [, letter, value] of tail.matchAll(EXTENDED)) if (letter === "H") return value;
  return undefined;
}

const named = (device: string | undefined): { device?: string } => (device === undefined ? {} : { device });
const done = (body: Body): Parsed => ({ body });
