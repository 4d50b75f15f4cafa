import {
  edge,
  field,
  firstTime,
  isoTime,
  level,
  lookup,
  phaseTable,
  siteCode,
  type Rule,
  type Source,
} from "../../src/device-kit/index.ts";
import { contactIdTables } from "../contact-id/contact-id.ts";
import { alertTime } from "./alert-time.ts";

const inner = (name: string): Source => field(`CIDEvent.${name}`);
/** Qualifier and event, 3401. */
const digits = inner("code");
const told = contactIdTables(1, 3);
const present = contactIdTables(6);

const time = firstTime(isoTime(inner("trigger"), "device"), alertTime);
const details = {
  time,
  point: inner("zone"),
  attributes: {
    contactId: digits,
    kind: inner("type"),
    partition: inner("system"),
    partitionName: inner("subSystemName"),
    zoneName: inner("zoneName"),
  },
} as const;

/** Contact ID events of an alarm panel. */
export const panelEvents: readonly Rule[] = [
  edge({
    ...details,
    code: siteCode(digits, told.codes),
    phase: phaseTable(digits, told.phases),
    property: lookup(digits, told.events),
    key: [field("uuid"), digits],
    keyTime: time,
  }),
  level({
    ...details,
    code: siteCode(digits, present.codes),
    phase: phaseTable(digits, present.phases),
    property: lookup(digits, present.events),
  }),
];
