import { describe, expect, test } from "vitest";
import { deadLetter, estate, T0 } from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();

test("an estate nobody registered is in the zone of the installation", async () => {
  const store = temporary.open(temporary.path(), undefined, { zone: "Asia/Urumqi" });
  await store.putEstate(estate("e1", { zone: "Asia/Shanghai" }));
  const keys = ["e1", "nowhere"].map((estateId) => ({ estateId, deviceId: "d1" }));
  const found = await store.react((tx) => tx.devices(keys));
  expect([...found.values()].map(({ facts }) => facts.zone)).toEqual(["Asia/Shanghai", "Asia/Urumqi"]);
});

describe("the most dead letters of a gateway", () => {
  const letters = (gatewayId: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) =>
      deadLetter(`${gatewayId}-${from + n}`, { gatewayId, receivedAt: T0 + from + n }),
    );

  test("the oldest make room, of that gateway only, and are counted for good", async () => {
    const path = temporary.path();
    const store = temporary.open(path, undefined, { maxDeadLettersPerGateway: 3 });
    const kept = async (): Promise<string[]> =>
      (await store.deadLetters({ scope: undefined, limit: 100 })).items.map(({ id }) => id).toSorted();
    await store.react((tx) => tx.insertDeadLetters([...letters("quiet", 0, 2), ...letters("loud", 0, 3)]));
    expect(await store.figures()).toMatchObject({ pendingDeadLetters: 5, deadLettersDropped: 0 });
    await store.react((tx) => tx.insertDeadLetters(letters("loud", 3, 8)));
    expect(await kept()).toEqual(["loud-5", "loud-6", "loud-7", "quiet-0", "quiet-1"]);
    expect(await store.figures()).toMatchObject({ pendingDeadLetters: 5, deadLettersDropped: 5 });
    await store.react((tx) => tx.insertDeadLetters(letters("loud", 8, 9)));
    store.close();
    expect((await temporary.open(path).figures()).deadLettersDropped).toBe(6);
  });

  test("a transaction that fails drops and counts nothing", async () => {
    const store = temporary.open(temporary.path(), undefined, { maxDeadLettersPerGateway: 1 });
    await store.react((tx) => tx.insertDeadLetters(letters("g", 0, 1)));
    const failing = store.react(async (tx) => {
      await tx.insertDeadLetters(letters("g", 1, 4));
      throw new Error("planned");
    });
    await expect(failing).rejects.toThrow("planned");
    expect((await store.deadLetter("g-0")).id).toBe("g-0");
    expect((await store.figures()).deadLettersDropped).toBe(0);
  });

  test("is 10,000 unless told otherwise", async () => {
    const store = temporary.open();
    await store.react((tx) => tx.insertDeadLetters(letters("g", 0, 10_001)));
    expect(await store.figures()).toMatchObject({ pendingDeadLetters: 10_000, deadLettersDropped: 1 });
    await expect(store.deadLetter("g-0")).rejects.toThrow("no dead letter g-0");
  });
});
