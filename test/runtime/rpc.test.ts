import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import { connect, serve } from "../../src/runtime/rpc.ts";

interface Desk {
  add(a: number, b: number): Promise<number>;
  echo<T>(value: T): Promise<T>;
  refuse(): Promise<never>;
  crash(): Promise<never>;
  late(): Promise<string>;
  never(): Promise<void>;
  opaque(): Promise<() => number>;
  missing(): Promise<void>;
}

const faults = [
  { field: "a", reason: "is no number" },
  { field: "b", reason: "is missing" },
];
const release = Promise.withResolvers<string>();
const target: Omit<Desk, "missing"> & { constant: number } = {
  add: async (a, b) => a + b,
  echo: async (value) => value,
  refuse: () => Promise.reject(new ZhianError("CONFLICT", "not like this", { faults })),
  crash: () => {
    throw new TypeError("a bug");
  },
  late: () => release.promise,
  never: () => new Promise(() => undefined),
  opaque: async () => () => 1,
  constant: 7,
};

const channels: MessageChannel[] = [];
function desk(
  deadlineMs: (method: string) => number = () => 5_000,
  lost = (): Error | undefined => undefined,
) {
  const channel = new MessageChannel();
  channels.push(channel);
  serve(channel.port1, target);
  return connect<Desk>(channel.port2, deadlineMs, lost);
}
afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

describe("calls across a port", () => {
  test("each gets its own answer, whatever comes first", async () => {
    const remote = desk();
    const slow = remote.late();
    const sums = await Promise.all(Array.from({ length: 50 }, (_, n) => remote.add(n, n)));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, n) => 2 * n));
    release.resolve("at last");
    expect(await slow).toBe("at last");
  });

  test("arguments and results are copies of plain data", async () => {
    const given = { list: [1, 2], at: undefined, set: new Set(["x"]), bytes: new Uint8Array([1, 255]) };
    const back = await desk().echo(given);
    expect(back).toEqual(given);
    expect(back).not.toBe(given);
    expect(back.list).not.toBe(given.list);
  });

  test("a ZhianError keeps its code, message, status and faults", async () => {
    const error: unknown = await desk()
      .refuse()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ZhianError);
    expect(error).toMatchObject({ code: "CONFLICT", status: 409, message: "not like this", faults });
  });

  test("any other error is an error with its message, and no ZhianError", async () => {
    const error: unknown = await desk()
      .crash()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(ZhianError);
    expect(error).toMatchObject({ message: "a bug" });
  });

  test("what cannot be copied, what is no method and what does not exist fail the call alone", async () => {
    const remote = desk();
    await expect(remote.opaque()).rejects.toThrow(/could not be cloned/);
    await expect(remote.missing()).rejects.toThrow("no method missing");
    await expect((remote as unknown as { constant(): Promise<void> }).constant()).rejects.toThrow(
      "no method",
    );
    await expect((remote as unknown as { toString(): Promise<void> }).toString()).rejects.toThrow(
      "no method",
    );
    expect(await remote.add(1, 2)).toBe(3);
  });

  test("a call that is not answered in time is UNAVAILABLE, by its own deadline; others go on", async () => {
    const remote = desk((method) => (method === "never" ? 30 : 5_000));
    await expect(remote.never()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "never took longer than 30 ms",
    });
    expect(await remote.add(2, 2)).toBe(4);
  });

  test("a stand-in is no promise: awaiting it gives itself, and asks the other side nothing", async () => {
    const remote = desk();
    expect((remote as { then?: unknown }).then).toBeUndefined();
    expect(await Promise.resolve(remote)).toBe(remote);
  });
});

test("once the thread is lost every call fails at once and says why", async () => {
  const worker = new Worker("setInterval(() => undefined, 1_000)", { eval: true });
  let gone: Error | undefined;
  const remote = connect<Desk>(
    worker,
    () => 60_000,
    () => gone,
  );
  const exit = once(worker, "exit");
  await worker.terminate();
  await exit;
  gone = new Error("the thread ended with code 1");
  await expect(remote.add(1, 1)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    message: "the database thread has stopped",
    cause: gone,
  });
});
