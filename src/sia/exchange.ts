import { SECOND } from "../domain/time.ts";
import type { Accept, Acceptance, Authenticator, Clock } from "../ports.ts";
import { acknowledge, refuseTime, SUPERVISION_ACK, unable, type Answered } from "./answers.ts";
import { decrypt } from "./cipher.ts";
import { crc16 } from "./crc16.ts";
import type { Counters, Outcome } from "./figures.ts";
import type { Flood } from "./flood.ts";
import type { Found, Frame } from "./framer.ts";
import { readHead, supervisionAccount, type Head } from "./message.ts";
import type { SiaAccount } from "./options.ts";
import type { SparseLog } from "./sparse-log.ts";

/** DC-09 5.5.1.8: an encrypted message may be this much ahead of the receiver's clock, or behind it. */
const AHEAD_MS = 20 * SECOND;
const BEHIND_MS = 40 * SECOND;

export interface ExchangeParts {
  readonly accept: Accept;
  readonly auth: Pick<Authenticator, "principal">;
  readonly clock: Clock;
  readonly warn: SparseLog;
  readonly counters: Counters;
  readonly flood: Flood;
  /** Bounds, by account, what is kept of what cannot be deciphered. */
  readonly letters: Pick<Flood, "admit">;
  /** Told of every message that is acknowledged. */
  readonly heard: (account: SiaAccount) => void;
  readonly accounts: readonly SiaAccount[];
  readonly maxPending: number;
}

/** What a sender is told. */
export interface Answer {
  readonly bytes: Buffer;
  /** True for an ACK: the sender is a panel of ours, as far as that can be told. */
  readonly acknowledges: boolean;
}

/** Deals with messages, whatever line they came on. */
export interface Exchange {
  /** Resolves with the answer, or with none. Never rejects. */
  receive(found: Found, address: string): Promise<Answer | undefined>;
  /** Messages that wait for the disk. */
  readonly pending: () => number;
}

/**
 * The life of a message:
 *
 *   checksum ─▶ account ─▶ gateway's rights ─▶ decrypt, clock ─▶ accept ─▶ on disk ─▶ ACK
 *      │          │              │                │     │
 *    silence     DUH            DUH              DUH   NAK
 *
 * An ACK promises what a PUBACK does. Silence and no answer make a panel send again; a DUH tells it, and
 * whoever looks after it, that sending again will not help.
 */
export function createExchange(parts: ExchangeParts): Exchange {
  const { accept, auth, clock, warn, counters, flood, letters, heard, maxPending } = parts;
  const accounts = new Map(parts.accounts.map((each) => [each.account.toUpperCase(), each]));
  let pending = 0;

  async function receive(found: Found, address: string): Promise<Answer | undefined> {
    if (!flood.admit(address)) {
      counters.count("throttled");
      return undefined;
    }
    if (found.kind === "frame") return exchange(found, address);
    if (found.kind === "supervision") return supervise(found.text, address);
    fault(found.kind, address);
    return undefined;
  }

  async function exchange(frame: Frame, address: string): Promise<Answer | undefined> {
    const { text, crc, length, binaryCrc } = frame;
    if (crc16(text) !== crc) {
      fault("crc", address);
      return undefined;
    }
    // The checksum has shown that the text is whole. Lengths are wrong in most published messages of real
    // panels, so a wrong one is told in the figures and otherwise forgiven.
    if (length !== text.length) counters.countWrongLength();
    const head = readHead(text);
    if (!head) {
      fault("malformed", address);
      return undefined;
    }
    const answered = { head, binaryCrc };
    const account = entitled(head.account, address);
    if (!account) return refusal(unable(answered));
    if (head.encrypted) return exchangeEncrypted(account, text, answered, address);
    if (!mayBePlain(account, address)) return refusal(unable(answered));
    return (await kept(account, text)) && acknowledgement(acknowledge(answered, undefined, clock.now()));
  }

  async function exchangeEncrypted(
    account: SiaAccount,
    text: Buffer,
    answered: Answered,
    address: string,
  ): Promise<Answer | undefined> {
    const { key } = account;
    const { head } = answered;
    const opened = key && decrypt(text, head, key);
    if (!opened) {
      fault("undecipherable", address);
      warn("a panel's messages cannot be deciphered; its key is missing or another", {
        account: account.account,
      });
      // Nobody proved to be the panel: a few tell what is wrong, more would fill the disk.
      const keep = isWorthKeeping(head, key) && letters.admit(account.account);
      if (keep && !(await accepted(account, text))) return undefined;
      return refusal(unable(answered));
    }
    const ahead = opened.sentAt - clock.now();
    if (ahead > AHEAD_MS || ahead < -BEHIND_MS) {
      counters.count("time");
      const seconds = Math.round(ahead / SECOND);
      warn("a panel's clock is off; it is told the time and must send again", {
        account: account.account,
        seconds,
      });
      return refusal(refuseTime(answered, clock.now()));
    }
    return (await kept(account, opened.text)) && acknowledgement(acknowledge(answered, key, clock.now()));
  }

  /** Lines without frames cannot be encrypted, and say nothing but that somebody is there. */
  async function supervise(text: Buffer, address: string): Promise<Answer | undefined> {
    const name = supervisionAccount(text);
    const account = name === undefined ? undefined : entitled(name, address);
    if (!account || !mayBePlain(account, address)) return undefined;
    return (await kept(account, text)) && acknowledgement(SUPERVISION_ACK);
  }

  /** The account, if it is configured and its gateway may report for its estate. */
  function entitled(name: string, address: string): SiaAccount | undefined {
    const account = accounts.get(name);
    if (!account) {
      fault("account", address);
      warn("a panel reports with an account that is not configured", { account: name, address });
      return undefined;
    }
    if (!auth.principal(account.gateway)?.estateIds.has(account.estate)) {
      fault("gateway", address);
      const { gateway, estate } = account;
      warn("a panel's gateway is unknown, revoked or not of this estate", { account: name, gateway, estate });
      return undefined;
    }
    return account;
  }

  function mayBePlain(account: SiaAccount, address: string): boolean {
    if (!account.key || account.allowPlain) return true;
    fault("plaintext", address);
    warn("a panel that has a key reports in the clear", { account: account.account, address });
    return false;
  }

  /** True, and counted, when the message is on disk or known to carry nothing. */
  async function kept(account: SiaAccount, payload: Buffer): Promise<true | undefined> {
    if (!(await accepted(account, payload))) return undefined;
    counters.count("acknowledged");
    heard(account);
    return true;
  }

  async function accepted(account: SiaAccount, payload: Buffer): Promise<Acceptance | undefined> {
    if (pending >= maxPending) {
      counters.count("busy");
      return undefined;
    }
    const { estate: estateId, gateway: gatewayId } = account;
    pending++;
    try {
      return await accept({
        transport: "tcp",
        gatewayId,
        route: { kind: "bridge", estateId, gatewayId, path: `sia/${account.account}` },
        payload,
        retained: false,
        receivedAt: clock.now(),
      });
    } catch (error) {
      counters.count("failed");
      warn("a panel's message could not be kept", { account: account.account, err: error });
      return undefined;
    } finally {
      pending--;
    }
  }

  function fault(outcome: Outcome, address: string): void {
    counters.count(outcome);
    flood.fault(address);
  }

  return { receive, pending: () => pending };
}

const acknowledgement = (bytes: Buffer): Answer => ({ bytes, acknowledges: true });
const refusal = (bytes: Buffer): Answer => ({ bytes, acknowledges: false });

/**
 * What cannot be deciphered is kept as a dead letter. A sign of life counts only from an account without
 * a key: with one, it must be proved.
 */
function isWorthKeeping(head: Head, key: Buffer | undefined): boolean {
  return head.token !== "NULL" || key === undefined;
}
