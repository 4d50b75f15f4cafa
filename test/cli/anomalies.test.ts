import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NOW } from "../http/furniture.ts";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type Screen, type } from "./terminal.ts";

let stage: Stage;
let run: (...args: readonly string[]) => Promise<Screen>;
beforeAll(async () => {
  stage = await setStage();
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
  const token = await stage.token("admin");
  run = (...args) => type(createActions(url, token).actions, args);
});
afterAll(() => stage.app.close());

test("anomalies lists what was found with expected, observed, p and q, or says that nothing was", async () => {
  expect((await run("anomalies", "--estate", "a")).out).toBe("Nothing unusual was found.");
  const evidence = { expected: 0.25, observed: 4, p: 0.0002, q: 0.01 };
  const place = { estateId: "a", type: "fire.smoke", category: "fire_safety", subject: "fire_safety/mon-3" };
  const span = { at: NOW - 1, until: NOW, foundAt: NOW };
  for (const detector of ["a1", "a2"] as const) {
    const what = { detector, version: "1", severity: "P4", status: "open" } as const;
    stage.store.shelves.anomalies.push({ ...what, ...place, ...span, category: "fire_safety", evidence });
  }
  const { out } = await run("anomalies", "--estate", "a", "--detector", "a2");
  const [head = "", line = "", ...more] = out.split("\n");
  expect(head).toMatch(/^DETECTOR +ESTATEID +SEVERITY +SUBJECT +TYPE +AT +EVIDENCE.EXPECTED/);
  expect(line).toMatch(/^a2 +a +P4 +fire_safety\/mon-3 +fire.smoke +\S+ +0.25 +4 +0.0002 +0.01 +open$/);
  expect(more).toEqual([]);
  expect((await run("anomalies", "--estate", "b")).out).toBe("Nothing unusual was found.");
  expect((await run("anomalies", "--detector", "a7")).code).not.toBe(0);
});

test("clusters lists the estates that belong together", async () => {
  expect((await run("clusters")).out).toBe("No cluster was found.");
  stage.store.shelves.clusters.push({
    kind: "knox",
    version: "1",
    category: "preventable_crime",
    at: NOW - 1,
    until: NOW,
    estateIds: ["a", "b"],
    observed: 9,
    expected: 2.5,
    p: 0.001,
    q: 0.002,
    seed: 7,
    replicates: 999,
  });
  expect((await run("clusters", "--kind", "knox")).out).toMatch(/knox +preventable_crime .* a, b +2.5 +9 /);
  expect((await run("clusters", "--kind", "scan")).out).toBe("No cluster was found.");
});
