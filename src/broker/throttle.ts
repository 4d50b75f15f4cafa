import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Clock } from "../ports.ts";

/** Slows down whoever keeps failing to log in, before a password is checked at all. */
export interface Throttle {
  /** True when this address, or this gateway id at this address, failed too often within the minute. */
  blocks(address: string, gatewayId: string): boolean;
  failed(address: string, gatewayId: string): void;
  succeeded(address: string, gatewayId: string): void;
}

export interface ThrottleParts {
  readonly clock: Clock;
  readonly failuresPerGateway: number;
  readonly failuresPerAddress: number;
}

/** Keys kept; when there are more, the oldest go. */
const MEMORY = 10_000;

/** Makes a throttle that remembers nothing yet. */
export function createThrottle({ clock, failuresPerGateway, failuresPerAddress }: ThrottleParts): Throttle {
  const failures = new Map<string, { count: number; readonly until: EpochMs }>();

  function count(key: string): number {
    const entry = failures.get(key);
    return entry && entry.until > clock.now() ? entry.count : 0;
  }

  function add(key: string): void {
    const before = count(key);
    if (before > 0) {
      const entry = failures.get(key);
      if (entry) entry.count = before + 1;
      return;
    }
    failures.delete(key);
    failures.set(key, { count: 1, until: clock.now() + MINUTE });
    const [oldest] = failures.keys();
    if (failures.size > MEMORY && oldest !== undefined) failures.delete(oldest);
  }

  return {
    blocks: (address, gatewayId) =>
      count(address) >= failuresPerAddress || count(`${address} ${gatewayId}`) >= failuresPerGateway,
    failed(address, gatewayId) {
      add(address);
      add(`${address} ${gatewayId}`);
    },
    succeeded: (address, gatewayId) => void failures.delete(`${address} ${gatewayId}`),
  };
}
