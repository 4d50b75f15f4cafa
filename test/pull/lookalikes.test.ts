import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { alert, hikvisionPart, startStreamDevice, type StreamDevice } from "./fake-stream-device.ts";
import { clearStage, eventually, setStage } from "./stage.ts";

let device: StreamDevice | undefined;
afterEach(async () => {
  await clearStage();
  await device?.close();
  device = undefined;
});

describe("a device that only looks like one that streams", () => {
  test("a stream with another boundary than it announced is given up, though bytes come", async () => {
    device = await startStreamDevice({ contentType: "multipart/mixed; boundary=other" });
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url), silenceMs: 300 });
    const read = await next;
    const beat = setInterval(() => read.write(hikvisionPart(alert("IO"))), 50);
    try {
      await eventually(() => expect(stage.reason()).toContain("no part within 0.3 s"));
    } finally {
      clearInterval(beat);
    }
    expect(stage.pull.faults()).toEqual({ answer: 1 });
  });

  test("a stream that is compressed, which nobody asked for", async () => {
    device = await startStreamDevice({
      instead(_request, response) {
        const type = "multipart/mixed; boundary=boundary";
        response.writeHead(200, { "content-type": type, "content-encoding": "gzip" }).write("\u001f");
        return true;
      },
    });
    const stage = setStage({ url: new URL(device.url) });
    await eventually(() => expect(stage.reason()).toContain("compresses its stream"));
  });

  test("half a part is no stream: a device that always breaks off stays offline", async () => {
    device = await startStreamDevice();
    const stage = setStage({ url: new URL(device.url) });
    for (let turn = 0; turn < 4; turn++) {
      const read = device.readings.at(-1) ?? (await device.nextReading());
      const next = device.nextReading();
      read.write(hikvisionPart(alert("IO")).slice(0, -40));
      read.end();
      await next;
    }
    expect(stage.pull.messages()["truncated"]).toBeGreaterThan(2);
    expect(stage.log()).not.toContain("a device streams");
    await eventually(() => expect(stage.told.map(({ phase }) => phase)).toEqual(["raise"]));
  });

  test.each([
    ["heads without end", (n: number) => `X-${n}: ${"y".repeat(900)}\r\n`],
    ["a head that drips", () => ""],
  ])("%s", async (_what, line) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 200 OK\r\n");
      let lines = 0;
      const drip = setInterval(() => socket.write(line(lines++) || "Z"), 5);
      socket.once("close", () => clearInterval(drip));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const stage = setStage({ url: new URL(`http://127.0.0.1:${port}`) }, { openMs: 400 });
    await eventually(() => expect(stage.reason()).toMatch(/HPE_HEADER_OVERFLOW|no answer within 400 ms/));
    server.close();
  });
});
