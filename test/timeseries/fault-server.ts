import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InfluxServer } from "../../src/timeseries/server.ts";

/** What the server does with one request. `lost`: it stores, and the answer never arrives whole. */
export type Fault =
  | "ok"
  | "hang"
  | "reset"
  | "cut"
  | "lost"
  | { readonly status: number; readonly retryAfter?: string; readonly body?: string };

/** A server that does as its script says, and behaves like InfluxDB when that is over. */
export interface FaultServer {
  readonly server: InfluxServer;
  /** Steps still to come. */
  readonly script: Fault[];
  /** What is stored: fields by series and time, as InfluxDB keeps one point of each. */
  readonly points: Map<string, string>;
  /** Lines of each request, and when it came. */
  readonly requests: { readonly lines: number; readonly at: number; readonly authorization: string }[];
  /** A request with more lines is answered with 413. */
  mostLines: number;
  /** Status for a request that holds a line with `bad`; with 422 and 400 the other lines are stored. */
  badStatus: 400 | 422;
  close(): Promise<void>;
}

export async function startFaultServer(): Promise<FaultServer> {
  const fault: Omit<FaultServer, "server" | "close"> = {
    script: [],
    points: new Map(),
    requests: [],
    mostLines: Infinity,
    badStatus: 400,
  };
  const store = (lines: readonly string[]): void => {
    for (const line of lines) {
      const [series = "", fields = "", time = ""] = line.split(" ");
      fault.points.set(`${series} ${time}`, fields);
    }
  };
  function answer(lines: readonly string[], response: ServerResponse): void {
    const step = fault.script.shift() ?? "ok";
    if (step === "hang") return;
    if (step === "reset") return void response.socket?.resetAndDestroy();
    if (step === "lost") {
      store(lines);
      return void response.socket?.resetAndDestroy();
    }
    if (step === "cut") {
      response.writeHead(503, { "content-length": "100" });
      response.write("{");
      return void setImmediate(() => response.socket?.destroy());
    }
    if (step !== "ok") {
      const { status, retryAfter, body = '{"error":"scripted"}' } = step;
      return void response
        .writeHead(status, { ...(retryAfter !== undefined && { "retry-after": retryAfter }) })
        .end(body);
    }
    if (lines.length > fault.mostLines) return void response.writeHead(413).end('{"error":"too large"}');
    const good = lines.filter((line) => !line.includes("bad"));
    store(good);
    if (good.length === lines.length) return void response.writeHead(204).end();
    response.writeHead(fault.badStatus).end('{"error":"partial write: field type conflict"}');
  }
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const lines = Buffer.concat(chunks).toString().trimEnd().split("\n");
      const { authorization = "" } = request.headers;
      fault.requests.push({ lines: lines.length, at: performance.now(), authorization });
      answer(lines, response);
    });
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return Object.assign(fault, {
    server: { url, org: "o", bucket: "b", version: 2, token: "t0ken" } as const,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  });
}
