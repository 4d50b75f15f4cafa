import type { MessagePort, Worker } from "node:worker_threads";
import { ZhianError, type ErrorCode, type FieldFault } from "../errors.ts";

/** An object whose methods all return promises, and so may live in another thread. */
export type Remote = object;

interface Call {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly answer: number;
  readonly value?: unknown;
  readonly error?: PlainError;
}

interface PlainError {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly faults?: readonly FieldFault[];
}

type Port = Pick<MessagePort | Worker, "postMessage" | "on">;

/** Answers calls that arrive on `port` with the methods of `target`. Arguments and results are copied. */
export function serve(port: Port, target: Remote): void {
  const methods = new Map(Object.entries(target).filter(([, method]) => typeof method === "function"));
  port.on("message", (message: Call | Answer) => {
    if (!("call" in message)) return;
    void answer(message);
  });

  async function answer({ call, method, args }: Call): Promise<void> {
    try {
      const run = methods.get(method) as ((...args: readonly unknown[]) => unknown) | undefined;
      if (!run) throw new Error(`no method ${method}`);
      port.postMessage({ answer: call, value: await run(...args) } satisfies Answer);
    } catch (error) {
      port.postMessage({ answer: call, error: plain(error) } satisfies Answer);
    }
  }
}

/**
 * A stand-in for the `T` that the other side of `port` serves. Calls fail with UNAVAILABLE after
 * `deadlineMs(method)`, or at once when `lost()` says why the other side is gone.
 */
export function connect<T extends Remote>(
  port: Port,
  deadlineMs: (method: string) => number,
  lost: () => Error | undefined,
): T {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;

  port.on("message", (message: Call | Answer) => {
    if (!("answer" in message)) return;
    const caller = waiting.get(message.answer);
    waiting.delete(message.answer);
    if (message.error) caller?.reject(restored(message.error));
    else caller?.resolve(message.value);
  });

  function invoke(method: string, args: readonly unknown[]): Promise<unknown> {
    const gone = lost();
    if (gone)
      return Promise.reject(
        new ZhianError("UNAVAILABLE", "the database thread has stopped", { cause: gone }),
      );
    const call = ++calls;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const limit = deadlineMs(method);
    const timer = setTimeout(() => {
      waiting.delete(call);
      reject(new ZhianError("UNAVAILABLE", `${method} took longer than ${limit} ms`));
    }, limit);
    timer.unref();
    waiting.set(call, { resolve, reject });
    try {
      port.postMessage({ call, method, args } satisfies Call);
    } catch (error) {
      reject(new TypeError(`${method} was given something that cannot cross a thread`, { cause: error }));
    }
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(call);
    });
  }

  return new Proxy({} as T, {
    get: (_, method) =>
      // A promise is recognised by its `then`; a stand-in is none.
      typeof method === "string" && method !== "then"
        ? (...args: readonly unknown[]) => invoke(method, args)
        : undefined,
  });
}

function plain(error: unknown): PlainError {
  if (error instanceof ZhianError) return { message: error.message, code: error.code, faults: error.faults };
  return { message: error instanceof Error ? error.message : String(error) };
}

function restored({ message, code, faults }: PlainError): Error {
  return code ? new ZhianError(code, message, faults ? { faults } : {}) : new Error(message);
}
