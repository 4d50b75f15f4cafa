import { LIMITS, type Parser } from "../../src/device-kit/index.ts";

/** Devices put their id before pictures. */
const HEAD_BYTES = 64 * 1024;
const DEVICE = /"DeviceID"\s*:\s*"([\w-]{1,48})"/;

/**
 * Finds out whose message it is without reading it: what follows can be megabytes of faces in Base64.
 * The body is `{ device }`, empty where none is named in the first 64 KiB.
 */
export const deviceOnly: Parser = {
  format: "json, only its DeviceID",
  maxBytes: LIMITS.multipartBytes,
  parse(payload) {
    const head = Buffer.from(payload.buffer, payload.byteOffset, Math.min(payload.byteLength, HEAD_BYTES));
    const text = head.toString("utf8");
    if (!/^\s*\{/.test(text)) return { fault: "malformed", detail: "a JSON object was expected" };
    return { body: { device: DEVICE.exec(text)?.[1], head: "read" } };
  },
};
