/** What a server under test tells the bench. */
export type ChildMessage =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "stored"; readonly count: number };

/** Tells the bench that this process is listening, and ends the process when the bench is gone. */
export function announceReady(port: number): void {
  tell({ kind: "ready", port });
  process.once("disconnect", () => process.exit(0));
}

/** Answers every question of the bench with the present count of stored events. */
export function answerStored(count: () => number): void {
  process.on("message", () => tell({ kind: "stored", count: count() }));
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}
