import {
  constant,
  edge,
  equals,
  field,
  firstOf,
  oneOf,
  pseudonym,
  type Rule,
  type Source,
} from "../../src/device-kit/index.ts";
import { alertTime } from "./alert-time.ts";
import { OTHER_EVENTS } from "./camera-events.ts";

const inner = (name: string): Source => field(`ANPR.${name}`);
const isPlate = equals(field("kind"), OTHER_EVENTS.plate);
const plate = firstOf(inner("licensePlate"), inner("originalLicensePlate"));

const read = {
  phase: "pulse",
  point: field("point"),
  key: [firstOf(field("UUID"), field("uuid"))],
  time: alertTime,
  keyTime: alertTime,
} as const;
const seen = {
  list: inner("vehicleListName"),
  direction: inner("direction"),
  lane: inner("line"),
  confidence: inner("confidenceLevel"),
  vehicleType: inner("vehicleType"),
  vehicleColor: inner("vehicleInfo.color"),
  channelName: field("channelName"),
};
const attributes = { ...seen, plateHash: pseudonym(plate) };

/** Plates at a gate: those on a list of unwanted ones, those without, all others. */
export const plates: readonly Rule[] = [
  edge({
    ...read,
    when: [
      isPlate,
      oneOf(inner("vehicleListName"), "blackList", "blacklist", "blockList", "blocklist", "黑名单"),
    ],
    code: "access.blocklist",
    attributes,
  }),
  edge({
    ...read,
    when: [isPlate, oneOf(firstOf(plate, constant("")), "", "unknown", "noPlate", "无车牌")],
    code: "info.vehicle_detected",
    attributes: seen,
  }),
  edge({ ...read, when: [isPlate], code: "info.plate_read", attributes }),
];
