import type { AliveMark } from "../hub/alive-mark.ts";
import type { Logger } from "../runtime/log.ts";

/** Keeps the mark fresh until the returned function is called, which moves it for the last time. */
export function startHeartbeat(mark: AliveMark, log: Logger): () => Promise<void> {
  async function beat(): Promise<void> {
    try {
      await mark.tick();
    } catch (error) {
      log.error({ err: error }, "could not note that the hub is alive; it tries again");
    }
  }
  const timer = setInterval(() => void beat(), mark.everyMs);
  return async () => {
    clearInterval(timer);
    await beat();
  };
}
