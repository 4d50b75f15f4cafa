/** SIA DC-09 content: what published messages become, the traps, and a table without holes. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ALSO_RESTORED,
  alsoRestored,
  SIA_CODES,
  SIA_PHASES,
  SIA_POSITIONS,
  SIA_UNTYPED,
} from "../../devices/sia-dc09/sia-codes.ts";
import { readSiaData } from "../../devices/sia-dc09/sia-data.ts";
import {
  decode,
  eventsOf,
  pseudonym,
  SHARED,
  sharedBytes,
  sharedFixtures,
  type Circumstances,
} from "./support.ts";

const STAMP = "_08:15:30,03-01-2026";
const TCP: Circumstances = { transport: "tcp" };
const read = (text: string, circumstances?: Circumstances) =>
  decode("sia-dc09", "sia", text, { ...TCP, ...circumstances });
const sia = (data: string) => read(`"SIA-DCS"0001R1L2#4F39[#4F39|${data}]${STAMP}`);
const contactId = (data: string) => read(`"ADM-CID"0001R1L2#4F39[#4F39|${data}]${STAMP}`);
const codes = (decoded: ReturnType<typeof read>) =>
  eventsOf(decoded).map(({ code, phase }) => `${code} ${phase}`);

describe.skipIf(SHARED.missing)("published messages", () => {
  const fixtures = sharedFixtures("sia_");

  test("there are ten", () => expect(fixtures).toHaveLength(10));

  test.each(fixtures.filter(({ expected }) => expected.phase !== "heartbeat" && expected.phase !== "none"))(
    "$file → $expected.code $expected.phase",
    ({ file, expected }) => {
      const decoded = decode("sia-dc09", "sia", sharedBytes(file), TCP);
      expect(eventsOf(decoded)[0]).toMatchObject(expected);
    },
  );

  test.each([
    ["sia_dc09_oh_heartbeat.txt", { outcome: "ignored", reason: "heartbeat", device: "006969XX" }],
    ["sia_dc09_null_encrypted.txt", { outcome: "ignored", reason: "heartbeat", device: "AAAB" }],
    ["sia_dc09_encrypted.txt", { outcome: "undecodable", reason: "encrypted" }],
  ])("%s", (file, expected) => {
    expect(decode("sia-dc09", "sia", sharedBytes(file), TCP)).toMatchObject(expected);
  });

  test("the texts between carets are nowhere", () => {
    for (const { file } of fixtures) {
      expect(JSON.stringify(decode("sia-dc09", "sia", sharedBytes(file), TCP))).not.toMatch(/FRONTE|TAST/);
    }
  });
});

describe("times", () => {
  test("are UTC with the month first, and flagged with no assumed zone", () => {
    const [event] = eventsOf(
      read(`"SIA-DCS"0001L0#4F39[#4F39|NFA1]_23:05:06,02-01-2026`, { zone: "Asia/Shanghai" }),
    );
    expect(event).toMatchObject({ deviceAt: Date.UTC(2026, 1, 1, 23, 5, 6) });
    expect(event?.flags).toBeUndefined();
  });

  test("no month 13: such a time counts as none, the event stays", () => {
    const [event] = eventsOf(read(`"SIA-DCS"0001L0#4F39[#4F39|NFA1]_23:05:06,13-01-2026`));
    expect(event).toMatchObject({ code: "fire.alarm" });
    expect(event?.deviceAt).toBeUndefined();
  });

  test("a sequence number is an identity only together with a time", () => {
    const message = `"SIA-DCS"0001L0#4F39[#4F39|NFA1/FA2]`;
    expect(eventsOf(read(message)).map(({ eventKey }) => eventKey)).toEqual([undefined, undefined]);
    const [first, second] = eventsOf(read(message + STAMP));
    expect(first).toMatchObject({ eventKey: "0001 08:15:30,03-01-2026:0", keyAt: first?.deviceAt });
    expect(second?.eventKey).not.toBe(first?.eventKey);
  });
});

describe("Contact ID keeps what a way through SIA codes would lose", () => {
  test.each([
    ["1113 00 007", "fire.waterflow raise"],
    ["1344 00 001", "device.jamming raise"],
    ["1201 00 001", "fire.water_pressure raise"],
    ["1426 00 001", "access.held_open raise"],
    ["1641 00 001", "life.inactivity raise"],
  ])("%s → %s", (data, expected) => expect(codes(contactId(data))).toEqual([expected]));

  test("a 3 restores, but for opening and closing it arms", () => {
    expect(codes(contactId("3130 01 004"))).toEqual(["intrusion.burglary clear"]);
    expect(codes(contactId("3401 01 057"))).toEqual(["system.arm pulse"]);
    expect(codes(contactId("3441 01 057"))).toEqual(["system.arm pulse"]);
    expect(codes(contactId("1401 01 057"))).toEqual(["system.disarm pulse"]);
  });

  test("a 6 repeats a state, and is none for a moment", () => {
    expect(eventsOf(contactId("6110 01 004"))[0]).toMatchObject({ phase: "raise", report: "level" });
    expect(contactId("6401 01 057")).toMatchObject({ outcome: "ignored", reason: "no_code" });
  });

  test("beginning, repeat and end of a condition speak of the same thing", () => {
    const things = ["1110 01 004", "6110 01 004", "3110 01 004"].map((data) => {
      const [event] = eventsOf(contactId(data));
      return [event?.point, event?.property];
    });
    expect(things).toEqual(Array.from(things, () => ["4", "110"]));
  });
});

describe("people", () => {
  test("a user's number is hashed together with the panel: user 1 is another everywhere", () => {
    const [event] = eventsOf(sia("Nri1/CL501"));
    expect(event?.attributes?.["personHash"]).toBe(pseudonym("4F39:501"));
    const [other] = eventsOf(read(`"SIA-DCS"0001L0#AAAA[#AAAA|Nri1/CL501]`));
    expect(other?.attributes?.["personHash"]).not.toBe(event?.attributes?.["personHash"]);
    expect(eventsOf(contactId("3401 01 057"))[0]?.attributes?.["personHash"]).toBe(pseudonym("4F39:57"));
    expect(eventsOf(contactId("1130 01 057"))[0]?.attributes?.["personHash"]).toBeUndefined();
  });

  test.each([
    ["SIA", sia("Nri1/CL40117"), "40117"],
    ["SIA, by id", sia("Nri1/id40117/CA1"), "40117"],
    ["Contact ID", contactId("3401 01 4117"), "4117"],
  ])("%s: the number itself is nowhere, its hash is", (_format, decoded, user) => {
    const [event] = eventsOf(decoded);
    expect(event?.attributes?.["personHash"]).toBe(pseudonym(`4F39:${user}`));
    expect(JSON.stringify(decoded)).not.toContain(user);
  });

  test.each([
    "Nri2^Familie Li^/id7^Li Ming^/CL7^Li Ming, 门口^",
    'Nri1/CL7*"Li Ming"NM',
    "Nri1/CL7 Li Ming",
    "Nri1/CL7^Li Ming",
    "Nri1/CL7|ALi Ming / FA Li",
    "Nri1/CL7][ILi Ming][LLi Ming 3][VLi Ming",
  ])("no name is left of %s", (data) => {
    const decoded = sia(data);
    expect(codes(decoded)).toEqual(["system.arm pulse"]);
    expect(JSON.stringify(decoded)).not.toMatch(/Li|门口/);
  });
});

describe("data as panels write them", () => {
  test.each([
    ["Nri1CL0", [{ letters: "CL", number: "0", area: "1" }]],
    ["NFA129", [{ letters: "FA", number: "129" }]],
    ["NNA01", [{ letters: "NA", number: "01" }]],
    ["NA01", [{ letters: "NA", number: "01" }]],
    ["OP001", [{ letters: "OP", number: "001" }]],
    ["Nri1/RP", [{ letters: "RP", area: "1" }]],
    [
      "Nti10:15/ri4/id3/pi010/FA2",
      [{ letters: "FA", number: "2", panelTime: "10:15", area: "4", user: "3", peripheral: "010" }],
    ],
    ["Nda05-20-26/FA2", [{ letters: "FA", number: "2" }]],
    ["Nri1/Wohnzimmer", []],
    ["", []],
  ])("%s", (data, events) => expect(readSiaData(data).events).toEqual(events));

  test("an old block tells of before", () => {
    expect(readSiaData("Nri1/OP1").old).toBe(false);
    expect(readSiaData("Ori1/FA1").old).toBe(true);
    expect(eventsOf(sia("Ori1/FA1"))[0]?.flags).toEqual(["replayed"]);
  });
});

/** The two-letter codes of SIA DC-03. */
function standard(): { readonly codes: Readonly<Record<string, string>> } {
  const path = `${SHARED.path}/../tables/sia_codes.json`;
  return JSON.parse(readFileSync(path, "utf8")) as { readonly codes: Readonly<Record<string, string>> };
}

describe.skipIf(SHARED.missing)("the table", () => {
  const known = SHARED.missing ? [] : Object.keys(standard().codes);
  const mapped = [SIA_CODES, SIA_POSITIONS, SIA_UNTYPED].flatMap((table) => Object.keys(table));
  /** Nothing the hub has a word for: cancels, schedules, printers, relays, listen-in, scenarios, headers. */
  const MEANT_FOR_OTHERS =
    "AB AF BC CB CC CD CE CI CO CR CT CW CX DS DU EE EX FC FL JK JL JO JR LE LF LU MI NB NC NE OC OI OT PC PD PE PG RA RC RN RO RT " +
    "RU SC TW TZ VI VO VR VT VX VY VZ XA XE XF XI XX YB YN YO YY ZY ZZ";

  test("every code of the standard is mapped or left out on purpose", () => {
    const left = known.filter((letters) => !mapped.includes(letters));
    expect(left.toSorted().join(" ")).toBe(MEANT_FOR_OTHERS);
  });

  test("nothing is mapped that the standard does not have, and nothing twice", () => {
    expect(mapped.filter((letters) => !known.includes(letters))).toEqual([]);
    expect(new Set(mapped).size).toBe(mapped.length);
  });
});

describe("alarms and their ends", () => {
  test.each(Array.from("BFGHKMPQSTWZ"))("%sA is raised, %sH ends it", (family) => {
    const [alarm, restore] = [`${family}A`, `${family}H`];
    expect([SIA_PHASES[alarm], SIA_PHASES[restore]]).toEqual(["raise", "clear"]);
    expect(SIA_CODES[restore]).toBe(SIA_CODES[alarm]);
  });

  test("what a restoral ends beside its alarm can be raised at the same point", () => {
    expect(codes(sia("Nri1/BR3"))).toEqual(["intrusion.burglary clear", "device.fault clear"]);
    const [trouble] = eventsOf(sia("Nri1/BT3"));
    const [, over] = eventsOf(sia("Nri1/BR3"));
    expect(over).toMatchObject({ point: trouble?.point, code: trouble?.code, property: trouble?.code });
    expect(alsoRestored("BH")).toBeUndefined();
    for (const code of Object.keys(ALSO_RESTORED)) {
      expect(
        Object.entries(SIA_CODES).some(([letters, one]) => one === code && SIA_PHASES[letters] === "raise"),
      ).toBe(true);
    }
  });
});
