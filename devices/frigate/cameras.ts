import {
  body,
  captured,
  codeTable,
  constant,
  equals,
  field,
  flag,
  jsonOrWord,
  level,
  not,
  noTime,
  phaseTable,
  text,
  type MessageSpec,
} from "../../src/device-kit/index.ts";
import { SOUNDS } from "./labels.ts";
import { server } from "./server.ts";

/** Presence of the Frigate server, its last will included. */
export const available: MessageSpec = {
  path: "available",
  parse: jsonOrWord("state"),
  device: server,
  time: noTime,
  redact: [],
  rules: [
    flag({
      of: field("state"),
      property: constant("available"),
      on: ["offline", "stopped"],
      off: ["online"],
      whenOn: { code: "device.offline", phase: "raise" },
      whenOff: { code: "device.offline", phase: "clear" },
      attributes: { reported: field("state") },
    }),
  ],
  otherwise: { undecodable: "schema", detail: "neither online, stopped nor offline" },
};

/** Health of a camera's stream in one of its roles. */
export const streamStatus: MessageSpec = {
  path: "{camera}/status/{role}",
  parse: text,
  device: captured("camera"),
  time: noTime,
  redact: [],
  rules: [
    flag({
      when: [not(equals(captured("role"), "audio"))],
      of: body(),
      point: captured("role"),
      property: constant("status"),
      on: ["offline"],
      off: ["online"],
      whenOn: { code: "device.video_loss", phase: "raise" },
      whenOff: { code: "device.video_loss", phase: "clear" },
    }),
    flag({
      when: [equals(captured("role"), "audio")],
      of: body(),
      point: captured("role"),
      property: constant("status"),
      on: ["offline"],
      off: ["online"],
      whenOn: { code: "device.fault", phase: "raise" },
      whenOff: { code: "device.fault", phase: "clear" },
    }),
    // Somebody switched the camera off: no fault, but the hub must know that it is blind.
    flag({
      of: body(),
      point: captured("role"),
      property: constant("enabled"),
      on: ["disabled"],
      off: ["online", "offline"],
      whenOn: { code: "device.config_changed", phase: "raise" },
      whenOff: { code: "device.config_changed", phase: "clear" },
    }),
  ],
  otherwise: { undecodable: "schema", detail: "neither online, offline nor disabled" },
};

/** Motion seen by a camera. */
export const motion: MessageSpec = {
  path: "{camera}/motion",
  parse: text,
  device: captured("camera"),
  time: noTime,
  redact: [],
  rules: [
    flag({
      of: body(),
      property: constant("motion"),
      on: ["ON"],
      off: ["OFF"],
      whenOn: { code: "intrusion.motion", phase: "raise" },
      whenOff: { code: "intrusion.motion", phase: "clear" },
    }),
  ],
  otherwise: { undecodable: "schema", detail: "neither ON nor OFF" },
};

/** Sounds heard by a camera. */
export const sound: MessageSpec = {
  path: "{camera}/audio/{sound}",
  parse: text,
  device: captured("camera"),
  time: noTime,
  redact: [],
  rules: [
    level({
      code: codeTable(captured("sound"), SOUNDS),
      phase: phaseTable(body(), { ON: "raise", OFF: "clear" }),
      property: captured("sound"),
      attributes: { label: captured("sound") },
    }),
  ],
  otherwise: "no_code",
};
