/** The head of a message, before the bracket. */
export interface Head {
  readonly encrypted: boolean;
  /** `SIA-DCS`, `ADM-CID`, `NULL`, or another that nobody here reads. */
  readonly token: string;
  readonly sequence: string;
  /** `R` and `L` with their numbers, as sent; an answer repeats them. */
  readonly route: string;
  /** In capitals; that of the data when the head names none. */
  readonly account: string;
  /** Where the data begin, behind the bracket. */
  readonly dataAt: number;
}

const HEAD =
  /^"(\*?)([A-Z0-9-]{1,16})"(\d{4})((?:R[0-9A-Fa-f]{0,6})?(?:L[0-9A-Fa-f]{0,6})?)(?:#([0-9A-Za-z]{1,16}))?\[/;
const INNER_ACCOUNT = /^#([0-9A-Za-z]{1,16})\|/;
/** The longest head there can be, and the account behind it. */
const LONGEST = 96;
const SUPERVISION_ACCOUNT = /^SR\d{4}L\d{4} +([0-9A-Za-z]+) /;

/** Reads the head of a message; undefined when it is none, or names no account. */
export function readHead(text: Buffer): Head | undefined {
  const begin = text.toString("latin1", 0, LONGEST);
  const match = HEAD.exec(begin);
  if (!match) return undefined;
  const [all, star, token = "", sequence = "", route = "", outer] = match;
  const account = outer ?? INNER_ACCOUNT.exec(begin.slice(all.length))?.[1];
  if (account === undefined) return undefined;
  return {
    encrypted: star === "*",
    token,
    sequence,
    route,
    account: account.toUpperCase(),
    dataAt: all.length,
  };
}

/** The account of a supervision line; undefined when it has none. */
export function supervisionAccount(text: Buffer): string | undefined {
  return SUPERVISION_ACCOUNT.exec(text.toString("latin1"))?.[1]?.toUpperCase();
}
