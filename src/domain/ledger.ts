import { CLOSE_REASONS, type CloseReason } from "./incident.ts";
import type { EpochMs } from "./time.ts";

/** How many incidents of one rule and device were closed with one reason. */
export interface ClosingCount {
  readonly rule: string;
  readonly estateId: string;
  readonly deviceId: string;
  readonly reason: CloseReason;
  readonly count: number;
  /** The latest of these closings. */
  readonly lastAt: EpochMs;
}

/** How people, or for P4 and P5 the rules, closed incidents. */
export type Closings = Readonly<Record<CloseReason, number>>;

/** What became of the incidents of a rule. */
export interface RuleLedger {
  readonly rule: string;
  readonly closed: Closings;
  /** Confirmed ÷ (confirmed + false alarms); absent where neither was ever said. */
  readonly precision?: number;
}

/** What became of the incidents of a rule at one device. */
export interface DeviceLedger extends RuleLedger {
  readonly estateId: string;
  readonly deviceId: string;
  /** The latest closing of any reason. */
  readonly lastAt: EpochMs;
  /** So many false alarms that its incidents should weigh less, or the device be mended: for people to decide. */
  readonly proposedForDemotion: boolean;
}

/** The false-alarm ledger of a span of time. */
export interface Ledger {
  readonly rules: readonly RuleLedger[];
  /** Those with a false alarm; most of them first. */
  readonly devices: readonly DeviceLedger[];
}

/** False alarms of a rule at a device in twelve months that make a proposal. */
export const TOO_MANY = 3;

/** Adds closings up by rule, and by rule and device. */
export function ledgerOf(counts: readonly ClosingCount[]): Ledger {
  const byRule = Map.groupBy(counts, ({ rule }) => rule);
  const byDevice = Map.groupBy(counts, ({ rule, estateId, deviceId }) => `${rule}\n${estateId}\n${deviceId}`);
  const devices = [...byDevice.values()].flatMap((group): readonly DeviceLedger[] => {
    const [first] = group;
    const closed = closingsOf(group);
    if (!first || closed.false_alarm === 0) return [];
    const { rule, estateId, deviceId } = first;
    const lastAt = Math.max(...group.map((one) => one.lastAt));
    const proposedForDemotion = closed.false_alarm >= TOO_MANY;
    return [{ rule, estateId, deviceId, closed, ...precisionOf(closed), lastAt, proposedForDemotion }];
  });
  return {
    rules: [...byRule]
      .map(([rule, group]): RuleLedger => {
        const closed = closingsOf(group);
        return Object.assign({ rule, closed }, precisionOf(closed));
      })
      .toSorted((a, b) => b.closed.false_alarm - a.closed.false_alarm || (a.rule < b.rule ? -1 : 1)),
    devices: devices.toSorted(
      (a, b) =>
        b.closed.false_alarm - a.closed.false_alarm || b.lastAt - a.lastAt || (a.rule < b.rule ? -1 : 1),
    ),
  };
}

function closingsOf(counts: readonly ClosingCount[]): Closings {
  const sum = (reason: CloseReason): number =>
    counts.reduce((total, one) => total + (one.reason === reason ? one.count : 0), 0);
  return Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, sum(reason)])) as Closings;
}

function precisionOf({ confirmed, false_alarm: falseAlarms }: Closings): Pick<RuleLedger, "precision"> {
  const judged = confirmed + falseAlarms;
  return judged === 0 ? {} : { precision: confirmed / judged };
}
