/**
 * What AI boxes call what they see, from the dictionary of alarm types they publish. Anything else the
 * installation says (`codes`).
 */
export const ALARM_WORDS: Readonly<Record<string, string>> = Object.freeze({
  ELECTRIC_BIKE_IN_ELEVATOR: "fire.ebike_elevator",
  PARK: "fire.lane_blocked",
  // Goods left in a passage.
  SUNDRY_DETECT: "fire.lane_blocked",
  FIRE: "fire.flame",
  SMOKE: "fire.smoke",
  FIRE_EQUIPMENT: "fire.equipment_missing",
  falling_goods: "order.high_toss",
  FIGHT: "order.fight",
  GATHERING: "order.crowd",
  HOLDWEAPON: "order.weapon",
  GOODS_FORGET: "order.abandoned_object",
  FALL: "life.fall",
  INTRUSION: "intrusion.perimeter",
  TRIPWIRE: "intrusion.tripwire",
  OVERWALL: "intrusion.climb",
  CLIMB: "intrusion.climb",
  WANDER: "intrusion.loitering",
  IMAGE_COVER_ALERT: "device.video_blind",
});

/** Words that are understood and mean nothing we keep: that somebody smokes. */
export const NO_ALARM: ReadonlySet<string> = new Set(["SMOKING"]);
