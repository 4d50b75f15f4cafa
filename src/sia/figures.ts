/** What became of a message. Each is a label of a counter, and nothing is turned away without one. */
const OUTCOMES = [
  /** Acknowledged: on disk, or known to carry nothing. */
  "acknowledged",
  /** The checksum is another: not answered, the panel sends it again. */
  "crc",
  /** Bytes that are no message, or one that was cut short. */
  "noise",
  "oversize",
  /** Whole, but without a head that can be read. */
  "malformed",
  /** Nobody configured this account. */
  "account",
  /** The account's gateway is unknown, was revoked, or does not belong to the estate. */
  "gateway",
  /** Sent in the clear by an account that has a key. */
  "plaintext",
  /** Encrypted, and there is no key or another; kept as a dead letter. */
  "undecipherable",
  /** The panel's clock is off: told the time. */
  "time",
  /** Too many messages wait for the disk: not answered. */
  "busy",
  /** Too many from one address: not answered. */
  "throttled",
  /** The hub could not keep it: not answered. */
  "failed",
  /** Connections turned away or closed because of a bound. */
  "connection",
  "slow",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Counts since the start. */
export interface SiaFigures {
  readonly connections: number;
  /** Messages that wait for the disk. */
  readonly pending: number;
  readonly frames: Readonly<Record<Outcome, number>>;
  /** Messages whose length field was wrong; they count above as well. */
  readonly wrongLengths: number;
}

/** The counters that make up the figures. */
export interface Counters {
  count(outcome: Outcome): void;
  countWrongLength(): void;
  read(): Pick<SiaFigures, "frames" | "wrongLengths">;
}

/** Makes counters that stand at 0. */
export function createCounters(): Counters {
  const frames = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  let wrongLengths = 0;
  return {
    count(outcome) {
      frames[outcome]++;
    },
    countWrongLength() {
      wrongLengths++;
    },
    read: () => ({ frames: { ...frames }, wrongLengths }),
  };
}
