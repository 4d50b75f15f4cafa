import type { Random } from "../random.ts";

/** A place of an estate; kinds are those of the hub's registry. */
export interface SimulatedPlace {
  readonly id: string;
  readonly name: string;
  readonly kind: "gate" | "building" | "unit" | "lift" | "lane" | "room";
  readonly parentId?: string;
}

const GATE_NAMES = ["东门", "西门", "北门"];

/** Lays out gates, buildings with their units, some lifts, the fire lane and common rooms. */
export function layOut(random: Random, buildings: number): readonly SimulatedPlace[] {
  const gates = GATE_NAMES.slice(0, random.whole(1, GATE_NAMES.length)).map((name, n): SimulatedPlace => ({
    id: `gate-${n + 1}`,
    name,
    kind: "gate",
  }));
  const houses = Array.from({ length: buildings }, (_, n) => house(random, n + 1)).flat();
  return [
    ...gates,
    ...houses,
    { id: "lane-1", name: "消防通道", kind: "lane" },
    { id: "room-pump", name: "水泵房", kind: "room" },
    { id: "room-bikes", name: "非机动车库", kind: "room" },
    { id: "room-kitchen", name: "社区食堂厨房", kind: "room" },
    { id: "room-power", name: "配电间", kind: "room" },
  ];
}

/** Most old buildings have no lift. */
const LIFT_SHARE = 0.08;

function house(random: Random, number: number): readonly SimulatedPlace[] {
  const id = `b${String(number).padStart(2, "0")}`;
  const units = Array.from({ length: random.whole(2, 4) }, (_, n): SimulatedPlace => {
    return { id: `${id}-u${n + 1}`, name: `${number}号楼${n + 1}单元`, kind: "unit", parentId: id };
  });
  const lift: SimulatedPlace = {
    id: `${id}-lift`,
    name: `${number}号楼电梯`,
    kind: "lift",
    parentId: id,
  };
  const building: SimulatedPlace = { id, name: `${number}号楼`, kind: "building" };
  return [building, ...units, ...(random.chance(LIFT_SHARE) ? [lift] : [])];
}
