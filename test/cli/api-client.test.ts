import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type ApiClient, createApiClient } from "../../src/cli/api-client.ts";
import { ApiProblem } from "../../src/cli/api-problem.ts";
import { CALLS } from "../../src/cli/calls.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A client of a server that answers as told. */
async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  more: { timeoutMs?: number; silenceMs?: number } = {},
): Promise<ApiClient> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return createApiClient({ url: `http://127.0.0.1:${port}`, token: "t", ...more });
}

const answering =
  (status: number, body: string) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(body);
  };

async function problemOf(work: Promise<unknown>): Promise<ApiProblem> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ApiProblem) return thrown;
  throw new Error("no problem", { cause: thrown });
}

describe("requests", () => {
  test("path, query, body and token", async () => {
    const seen: string[] = [];
    const client = await clientOf((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      request.on("data", (chunk: Buffer) => seen.push(chunk.toString()));
      request.on("end", () => response.end("{}"));
    });
    await client.call(CALLS.enrolDevice, {
      params: { estateId: "a", deviceId: "gw:zigbee2mqtt:front door/ö?" },
      query: { x: 1, y: undefined, z: true },
      body: { name: "南门" },
    });
    expect(seen).toEqual([
      "POST /v1/estates/a/devices/gw%3Azigbee2mqtt%3Afront%20door%2F%C3%B6%3F/enrol?x=1&z=true Bearer t",
      '{"name":"南门"}',
    ]);
  });

  test("a parameter cannot leave its place in the path", async () => {
    const client = await clientOf(answering(200, "{}"));
    for (const gatewayId of ["", ".", ".."]) {
      expect(
        (await problemOf(client.call(CALLS.revokeGateway, { params: { gatewayId } }))).message,
      ).toContain("cannot be a gatewayId");
    }
  });
});

describe("problems", () => {
  test("the hub's sentence, its faults and what to do", async () => {
    const body = JSON.stringify({
      detail: "the request is not valid",
      code: "VALIDATION",
      faults: [{ field: "name", reason: "must not be empty" }],
    });
    const problem = await problemOf((await clientOf(answering(400, body))).call(CALLS.listEstates));
    expect(problem).toMatchObject({
      message: "the request is not valid",
      status: 400,
      code: "VALIDATION",
      faults: [{ field: "name", reason: "must not be empty" }],
    });
    const unknown = JSON.stringify({ detail: "a token is needed", code: "UNAUTHENTICATED" });
    const refused = await problemOf((await clientOf(answering(401, unknown))).call(CALLS.listEstates));
    expect(refused.message).toMatch(/^a token is needed\. Give a token with ZHIAN_TOKEN/);
    const internal = JSON.stringify({ detail: "the hub failed", code: "INTERNAL", requestId: "r-7" });
    const failed = await problemOf((await clientOf(answering(500, internal))).call(CALLS.listEstates));
    expect(failed.message).toContain("request r-7 in the hub's log");
  });

  test.each([
    [404, "<html>not found</html>", "is this the address of a hub?"],
    [200, "<html>hello</html>", "not what this version expects"],
    [200, '{"items":5}', "not what this version expects"],
    [302, "", "answered 302"],
    [413, "", "larger than http.bodyLimit"],
  ])("%i %s", async (status, body, message) => {
    const client = await clientOf(answering(status, body));
    expect((await problemOf(client.call(CALLS.listEstates))).message).toContain(message);
  });

  test("a health report of a failing hub is an answer, a proxy's 503 is not", async () => {
    const report = JSON.stringify({ status: "failing", faults: [{ part: "journal", message: "disk full" }] });
    expect(await (await clientOf(answering(503, report))).call(CALLS.health)).toMatchObject({
      status: "failing",
    });
    const problem = await problemOf((await clientOf(answering(503, "busy"))).call(CALLS.health));
    expect(problem.message).toContain("answered 503");
  });

  test("nobody there, no answer in time, an answer that breaks off", async () => {
    const nobody = createApiClient({ url: "http://127.0.0.1:9", token: undefined });
    expect((await problemOf(nobody.call(CALLS.health))).message).toMatch(
      /no hub answers at .*(ECONNREFUSED|bad port)/,
    );
    const mute = await clientOf(() => undefined, { timeoutMs: 50 });
    expect((await problemOf(mute.call(CALLS.health))).message).toContain("did not answer within");
    const broken = await clientOf((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setTimeout(() => response.destroy(), 5);
    });
    expect((await problemOf(broken.call(CALLS.health))).message).toContain("no hub answers");
  });
});

describe("the live stream", () => {
  const frames = async (client: ApiClient, signal: AbortSignal): Promise<string[]> => {
    const seen: string[] = [];
    for await (const { event, data } of client.follow(CALLS.live, {}, signal)) seen.push(`${event} ${data}`);
    return seen;
  };
  const never = new AbortController().signal;

  test("frames are read across pieces, comments are not frames", async () => {
    const client = await clientOf((_request, response) => {
      const bytes = Buffer.from(
        ': hello\nretry: 5000\n\nevent: event\ndata: {"a":"门"}\n\n: alive\n\nevent: x\ndata: 1\n\n',
      );
      response.writeHead(200, { "content-type": "text/event-stream" });
      let at = 0;
      const timer = setInterval(() => {
        response.write(bytes.subarray(at, (at += 7)));
        if (at >= bytes.length) {
          clearInterval(timer);
          response.end();
        }
      }, 1);
    });
    expect(await frames(client, never)).toEqual(["open ", 'event {"a":"门"}', "x 1"]);
  });

  test("a refusal, silence and the end by the caller", async () => {
    const refusing = await clientOf(answering(401, JSON.stringify({ detail: "no token" })));
    expect((await problemOf(frames(refusing, never))).status).toBe(401);
    const silent = await clientOf((_request, response) => void response.writeHead(200).write(": hello\n\n"), {
      silenceMs: 60,
    });
    expect((await problemOf(frames(silent, never))).message).toContain("fell silent");
    const ended = new AbortController();
    setTimeout(() => ended.abort(), 20);
    const patient = await clientOf((_request, response) => void response.writeHead(200).write(": hello\n\n"));
    expect(await frames(patient, ended.signal)).toEqual(["open "]);
  });
});
