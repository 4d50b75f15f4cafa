/** What the number behind a SIA code counts, where it is not a zone; after the columns of SIA DC-03. */
const COUNTED: Readonly<Record<string, string>> = {
  user: "BC CE CF CJ CK CL CP CQ CR DA DB EE JD JH JK JP JS JT JV JX JY JZ OC OH OJ OK OL OP OQ OR OT RX",
  area: "BV CA CB CD CG CI CT CW FI FK JA JC JR ND NE NF NL NM NO OA OB OG OI",
  door: "DC DD DE DF DG DH DI DJ DK DL DM DN DO DP DQ DR DS DV DW DX DY DZ",
  expander: "EJ EM EN ER ES ET",
  line: "LR LT",
  network: "NC NR NT",
  output: "OU OV",
  receiver: "XH XJ XQ XS",
};

const KIND_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(COUNTED).flatMap(([kind, codes]) =>
    codes.split(" ").map((letters): [string, string] => [letters, kind]),
  ),
);

/** Where on a panel something happened, and which of its users did it. */
export interface Place {
  readonly point?: string;
  readonly area?: string;
  readonly user?: string;
}

/**
 * Reads the numbers of a SIA event. Zones are points by their bare number, everything else with its kind
 * (`area-1`, `door-2`), so that zone 3 and expander 3 stay two things. Zero means the whole system.
 */
export function siaPlace(
  letters: string,
  number: string | undefined,
  area: string | undefined,
  id: string | undefined,
): Place {
  const kind = KIND_OF.get(letters) ?? "zone";
  const counted = withoutZeros(number);
  const partition = (kind === "area" ? counted : undefined) ?? withoutZeros(area);
  const user = (kind === "user" ? counted : undefined) ?? withoutZeros(id);
  const point = kind === "user" || kind === "area" ? ofKind("area", partition) : ofKind(kind, counted);
  return place(point, partition, user);
}

/** Contact ID events whose last number is a user: duress, opening and closing, access by code. */
const BY_USER = /^(?:121|4(?:0[0-8]|1\d|2[1245]|4[12]|5\d|6\d))$/;

/** Reads partition and number of a Contact ID event. */
export function contactIdPlace(event: string, group: string, number: string): Place {
  const partition = withoutZeros(group);
  const counted = withoutZeros(number);
  return BY_USER.test(event)
    ? place(ofKind("area", partition), partition, counted)
    : place(counted, partition, undefined);
}

function place(point: string | undefined, area: string | undefined, user: string | undefined): Place {
  return {
    ...(point !== undefined && { point }),
    ...(area !== undefined && { area }),
    ...(user !== undefined && { user }),
  };
}

function ofKind(kind: string, number: string | undefined): string | undefined {
  return number === undefined || kind === "zone" ? number : `${kind}-${number}`;
}

function withoutZeros(number = ""): string | undefined {
  const bare = number.startsWith("0") ? number.replace(/^0+/, "") : number;
  return bare === "" ? undefined : bare;
}
