import type { Phase } from "../../src/device-kit/index.ts";

/** Taxonomy code → the two-letter codes of SIA DC-03 that say it, separated by spaces. */
type Sayings = Readonly<Record<string, string>>;

/** A condition begins. */
const RAISES: Sayings = {
  "intrusion.burglary": "BA BM BV EA XM",
  "fire.alarm": "FA FG FM",
  "fire.heat": "KA",
  "fire.gas": "GA",
  "fire.waterflow": "SA",
  "fire.water_pressure": "SS",
  "life.medical": "MA",
  "life.sos": "PA QA",
  "life.inactivity": "NA",
  "facility.water_leak": "WA",
  "facility.freeze": "ZA",
  // Hold-up: "silent alarm, user under duress".
  "access.duress": "HA",
  "access.forced_open": "DF DJ",
  "access.held_open": "DL DM DN",
  "access.denied_repeat": "JA",
  "device.tamper": "TA TT ES XS",
  "device.low_battery": "YT XT YM",
  "device.ac_loss": "AT",
  "device.offline": "YC YS NT LT EM XL",
  "device.jamming": "XQ",
  // Zones in trouble, unsafe or missing; then the panel and what hangs on it.
  "device.fault":
    "BT BS BD BZ FT FS FW FY FZ GT GS HT HS KT KS MT MS PT PS QT QS ST UT US UY UZ WT WS ZT ZS " +
    "CM EZ AS ET IA OU PF SM YA YD YI YP YX",
  "device.test": "FI TS",
  "system.bypass": "BB FB GB HB KB MB PB QB SB TB UB WB ZB",
};

/** It is over. */
const CLEARS: Sayings = {
  "intrusion.burglary": "BH BR",
  "fire.alarm": "FH FR",
  "fire.heat": "KH KR",
  "fire.gas": "GH GR",
  "fire.waterflow": "SH SR",
  "life.medical": "MH MR",
  "life.sos": "PH PR QH QR",
  "life.inactivity": "NS",
  "facility.water_leak": "WH WR",
  "facility.freeze": "ZH ZR",
  "access.duress": "HH HR",
  "access.forced_open": "DR",
  "access.held_open": "DH",
  "access.denied_repeat": "JC",
  "device.tamper": "TR TH TJ EJ XJ",
  "device.low_battery": "YR XR",
  "device.ac_loss": "AR",
  "device.offline": "YK NR LR EN XC",
  "device.jamming": "XH",
  "device.fault": "BJ BE FJ FQ FV GJ HJ KJ MJ PJ QJ SJ UJ WJ ZJ AN ER IR OV PO YH YE YJ YQ YZ",
  "device.test": "FK TE",
  "system.bypass": "BU FU GU HU KU MU PU QU SU TU UU WU ZU",
};

/** Something happened once. */
const MOMENTS: Sayings = {
  // One zone of a pair; the other stayed quiet.
  "intrusion.motion": "BG",
  "access.denied": "DD DI DP DQ DV DW DZ LD RD",
  "access.denied_repeat": "DK",
  "access.duress": "ND",
  "access.granted": "DG JP",
  "facility.gate_fault": "DT",
  "system.arm": "CA CF CG CJ CK CL CP CQ CS CZ NF NL NM",
  "system.disarm": "OA OB OG OH OJ OK OL OP OQ OR OS OZ NO NP",
  "system.bypass": "XW",
  "device.config_changed": "DA DB JD JH JS JT JV JX JY JZ LB LS LX RB RS YG",
  "device.fault": "YF YU YW",
  "device.online": "RR",
  "device.tamper": "AA",
  "device.test": "BX FX GX RP RX RY TC TP TX",
};

/** A position, or a permission, is now this. */
const POSITIONS: Sayings = {
  "access.door_opened": "DO",
  "access.door_closed": "DC",
  "access.door_unlocked": "DX DE",
  "access.door_locked": "DY",
};

/** Zones without a type: what they mean, the installation says. */
const UNTYPED = { raise: "UA UG UX", clear: "UH UR" } as const;

/** Restorals that end troubles of their point as well as its alarm. */
const RESTORALS: Sayings = {
  "device.fault": "BR FR GR HR KR MR PR QR SR UR WR ZR",
  "fire.water_pressure": "SR",
  "access.held_open": "DR",
};

/** Two letters → our code, for what begins, ends or happens once. */
export const SIA_CODES: Readonly<Record<string, string>> = Object.freeze(
  Object.fromEntries([RAISES, CLEARS, MOMENTS].flatMap(codesBySaying)),
);

/** Two letters → whether it begins, ends or happens once. */
export const SIA_PHASES: Readonly<Record<string, Phase>> = Object.freeze({
  ...phasesOf(RAISES, "raise"),
  ...phasesOf(CLEARS, "clear"),
  ...phasesOf(MOMENTS, "pulse"),
});

/** Two letters → the position they report. */
export const SIA_POSITIONS: Readonly<Record<string, string>> = Object.freeze(
  Object.fromEntries(codesBySaying(POSITIONS)),
);

/** Two letters of an untyped zone → whether it is in alarm. */
export const SIA_UNTYPED: Readonly<Record<string, Phase>> = Object.freeze({
  ...phasesOf({ on: UNTYPED.raise }, "raise"),
  ...phasesOf({ on: UNTYPED.clear }, "clear"),
});

/** Codes of ours that a restoral ends beside the one its two letters name. */
export function alsoRestored(letters: string): readonly string[] | undefined {
  return ALSO.get(letters);
}

const ALSO: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(Object.groupBy(codesBySaying(RESTORALS), ([letters]) => letters)).map(
    ([letters, pairs = []]) => [letters, pairs.map(([, code]) => code)],
  ),
);

/** Codes that `alsoRestored` can name. */
export const ALSO_RESTORED: Readonly<Record<string, string>> = Object.freeze(
  Object.fromEntries(Object.keys(RESTORALS).map((code) => [code, code])),
);

function codesBySaying(sayings: Sayings): [letters: string, code: string][] {
  return Object.entries(sayings).flatMap(([code, all]) =>
    all.split(" ").map((letters): [string, string] => [letters, code]),
  );
}

function phasesOf(sayings: Sayings, phase: Phase): Readonly<Record<string, Phase>> {
  return Object.fromEntries(codesBySaying(sayings).map(([letters]) => [letters, phase]));
}
