import { afterEach, beforeEach, expect, test } from "vitest";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.app.close());

async function backUp(file: string) {
  const headers = bearer(await stage.token("admin"));
  return stage.app.inject({ method: "POST", url: "/v1/backup", headers, payload: { file } });
}

test("a copy goes into the hub's own folder and tells its size", async () => {
  const answer = await backUp("before-upgrade.db");
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({ file: expect.stringMatching(/\/before-upgrade\.db$/), bytes: 6 });
});

test("a copy never replaces another one", async () => {
  expect((await backUp("once.db")).statusCode).toBe(201);
  const again = await backUp("once.db");
  expect(again.statusCode).toBe(409);
  expect(again.json()).toMatchObject({ code: "CONFLICT", faults: [{ field: "file" }] });
});

test.each(["../zhian.db", "/etc/passwd", "a/b.db", ".hidden", ""])(
  "%j is no name for a copy",
  async (file) => {
    const answer = await backUp(file);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "VALIDATION", faults: [{ field: "file" }] });
  },
);
