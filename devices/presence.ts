import {
  body,
  constant,
  flag,
  noTime,
  text,
  type ReadMessage,
  type Source,
} from "../src/device-kit/index.ts";

/** How a program writes that a device is there. */
export interface Presence {
  readonly device: Source;
  readonly property: string;
  readonly offline: string;
  readonly online: string;
}

/** A topic that holds one word, mostly a last will: whether the device is connected. */
export const presence = ({ device, property, offline, online }: Presence): Omit<ReadMessage, "path"> => ({
  parse: text,
  device,
  time: noTime,
  redact: [],
  rules: [
    flag({
      of: body(),
      property: constant(property),
      on: [offline],
      off: [online],
      whenOn: { code: "device.offline", phase: "raise" },
      whenOff: { code: "device.offline", phase: "clear" },
    }),
  ],
  otherwise: { undecodable: "schema", detail: `neither ${online} nor ${offline}` },
});
