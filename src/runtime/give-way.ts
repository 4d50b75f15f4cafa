import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/**
 * Lets other threads go before this one where there are not enough cores, by a priority of `node:os`. Linux
 * gives each thread one of its own; elsewhere all stay equal.
 */
export function giveWay(priority: number): void {
  try {
    const thread = Number(basename(readlinkSync("/proc/thread-self")));
    setPriority(thread, priority);
  } catch {
    // No /proc: nothing to set.
  }
}
