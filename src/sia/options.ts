/** Where to listen; port 0 takes any. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** One panel, as it calls itself, and to whom it belongs. */
export interface SiaAccount {
  /** 3 to 16 digits and letters; capitals and small letters are the same. */
  readonly account: string;
  readonly estate: string;
  /** In whose name it reports: must exist, not be revoked, and belong to the estate. */
  readonly gateway: string;
  /** AES key of 16, 24 or 32 bytes. With one, plain messages are refused. */
  readonly key?: Buffer;
  /** Takes plain messages although there is a key: while panels are being changed over. */
  readonly allowPlain?: boolean;
  /** Its device is offline when nothing of it was acknowledged for so long. Milliseconds; absent: never. */
  readonly silenceMs?: number;
}

/** What an operator chooses. */
export interface SiaOptions {
  readonly tcp?: ListenAddress | undefined;
  readonly udp?: ListenAddress | undefined;
  readonly accounts: readonly SiaAccount[];
  readonly limits?: Partial<SiaLimits>;
}

/** Bounds, so that no sender costs more than its share. Times in milliseconds. */
export interface SiaLimits {
  /** Bytes of one message; the length field could say no more. */
  readonly maxFrameBytes: number;
  readonly maxConnections: number;
  /** A whole estate may stand behind one address. */
  readonly maxPerAddress: number;
  /** Messages of one connection that wait for the disk; beyond it the connection is not read. */
  readonly maxPendingPerConnection: number;
  /** Messages that wait for the disk, all together; beyond it they are not answered. */
  readonly maxPending: number;
  /** Time for the rest of a message that has begun, and for the first one of a connection to be acknowledged. */
  readonly frameMs: number;
  /** A connection that says nothing for so long is closed; the panel opens another. */
  readonly idleMs: number;
  /** Of one address within a minute: messages of any kind. */
  readonly framesPerMinute: number;
  /** Of one address within a minute: what was refused or could not be read. */
  readonly faultsPerMinute: number;
  /** Of one account within a minute: what could not be deciphered and is kept all the same. */
  readonly lettersPerMinute: number;
  /** How long a close waits for the disk. */
  readonly closeMs: number;
  /** How long the last answers may take to be read after that. */
  readonly lastWordMs: number;
  /** How long to wait before telling again what could not be told. */
  readonly tellAgainMs: number;
  /** How often deadlines are looked at. */
  readonly watchMs: number;
}

/** The bounds unless a test says otherwise. */
export const DEFAULT_LIMITS: SiaLimits = Object.freeze({
  maxFrameBytes: 4_096,
  maxConnections: 2_000,
  maxPerAddress: 500,
  maxPendingPerConnection: 8,
  maxPending: 2_000,
  frameMs: 15_000,
  idleMs: 600_000,
  framesPerMinute: 6_000,
  faultsPerMinute: 600,
  lettersPerMinute: 10,
  closeMs: 5_000,
  lastWordMs: 1_000,
  tellAgainMs: 60_000,
  watchMs: 1_000,
});
