import { describe, expect, test } from "vitest";
import type { ApiToken } from "../../../src/ports.ts";
import { refusal, T0, type TestedStore } from "./samples.ts";

const token: ApiToken = { id: "t1", name: "Li", role: "officer", estateIds: ["e1", "e2"], createdAt: T0 };

export function tokenTests(the: () => TestedStore): void {
  describe("tokens", () => {
    test("a token is found by its hash until it is revoked", async () => {
      await the().addToken(token, "hash-1");
      expect(await the().tokenByHash("hash-1")).toEqual(token);
      expect(await the().tokenByHash("hash-2")).toBeUndefined();
      await the().revokeToken("t1", T0 + 1);
      await the().revokeToken("t1", T0 + 9);
      expect(await the().tokenByHash("hash-1")).toBeUndefined();
      expect(await the().tokens()).toEqual([{ ...token, revokedAt: T0 + 1 }]);
    });

    test("neither an id nor a secret is taken twice", async () => {
      await the().addToken(token, "hash-1");
      await expect(the().addToken(token, "hash-2")).rejects.toMatchObject(refusal("CONFLICT", "id"));
      await expect(the().addToken({ ...token, id: "t2" }, "hash-1")).rejects.toMatchObject(
        refusal("CONFLICT", "id"),
      );
      expect(await the().tokens()).toHaveLength(1);
      await expect(the().revokeToken("t9", T0)).rejects.toMatchObject(refusal("NOT_FOUND"));
    });
  });
}
