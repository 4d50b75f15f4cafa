import {
  defineProfile,
  eachDevice,
  edge,
  exists,
  field,
  firstOf,
  json,
  localTime,
  noTime,
  not,
  oneOf,
  pseudonym,
  type MessageSpec,
  type Parser,
} from "../../src/device-kit/index.ts";
import { deviceOnly } from "./parser.ts";

/** Messages of which only the sender matters. */
const unread = (
  path: string,
  otherwise: "heartbeat" | "metadata" | "telemetry" | "command",
): MessageSpec => ({
  path,
  parse: deviceOnly,
  device: field("device"),
  time: noTime,
  redact: [],
  rules: [],
  otherwise,
});

/** Two pictures of a vehicle in Base64 fit; what is larger is a dead letter. */
const withBase64: Parser = { ...json, maxBytes: 4 * 1024 * 1024 };

const list = "MotorVehicleListObject.MotorVehicleObject";
const passTime = localTime(field("PassTime"), "yyyyMMddHHmmss", "device");

/** The one kind of object that becomes an event: a plate, as a keyed hash. */
const motorVehicles: MessageSpec = {
  path: "MotorVehicles",
  parse: withBase64,
  device: firstOf(field(`${list}.0.DeviceID`), field(`${list}.0.TollgateID`)),
  time: noTime,
  redact: [
    { path: `${list}.*.PlateNo`, how: "hashed", what: "plate, as plateHash" },
    { path: `${list}.*.HasPlate`, how: "harmless", what: "whether there is a plate" },
    { path: `${list}.*.SubImageList`, how: "dropped", what: "pictures of vehicle and driver" },
    { path: `${list}.*.StorageUrl1`, how: "dropped", what: "address of a picture" },
  ],
  rules: [
    eachDevice(
      field(list),
      // What a checkpoint (卡口) saw may name the checkpoint alone.
      firstOf(field("DeviceID"), field("TollgateID")),
      edge({
        when: [
          exists(field("PlateNo")),
          not(oneOf(field("PlateNo"), "无车牌", "无牌", "未识别", "未知")),
          not(oneOf(field("HasPlate"), "0", 0)),
        ],
        code: "info.plate_read",
        phase: "pulse",
        time: passTime,
        key: [field("MotorVehicleID")],
        keyTime: passTime,
        attributes: { plateHash: pseudonym(field("PlateNo")), lane: field("LaneNo") },
      }),
    ),
  ],
  otherwise: "metadata",
};

/**
 * GA/T 1400 (公安视频图像信息应用系统): descriptions of faces, persons and vehicles that a video image
 * database passes on. Everything but plates is metadata and is not even read.
 */
export const gat1400 = defineProfile({
  id: "gat1400",
  title: { zh: "GA/T 1400 视图库", en: "GA/T 1400 video image database" },
  vendor: "GA/T 1400",
  transports: ["http"],
  prefix: "VIID",
  kind: "camera",
  tier: "silver",
  messages: [
    unread("System/Keepalive", "heartbeat"),
    unread("System/Register", "heartbeat"),
    unread("System/UnRegister", "telemetry"),
    { path: "System/Time", ignore: "telemetry" },
    unread("Subscribes", "command"),
    motorVehicles,
    unread("{objects...}", "metadata"),
  ],
});
