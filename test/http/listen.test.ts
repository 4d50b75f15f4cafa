import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createHttp, type HttpOptions } from "../../src/http/index.ts";
import type { Acceptance } from "../../src/ports.ts";
import { makeCertificate } from "../config/certificate.ts";
import { basic, bearer, setStage } from "./stage.ts";
import { Registry } from "prom-client";

const running: { close(): Promise<unknown> }[] = [];
const dir = mkdtempSync(join(tmpdir(), "zhian-http-"));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

async function make(options: Partial<HttpOptions> = {}) {
  const stage = await setStage();
  running.push(stage.app);
  const { limits } = options;
  const http = createHttp({
    ...stage.parts,
    metrics: new Registry(),
    options: { ...stage.parts.options, ...options, ...(limits && { limits }) },
  });
  running.push(http);
  return { stage, http };
}

async function get(port: number, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: answer.status, body: await answer.text() };
}

describe("listening", () => {
  test("tells its port, answers, closes, and nothing answers any more", async () => {
    const { stage, http } = await make();
    const { port } = await http.listen();
    expect((await get(port, "/health")).status).toBe(200);
    expect((await get(port, "/v1/whoami", bearer(await stage.token("viewer")))).status).toBe(200);
    await expect(http.listen()).rejects.toThrow("listens already");
    await http.close();
    await expect(get(port, "/health")).rejects.toThrow("fetch failed");
  });

  test("closing before listening does nothing", async () => {
    const { http } = await make();
    await expect(http.close()).resolves.toBeUndefined();
  });

  test("a port that is taken is an error", async () => {
    const { http } = await make();
    const { port } = await http.listen();
    const { http: second } = await make({ port });
    await expect(second.listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("TLS, with HSTS; plain HTTP gets nothing from it", async () => {
    const { cert, key } = makeCertificate();
    const files = { cert: join(dir, "cert.pem"), key: join(dir, "key.pem") };
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    const { http } = await make({ tls: files });
    const { port } = await http.listen();
    const answer = await new Promise<{ status: number | undefined; hsts: unknown }>((resolve, reject) => {
      const asked = httpsRequest(
        {
          host: "127.0.0.1",
          port,
          path: "/health",
          ca: cert,
          servername: "localhost",
          checkServerIdentity: () => undefined,
        },
        (got) => {
          got.resume();
          resolve({ status: got.statusCode, hsts: got.headers["strict-transport-security"] });
        },
      );
      asked.on("error", reject);
      asked.end();
    });
    expect(answer).toEqual({ status: 200, hsts: "max-age=31536000" });
    await expect(get(port, "/health")).rejects.toThrow("fetch failed");
  });

  test("a certificate that cannot be read is named", async () => {
    const { http } = await make({ tls: { cert: "/nowhere/cert.pem", key: "/nowhere/key.pem" } });
    await expect(http.listen()).rejects.toMatchObject({
      code: "VALIDATION",
      faults: [{ field: "http.tls.cert" }],
    });
  });
});

describe("closing", () => {
  async function beginPush(port: number, secret = "secret-a"): Promise<Promise<number>> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const asked = httpRequest(
      { host: "127.0.0.1", port, path: "/intake/a/gw-a/x", method: "POST", headers: basic("gw-a", secret) },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on("error", reject);
    asked.end("1");
    return promise;
  }

  test("waits for the message at work, whose sender gets its answer", async () => {
    const { stage, http } = await make();
    const onDisk = Promise.withResolvers<Acceptance>();
    stage.seen.accept = () => onDisk.promise;
    const { port } = await http.listen();
    const answer = beginPush(port);
    await expect.poll(() => stage.seen.accepted.length).toBe(1);
    const closing = http.close();
    setTimeout(() => onDisk.resolve({ outcome: "events", events: 1 }), 50);
    expect(await answer).toBe(200);
    await closing;
  });

  test("does not wait for ever", async () => {
    const { stage, http } = await make({ limits: { closeMs: 50 } });
    stage.seen.accept = () => new Promise(() => undefined);
    const { port } = await http.listen();
    const answer = beginPush(port);
    answer.catch(() => undefined);
    await expect.poll(() => stage.seen.accepted.length).toBe(1);
    await http.close();
    await expect(answer).rejects.toThrow(/hang up|ECONNRESET/);
  });

  test("ends live streams", async () => {
    const { stage, http } = await make();
    const { port } = await http.listen();
    const live = await fetch(`http://127.0.0.1:${port}/v1/live`, {
      headers: bearer(await stage.token("viewer")),
    });
    const text = live.text();
    await http.close();
    expect(await text).toContain(": the live feed");
  });
});
