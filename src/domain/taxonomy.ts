/** Severity: P1 life or fire, act now … P5 record only, never notifies. */
export type Severity = "P1" | "P2" | "P3" | "P4" | "P5";

export type Category =
  | "preventable_crime"
  | "fire_safety"
  | "life_safety"
  | "facility_hazard"
  | "public_order"
  | "fraud"
  | "technical"
  | "info";

/** How a code usually appears: a lasting condition, a single moment, or a report by people. */
export type CodeKind = "state" | "pulse" | "manual" | "heartbeat";

/** One word of the vocabulary shared by events and incidents. */
export interface TaxonomyEntry {
  readonly zh: string;
  readonly en: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly kind: CodeKind;
}

const entry = (
  zh: string,
  en: string,
  category: Category,
  severity: Severity,
  kind: CodeKind,
): TaxonomyEntry => ({ zh, en, category, severity, kind });

/** Names the list below, for whatever counts by its categories; a code that changes its category changes it. */
export const DEFINITION = "taxonomy/1";

/** Every code an event or an incident may carry, with its names, default severity and category. */
export const TAXONOMY: Readonly<Record<string, TaxonomyEntry>> = Object.freeze({
  "intrusion.burglary": entry(
    "入室盗窃/入侵报警",
    "Burglary alarm (armed zone)",
    "preventable_crime",
    "P2",
    "state",
  ),
  "intrusion.perimeter": entry("周界入侵", "Perimeter / field intrusion", "preventable_crime", "P2", "state"),
  "intrusion.tripwire": entry("越线/绊线", "Line crossed", "preventable_crime", "P3", "pulse"),
  "intrusion.climb": entry("攀爬翻越", "Climbing over wall or gate", "preventable_crime", "P2", "pulse"),
  "intrusion.loitering": entry("徘徊逗留", "Loitering", "preventable_crime", "P3", "state"),
  "intrusion.motion": entry("移动侦测", "Motion / PIR", "preventable_crime", "P4", "state"),
  "intrusion.person_detected": entry(
    "发现人员",
    "Person detected by analytics",
    "preventable_crime",
    "P4",
    "state",
  ),
  "intrusion.vibration": entry(
    "振动撞击",
    "Vibration, shock, tilt of a door/fence",
    "preventable_crime",
    "P3",
    "pulse",
  ),
  "access.forced_open": entry("强行开门", "Door forced open", "preventable_crime", "P2", "state"),
  "access.held_open": entry("门未关/开门超时", "Door held open too long", "preventable_crime", "P3", "state"),
  "access.denied": entry("认证被拒", "Access denied (keep reason)", "preventable_crime", "P4", "pulse"),
  "access.denied_repeat": entry(
    "多次认证失败",
    "Repeated failures / code tamper",
    "preventable_crime",
    "P3",
    "pulse",
  ),
  "access.duress": entry("胁迫开门", "Duress credential", "life_safety", "P1", "pulse"),
  "access.tailgating": entry("尾随", "Tailgating", "preventable_crime", "P3", "pulse"),
  "access.blocklist": entry(
    "黑名单命中",
    "Block-list credential or plate",
    "preventable_crime",
    "P2",
    "pulse",
  ),
  "access.granted": entry("开门放行", "Access granted", "info", "P5", "pulse"),
  "access.remote_open": entry("远程开门", "Opened remotely", "info", "P5", "pulse"),
  "access.door_opened": entry("门打开", "Door contact opened", "info", "P5", "state"),
  "access.door_closed": entry("门关闭", "Door contact closed", "info", "P5", "state"),
  "access.door_unlocked": entry("门解锁", "Lock released", "info", "P5", "state"),
  "access.door_locked": entry("门上锁", "Lock secured", "info", "P5", "state"),
  "access.card_presented": entry("刷卡(未判定)", "Card read, decision unknown", "info", "P5", "pulse"),
  "theft.home_robbery": entry("入室抢劫", "Home robbery", "preventable_crime", "P1", "manual"),
  "theft.ebike": entry("盗窃电动自行车", "E-bike / moped theft", "preventable_crime", "P3", "manual"),
  "theft.vehicle": entry("盗窃机动车", "Motor-vehicle theft", "preventable_crime", "P2", "manual"),
  "theft.property": entry(
    "盗窃财物",
    "Other theft (parcel, vehicle content)",
    "preventable_crime",
    "P3",
    "manual",
  ),
  "fire.alarm": entry("火灾报警", "Fire alarm (panel)", "fire_safety", "P1", "state"),
  "fire.smoke": entry("烟感报警", "Smoke", "fire_safety", "P1", "state"),
  "fire.flame": entry("明火/火点", "Flame or fire spot seen", "fire_safety", "P1", "state"),
  "fire.heat": entry("温感报警", "Heat detector", "fire_safety", "P1", "state"),
  "fire.manual_call": entry("手动报警按钮", "Manual call point", "fire_safety", "P1", "state"),
  "fire.gas": entry("燃气泄漏", "Combustible gas", "fire_safety", "P1", "state"),
  "fire.co": entry("一氧化碳", "Carbon monoxide", "fire_safety", "P1", "state"),
  "fire.waterflow": entry("水流指示/喷淋动作", "Sprinkler water flow", "fire_safety", "P1", "state"),
  "fire.water_pressure": entry("消防水压异常", "Fire water pressure / level", "fire_safety", "P3", "state"),
  "fire.electrical": entry(
    "电气火灾隐患",
    "Electrical fire (leakage, cable heat)",
    "fire_safety",
    "P2",
    "state",
  ),
  "fire.ebike_elevator": entry("电动车入梯", "E-bike in elevator", "fire_safety", "P3", "state"),
  "fire.ebike_indoor_charging": entry(
    "电动车入户/飞线充电",
    "E-bike indoors or wire charging",
    "fire_safety",
    "P2",
    "state",
  ),
  "fire.lane_blocked": entry("消防通道占用", "Fire lane blocked", "fire_safety", "P3", "state"),
  "fire.equipment_missing": entry("消防器材缺失", "Fire equipment missing", "fire_safety", "P3", "state"),
  "life.sos": entry("一键求助", "Panic / SOS button", "life_safety", "P1", "pulse"),
  "life.medical": entry("医疗求助", "Medical alarm", "life_safety", "P1", "pulse"),
  "life.fall": entry("跌倒", "Fall detected", "life_safety", "P1", "state"),
  "life.inactivity": entry(
    "独居老人无活动",
    "No activity (person living alone)",
    "life_safety",
    "P2",
    "state",
  ),
  "life.elevator_trapped": entry("电梯困人", "Person trapped in elevator", "life_safety", "P1", "state"),
  "facility.manhole_open": entry("井盖移位", "Manhole cover moved", "facility_hazard", "P2", "state"),
  "facility.water_leak": entry("漏水", "Water leak", "facility_hazard", "P3", "state"),
  "facility.flood": entry("积水/水浸", "Standing water, high level", "facility_hazard", "P2", "state"),
  "facility.high_temperature": entry("高温", "High temperature", "facility_hazard", "P3", "state"),
  "facility.freeze": entry("低温/冻结", "Low temperature", "facility_hazard", "P4", "state"),
  "facility.gate_fault": entry(
    "道闸/闸机故障",
    "Barrier or turnstile fault",
    "facility_hazard",
    "P4",
    "state",
  ),
  "facility.elevator_fault": entry("电梯故障", "Elevator fault", "facility_hazard", "P3", "state"),
  "order.high_toss": entry("高空抛物", "Object thrown from height", "public_order", "P2", "pulse"),
  "order.fight": entry("打架斗殴", "Fight", "public_order", "P1", "state"),
  "order.crowd": entry("人员聚集", "Crowd / gathering", "public_order", "P3", "state"),
  "order.weapon": entry("持械", "Weapon seen", "public_order", "P1", "state"),
  "order.illegal_parking": entry("违章停车", "Illegal parking", "public_order", "P4", "state"),
  "order.abandoned_object": entry("遗留物", "Abandoned object", "public_order", "P3", "state"),
  "order.noise": entry("噪声扰民", "Noise complaint", "public_order", "P4", "manual"),
  "order.dispute": entry("邻里纠纷", "Dispute", "public_order", "P3", "manual"),
  "order.dog_offleash": entry("犬只未牵绳", "Dog off leash", "public_order", "P4", "pulse"),
  "fraud.telecom": entry("电信网络诈骗", "Telecom fraud", "fraud", "P2", "manual"),
  "fraud.door_to_door": entry("上门诈骗/推销", "Door-to-door fraud", "fraud", "P3", "manual"),
  "fraud.elderly": entry("养老诈骗", "Fraud against the elderly", "fraud", "P2", "manual"),
  "device.offline": entry("设备离线", "Device or bridge offline", "technical", "P3", "state"),
  "device.online": entry("设备上线", "Device (re)joined", "technical", "P5", "pulse"),
  "device.tamper": entry("防拆", "Tamper", "technical", "P3", "state"),
  "device.low_battery": entry("低电量", "Low battery", "technical", "P4", "state"),
  "device.ac_loss": entry("市电中断", "Mains power lost", "technical", "P3", "state"),
  "device.video_loss": entry("视频丢失", "Video loss", "technical", "P3", "state"),
  "device.video_blind": entry("视频遮挡", "Camera covered or blurred", "technical", "P3", "state"),
  "device.scene_change": entry("场景变更", "Camera moved / scene change", "technical", "P3", "state"),
  "device.storage_fault": entry("存储故障", "Storage fault or full", "technical", "P3", "state"),
  "device.fault": entry("设备故障", "Other device fault", "technical", "P4", "state"),
  "device.jamming": entry("射频干扰", "RF interference / jamming", "technical", "P2", "state"),
  "device.test": entry("测试", "Test signal", "technical", "P5", "pulse"),
  "device.heartbeat": entry("心跳", "Heartbeat / supervision", "technical", "P5", "heartbeat"),
  "device.config_changed": entry("配置变更", "Configuration changed", "technical", "P4", "pulse"),
  "device.removed": entry("设备移除", "Device removed from network", "technical", "P3", "pulse"),
  "system.arm": entry("布防", "Armed / closing", "info", "P5", "pulse"),
  "system.disarm": entry("撤防", "Disarmed / opening", "info", "P5", "pulse"),
  "system.bypass": entry("旁路", "Zone bypassed", "technical", "P4", "state"),
  "device_input.on": entry("干接点闭合", "Dry contact on: meaning from site config", "info", "P5", "state"),
  "device_input.off": entry("干接点断开", "Dry contact off", "info", "P5", "state"),
  "device_input.code": entry("射频遥控码", "RF code received", "info", "P5", "pulse"),
  "info.telemetry": entry("遥测", "Telemetry only", "info", "P5", "state"),
  "info.metadata": entry("元数据", "Analytics metadata / catalogue", "info", "P5", "state"),
  "info.enrichment": entry("事件补充", "Adds data to an earlier event", "info", "P5", "pulse"),
  "info.evidence": entry("证据图片", "Picture or clip for an earlier event", "info", "P5", "pulse"),
  "info.person_recognized": entry("人脸识别", "Known face", "info", "P5", "pulse"),
  "info.plate_read": entry("车牌识别", "Plate read", "info", "P5", "pulse"),
  "info.vehicle_detected": entry("发现车辆", "Vehicle detected", "info", "P5", "state"),
  "info.visitor_call": entry("访客呼叫", "Door-phone call", "info", "P5", "pulse"),
  "info.button": entry("按钮", "Ordinary button", "info", "P5", "pulse"),
});

/** Spellings in use elsewhere that mean one of our codes. */
const ALIASES: Readonly<Record<string, string>> = Object.freeze({
  "sos.panic": "life.sos",
  "access.tailgate": "access.tailgating",
  "access.forced": "access.forced_open",
  "door.held": "access.held_open",
  "perimeter.intrusion": "intrusion.perimeter",
  "vehicle.firelane": "fire.lane_blocked",
  "ebike.elevator": "fire.ebike_elevator",
  "throw.highrise": "order.high_toss",
  "elder.inactive": "life.inactivity",
});

/** The canonical code for a code or an accepted alias; undefined when the taxonomy has neither. */
export function canonicalCode(code: string): string | undefined {
  if (Object.hasOwn(TAXONOMY, code)) return code;
  return Object.hasOwn(ALIASES, code) ? ALIASES[code] : undefined;
}
