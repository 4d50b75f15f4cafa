import type { Random } from "../random.ts";
import type { SimulatedPlace } from "./places.ts";

/** What a device does in the simulation. */
export type DeviceRole =
  | "gate"
  | "door"
  | "analytics"
  | "lift-camera"
  | "gate-camera"
  | "yard-camera"
  | "smoke"
  | "gas"
  | "leak"
  | "contact"
  | "motion"
  | "sos"
  | "zigbee-bridge"
  | "video-server";

export interface SimulatedDevice {
  /** Id in the hub. */
  readonly id: string;
  /** The name the device has on its own bridge: the native device id, camera or friendly name. */
  readonly name: string;
  readonly title: string;
  readonly role: DeviceRole;
  readonly profile: "native" | "frigate" | "zigbee2mqtt";
  readonly kind: "gate" | "camera" | "sensor" | "gateway";
  readonly placeId: string;
  /** What this installation says the button means. */
  readonly buttonCode?: string;
}

interface Site {
  readonly gatewayId: string;
  readonly households: number;
  readonly places: readonly SimulatedPlace[];
}

/** The names under which the hub knows the bridges themselves. */
const BRIDGES: Readonly<Partial<Record<DeviceRole, string>>> = {
  "zigbee-bridge": "bridge",
  "video-server": "frigate",
};

const FEWEST = 20;
const MOST = 60;
const MOST_LIFTS = 2;
const DOOR_SHARE = 0.6;

const TYPES: Readonly<Record<DeviceRole, Pick<SimulatedDevice, "profile" | "kind"> & { title: string }>> = {
  gate: { profile: "native", kind: "gate", title: "出入口门禁" },
  door: { profile: "native", kind: "gate", title: "单元门禁" },
  analytics: { profile: "native", kind: "camera", title: "消防通道智能分析" },
  "lift-camera": { profile: "native", kind: "camera", title: "梯控摄像机" },
  "gate-camera": { profile: "frigate", kind: "camera", title: "出入口摄像机" },
  "yard-camera": { profile: "frigate", kind: "camera", title: "院内摄像机" },
  smoke: { profile: "zigbee2mqtt", kind: "sensor", title: "烟感" },
  gas: { profile: "zigbee2mqtt", kind: "sensor", title: "燃气探测器" },
  leak: { profile: "zigbee2mqtt", kind: "sensor", title: "水浸传感器" },
  contact: { profile: "zigbee2mqtt", kind: "sensor", title: "门磁" },
  motion: { profile: "zigbee2mqtt", kind: "sensor", title: "人体感应" },
  sos: { profile: "zigbee2mqtt", kind: "sensor", title: "求助按钮" },
  "zigbee-bridge": { profile: "zigbee2mqtt", kind: "gateway", title: "Zigbee网桥" },
  "video-server": { profile: "frigate", kind: "gateway", title: "视频分析主机" },
};

/** Equips an estate with 20 to 60 devices, more in larger ones. */
export function equip(random: Random, site: Site): readonly SimulatedDevice[] {
  const of = (kind: SimulatedPlace["kind"]): readonly SimulatedPlace[] =>
    site.places.filter((place) => place.kind === kind);
  const size = Math.min(1, Math.max(0, (site.households - 300) / 2_200));
  const target = Math.round(FEWEST + (MOST - FEWEST) * size);
  const gates = of("gate");
  const units = random.shuffled(of("unit"));
  const seats: [DeviceRole, string][] = [
    ...gates.map(({ id }): [DeviceRole, string] => ["gate", id]),
    ...gates.map(({ id }): [DeviceRole, string] => ["gate-camera", id]),
    ["analytics", "lane-1"],
    ...of("lift")
      .slice(0, MOST_LIFTS)
      .map(({ id }): [DeviceRole, string] => ["lift-camera", id]),
    ...times(2 + Math.round(4 * size), (): [DeviceRole, string] => [
      "yard-camera",
      random.pick(of("building")).id,
    ]),
    ["zigbee-bridge", "room-power"],
    ["video-server", "room-power"],
    ["leak", "room-pump"],
    ["contact", "room-power"],
    ["motion", "room-bikes"],
    ["gas", "room-kitchen"],
    ...times(2 + Math.round(2 * size), (n): [DeviceRole, string] => ["sos", unitAt(units, n)]),
  ];
  const rest = Math.max(2, target - seats.length);
  const doors = Math.min(units.length, Math.ceil(rest * DOOR_SHARE));
  seats.push(...times(doors, (n): [DeviceRole, string] => ["door", unitAt(units, n)]));
  seats.push(...times(rest - doors, (n): [DeviceRole, string] => ["smoke", unitAt(units, n)]));

  const counts = new Map<DeviceRole, number>();
  return seats.map(([role, placeId]) => {
    const number = (counts.get(role) ?? 0) + 1;
    counts.set(role, number);
    return createDevice(role, number, placeId, site);
  });
}

function createDevice(role: DeviceRole, number: number, placeId: string, site: Site): SimulatedDevice {
  const { title, profile, kind } = TYPES[role];
  // Frigate allows letters, digits and underscores in camera names.
  const name = BRIDGES[role] ?? `${role}-${number}`.replaceAll("-", profile === "frigate" ? "_" : "-");
  const place = site.places.find(({ id }) => id === placeId);
  return {
    id: profile === "native" ? name : `${site.gatewayId}:${profile}:${name}`,
    name,
    title: `${place?.name ?? ""}${title}${number}（模拟）`,
    role,
    profile,
    kind,
    placeId,
    ...(role === "sos" ? { buttonCode: "life.sos" } : {}),
  };
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function unitAt(units: readonly SimulatedPlace[], n: number): string {
  return (units[n % units.length] as SimulatedPlace).id;
}
