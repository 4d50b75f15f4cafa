/** Why the broker turned something away. Each is counted, and nothing is turned away without one. */
const REFUSALS = [
  "connection-limit",
  "address-limit",
  "gateway-limit",
  "throttled",
  "tls",
  "not-mqtt",
  "connect-deadline",
  "packet-deadline",
  "packet-too-large",
  "cut",
  "malformed",
  "client-id",
  "credentials",
  "unavailable",
  "revoked",
  "foreign-estate",
  "foreign-gateway",
  "unknown-topic",
  "will-topic",
  "subscription",
  "forward",
  "frozen",
  "keepalive",
  "accept-failed",
] as const;

export type Refusal = (typeof REFUSALS)[number];

/** Counts refusals since the start. */
export interface Refusals {
  count(reason: Refusal): void;
  figures(): Readonly<Record<Refusal, number>>;
}

/** Makes counters that stand at 0. */
export function createRefusals(): Refusals {
  const counts = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as Record<Refusal, number>;
  return {
    count: (reason) => {
      counts[reason]++;
    },
    figures: () => ({ ...counts }),
  };
}

/** An error for Aedes: it closes the connection; the reason was counted where it was made. */
export class Refused extends Error {
  readonly reason: Refusal;
  /** CONNACK return code, where one is sent. */
  readonly returnCode: number;

  constructor(reason: Refusal, returnCode = 5) {
    super(reason);
    this.name = "Refused";
    this.reason = reason;
    this.returnCode = returnCode;
  }
}
