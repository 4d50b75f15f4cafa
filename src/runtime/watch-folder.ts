import { watch, type FSWatcher } from "node:fs";

/** Bursts of changes closer together than this are told once. */
const DEBOUNCE_MS = 300;
/** A network folder or a replaced one may change without a word: it is looked at this often anyway. */
const EVERY_MS = 60_000;

/** How often is told; shorter only to test it. */
interface WatchTimes {
  readonly everyMs: number;
}

/**
 * Calls `changed` soon after something in a folder changed, and every minute in case that was missed.
 * The folder may be missing, replaced or on a disk that tells nothing. Returns how to stop.
 */
export function watchFolder(
  folder: string,
  changed: () => void,
  { everyMs }: WatchTimes = { everyMs: EVERY_MS },
): () => void {
  let watcher: FSWatcher | undefined;
  let soon: NodeJS.Timeout | undefined;

  function leave(): void {
    watcher?.close();
    watcher = undefined;
  }

  function look(): void {
    leave();
    try {
      watcher = watch(folder, { persistent: false }, () => {
        clearTimeout(soon);
        soon = setTimeout(changed, DEBOUNCE_MS).unref();
      });
      watcher.on("error", leave);
    } catch {
      // Not there, or it cannot be watched: the next look may find it, and until then the minute is enough.
    }
  }

  look();
  // Looking anew follows a folder that was moved away and made again under its name.
  const minute = setInterval(() => {
    look();
    changed();
  }, everyMs).unref();

  return () => {
    clearInterval(minute);
    clearTimeout(soon);
    leave();
  };
}
