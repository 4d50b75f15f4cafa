import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../src/domain/time.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("officer", ["a"], "值班民警"));
});
afterEach(() => stage.app.close());

const call = async (method: "GET" | "POST" | "DELETE", url = "/v1/estates/a/mode", payload?: object) =>
  stage.app.inject({ method, url, headers, ...(payload && { payload }) });
const later = (ms: number): string => new Date(stage.seen.now + ms).toISOString();

describe("the mode of an estate", () => {
  test("is ordered with an end, told with who ordered it, and ended", async () => {
    expect((await call("GET")).json()).toEqual({ mode: "armed", plan: [], orders: [] });
    const until = later(4 * HOUR);
    const ordered = await call("POST", undefined, { mode: "maintenance", until, note: "换摄像机" });
    const order = { mode: "maintenance", from: later(0), until, by: "值班民警", note: "换摄像机" };
    expect(ordered.json()).toMatchObject({ mode: "maintenance", order, orders: [order] });
    expect((await call("GET")).json()).toMatchObject({ mode: "maintenance", order });
    const ended = (await call("DELETE")).json<object>();
    expect(ended).toMatchObject({ mode: "armed", orders: [{ until: later(0) }] });
    expect(ended).not.toHaveProperty("order");
  });

  test("a note is kept without what would garble the text around it", async () => {
    const noteOf = async (note: string) =>
      (await call("POST", undefined, { mode: "armed", note })).json<{ order: { note?: string } }>().order
        .note;
    // An override turns all that follows it around; a bell rings on terminals.
    expect(await noteOf("\u202E换\u0007摄像机\r\n二号楼")).toBe("换 摄像机\n二号楼");
    expect(await noteOf("\u202E\u0007")).toBeUndefined();
  });

  test.each<readonly [{ mode: string; until?: number }, string, string]>([
    [{ mode: "disarmed" }, "until", "is required: an estate is not left disarmed without an end"],
    [{ mode: "maintenance", until: -HOUR }, "until", "lies in the past"],
    [{ mode: "disarmed", until: 32 * DAY }, "until", "is more than 31 days ahead"],
    [{ mode: "away" }, "mode", "armed"],
  ])("%o is refused", async ({ until, ...body }, field, reason) => {
    const payload = { ...body, ...(until !== undefined && { until: later(until) }) };
    const answer = await call("POST", undefined, payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      faults: [{ field, reason: expect.stringContaining(reason) }],
    });
    expect((await call("GET")).json()).toMatchObject({ orders: [] });
  });

  test("follows the plan; a span that cannot be read is refused by its field", async () => {
    headers = bearer(await stage.token("admin", [], "值班长"));
    const put = async (plan: object[]) =>
      stage.app.inject({ method: "PUT", url: "/v1/estates/a/mode-plan", headers, payload: { plan } });
    const plan = [{ mode: "disarmed", days: [1, 2, 3, 4, 5, 6, 7] }];
    expect((await put(plan)).json()).toEqual({ mode: "disarmed", plan, orders: [] });
    const bad = await put([{ mode: "disarmed", days: [8], hours: "10-12" }]);
    expect(bad.statusCode).toBe(400);
    expect(bad.json<{ faults: { field: string }[] }>().faults.map(({ field }) => field)).toEqual([
      "plan.0.days.0",
      "plan.0.hours",
    ]);
  });

  test("of another estate is not there", async () => {
    expect((await call("GET", "/v1/estates/b/mode")).statusCode).toBe(404);
    expect((await call("POST", "/v1/estates/b/mode", { mode: "armed" })).statusCode).toBe(404);
  });
});
