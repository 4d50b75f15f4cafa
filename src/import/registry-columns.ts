import type { RegistryRecord } from "../ports.ts";
import type { Aliases } from "./columns.ts";

export type RegistryKind = RegistryRecord["kind"];
export const REGISTRY_KINDS: readonly RegistryKind[] = ["estate", "place", "gateway", "device"];

const ESTATE_ID = ["小区编号", "小区代码", "estate", "estate_code"];
const SIMULATED = ["模拟", "模拟数据"];

/** Headers of CSV files and keys of YAML files, by kind of record. */
export const REGISTRY_COLUMNS: Readonly<Record<RegistryKind, Aliases<string>>> = {
  estate: {
    id: [...ESTATE_ID, "编号", "estate_id"],
    name: ["小区名称", "小区名", "小区", "名称", "estate_name"],
    zone: ["时区", "timezone", "time_zone"],
    households: ["户数", "住户数", "总户数", "实住户数", "household_count"],
    buildings: ["楼栋数", "楼栋", "栋数", "幢数", "building_count"],
    policeGrid: ["警务网格", "警格", "责任区"],
    communityGrid: ["社区网格", "网格", "综治网格"],
    latitude: ["纬度", "lat"],
    longitude: ["经度", "lon", "lng"],
    installedOn: ["启用日期", "智安系统启用日期", "安装日期", "建成日期", "installation_date", "installed"],
    commissionedOn: ["验收日期", "投运日期", "commissioning_date", "commissioned"],
    simulated: SIMULATED,
  },
  place: {
    id: ["位置编号", "点位编号", "编号", "place_id", "place"],
    estateId: ESTATE_ID,
    name: ["位置名称", "点位名称", "名称", "place_name"],
    kind: ["位置类型", "点位类型", "类型", "type", "place_kind"],
    parentId: ["上级位置", "上级编号", "所属位置", "parent"],
  },
  gateway: {
    id: ["网关编号", "编号", "gateway_id", "gateway"],
    name: ["网关名称", "名称", "gateway_name"],
    estateIds: [...ESTATE_ID, "所属小区", "estate_id", "estates"],
    bindings: ["前缀绑定", "主题前缀", "prefixes"],
    simulated: SIMULATED,
  },
  device: {
    id: ["设备编号", "编号", "device_id", "device"],
    estateId: ESTATE_ID,
    gatewayId: ["网关编号", "所属网关", "gateway"],
    profile: ["设备型号", "型号", "协议"],
    name: ["设备名称", "名称", "device_name"],
    kind: ["设备类型", "类型", "type", "device_kind"],
    placeId: ["位置编号", "安装位置", "点位编号", "place"],
    status: ["状态"],
    "config.zone": ["zone", "时区", "设备时区", "timezone"],
    "config.contact": ["contact", "触点", "触点类型"],
    "config.buttonCode": ["button_code", "按钮含义", "按钮代码"],
    "config.inputCode": ["input_code", "干接点含义", "干接点代码"],
    simulated: SIMULATED,
  },
};
