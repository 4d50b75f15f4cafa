/** What `on` means for each class of a binary sensor; the condition is over when it is `off`. */
export const CONDITIONS: Readonly<Record<string, string>> = Object.freeze({
  motion: "intrusion.motion",
  occupancy: "intrusion.motion",
  presence: "intrusion.motion",
  moving: "intrusion.motion",
  vibration: "intrusion.vibration",
  smoke: "fire.smoke",
  gas: "fire.gas",
  carbon_monoxide: "fire.co",
  heat: "fire.heat",
  cold: "facility.freeze",
  moisture: "facility.water_leak",
  // `on` is "unsafe". Help buttons are announced so; what else it is, the installation says.
  safety: "life.sos",
  sound: "order.noise",
  tamper: "device.tamper",
  battery: "device.low_battery",
  problem: "device.fault",
  alarm_control_panel: "intrusion.burglary",
});

/** Classes whose `on` is an open door, window or gate. */
export const DOORS = ["door", "garage_door", "opening", "window"] as const;

/** Classes whose meaning is the installation's: a power supply, a plug, and no class at all. */
export const INPUTS = ["", "power", "plug"] as const;

/** What a button or an event entity calls itself when it is no ordinary button. */
export const ACTIONS: Readonly<Record<string, string>> = Object.freeze({
  sos: "life.sos",
  emergency: "life.sos",
  panic: "life.sos",
  vibration: "intrusion.vibration",
  tilt: "intrusion.vibration",
  drop: "intrusion.vibration",
});
