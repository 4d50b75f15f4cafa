import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { setUpInflux } from "../../src/timeseries/setup.ts";

/** As much of InfluxDB 2's management API as `setup` uses, kept in memory. */
async function fakeInflux2() {
  const shelves = {
    buckets: [] as { id: string; name: string; retentionRules: { everySeconds: number }[] }[],
    dbrps: [] as { database: string; bucketID: string }[],
    tasks: [] as { id: string; name: string; flux: string }[],
  };
  const writes: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://x");
      const query = url.searchParams;
      const body = text === "" ? {} : JSON.parse(text);
      if (request.method !== "GET") writes.push(`${request.method} ${url.pathname}`);
      const answer = (value: unknown, status = 200): void =>
        void response.writeHead(status).end(JSON.stringify(value));
      if (request.headers.authorization !== "Token secret")
        return answer({ message: "unauthorized access" }, 401);
      const [, , , kind, id] = url.pathname.split("/");
      if (kind === "orgs") return answer({ orgs: query.get("org") === "zhian" ? [{ id: "o1" }] : [] });
      if (kind === "buckets" && request.method === "GET")
        return answer({ buckets: shelves.buckets.filter(({ name }) => name === query.get("name")) });
      if (kind === "buckets" && request.method === "POST") {
        const made = { id: `b${shelves.buckets.length}`, ...body };
        shelves.buckets.push(made);
        return answer(made, 201);
      }
      if (kind === "buckets") {
        const bucket = shelves.buckets.find((each) => each.id === id);
        if (bucket) bucket.retentionRules = body.retentionRules;
        return answer(bucket);
      }
      if (kind === "dbrps" && request.method === "GET")
        return answer({ content: shelves.dbrps.filter(({ database }) => database === query.get("db")) });
      if (kind === "dbrps") {
        shelves.dbrps.push(body);
        return answer(body, 201);
      }
      if (request.method === "GET") return answer({ tasks: shelves.tasks });
      if (request.method === "POST") {
        shelves.tasks.push({ id: "t0", name: "zhian_hourly", ...body });
        return answer({ id: "t0" }, 201);
      }
      const [task] = shelves.tasks;
      if (task) task.flux = body.flux;
      return answer(task);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, shelves, writes, server };
}

let fake: Awaited<ReturnType<typeof fakeInflux2>> | undefined;
afterEach(() => void fake?.server.close());
const serverOf = (url: string, token = "secret") =>
  ({ url, org: "zhian", bucket: "zhian", version: 2, token }) as const;

test("InfluxDB 2 gets buckets, names and a task once; what was changed by hand is mended", async () => {
  fake = await fakeInflux2();
  const { url, shelves, writes } = fake;
  expect(await setUpInflux(serverOf(url))).toEqual([
    "Bucket zhian made, kept 400 days.",
    "Database name zhian made for InfluxQL.",
    "Bucket zhian_years made, kept for ever.",
    "Database name zhian_years made for InfluxQL.",
    "Task zhian_hourly made: hourly counts of events into zhian_years.",
  ]);
  expect(shelves.buckets.map(({ retentionRules }) => retentionRules)).toEqual([
    [{ type: "expire", everySeconds: 34_560_000 }],
    [],
  ]);
  expect(shelves.dbrps).toMatchObject([
    { database: "zhian", bucketID: "b0", default: true },
    { database: "zhian_years", bucketID: "b1", default: true },
  ]);
  writes.length = 0;
  expect((await setUpInflux(serverOf(url))).every((line) => line.endsWith("is as it should be."))).toBe(true);
  expect(writes).toEqual([]);

  const [raw] = shelves.buckets;
  const [task] = shelves.tasks;
  if (!raw || !task) throw new Error("nothing was made");
  const { flux } = task;
  raw.retentionRules = [];
  task.flux = "something else";
  expect(await setUpInflux(serverOf(url))).toContain("Bucket zhian: retention mended.");
  expect(raw.retentionRules).toEqual([{ type: "expire", everySeconds: 34_560_000 }]);
  expect(task.flux).toBe(flux);
});

test("what InfluxDB says against it is told, without the token", async () => {
  fake = await fakeInflux2();
  const { url } = fake;
  await expect(setUpInflux(serverOf(url, "wrong-token"))).rejects.toThrow("401");
  await expect(setUpInflux(serverOf(url, "wrong-token"))).rejects.not.toThrow("wrong-token");
  await expect(setUpInflux({ ...serverOf(url), org: "other" })).rejects.toThrow("no organisation other");
});
