/** An abort of one's own that also follows another signal, until it is disposed. */
export interface LinkedAbort extends Disposable {
  readonly signal: AbortSignal;
  readonly abort: (reason: Error) => void;
}

/** Makes an abort that `parent` triggers too. */
export function linkAbort(parent: AbortSignal): LinkedAbort {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener("abort", follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => parent.removeEventListener("abort", follow),
  };
}

/** Awaits `work`, and aborts with the error that `late` makes when it takes longer than `ms`. */
export async function inTime<T>(
  work: Promise<T>,
  ms: number,
  abort: Pick<LinkedAbort, "abort">,
  late: () => Error,
): Promise<T> {
  const timer = setTimeout(() => abort.abort(late()), ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
