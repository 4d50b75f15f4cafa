/** Alarm method and type as `5/6`, or the method alone where no type is sent: what all editions agree on. */
const AGREED = {
  "2": "device_input.on",
  "2/1": "device.video_loss",
  "2/2": "device.tamper",
  "2/3": "device.storage_fault",
  "2/4": "facility.high_temperature",
  "2/5": "facility.freeze",
  "5/1": "device_input.on",
  "5/2": "intrusion.motion",
  "5/3": "order.abandoned_object",
  "5/4": "theft.property",
  "5/5": "intrusion.tripwire",
  "5/6": "intrusion.perimeter",
  "5/8": "intrusion.loitering",
  "6/1": "device.storage_fault",
  "6/2": "device.fault",
} as const;

/** GB/T 28181-2016 and -2022: 9 is the flow of people, 12 fast movement; 13 is of 2022 alone. */
export const EDITION_2016 = {
  ...AGREED,
  "5/10": "order.crowd",
  "5/11": "device.scene_change",
  "5/13": "device.video_blind",
} as const;

/** The numbering before: no flow of people, and what follows moves up by one. */
export const EDITION_2011 = {
  ...AGREED,
  "5/9": "order.crowd",
  "5/10": "device.scene_change",
} as const;
